"""What a piece of work in an Odoo process costs."""

from __future__ import annotations

import contextlib
import os
import time

from odoo import sql_db

from benchmarks.costs import cpu_seconds


@contextlib.contextmanager
def measured(env, result: dict):
    """Adds ``seconds``, ``sql``, and CPU seconds: ``cpu`` of this process and its ended children,
    ``postgresql`` of the backend."""
    backend = env.cr._cnx.info.backend_pid
    counter, clock, before = sql_db.sql_counter, time.perf_counter(), os.times()
    there = cpu_seconds(backend)
    yield
    after = os.times()
    result["postgresql"] = cpu_seconds(backend) - there
    result.update(
        seconds=time.perf_counter() - clock,
        cpu=sum(after[:4]) - sum(before[:4]),
        sql=sql_db.sql_counter - counter,
    )
