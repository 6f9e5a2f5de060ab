"""What a piece of work in an Odoo process costs."""

from __future__ import annotations

import contextlib
import resource
import time

from odoo import sql_db

from benchmarks.costs import scheduled_seconds


@contextlib.contextmanager
def measured(env, result: dict):
    """Adds ``seconds``, ``sql``, and CPU seconds: ``cpu`` of this process and its ended children,
    ``postgresql`` of the backend, both to the microsecond: a pass takes less than a clock tick."""
    backend = env.cr._cnx.info.backend_pid
    counter, clock, before = sql_db.sql_counter, time.perf_counter(), _here()
    there = scheduled_seconds(backend)
    yield
    result["postgresql"] = scheduled_seconds(backend) - there
    result.update(
        seconds=time.perf_counter() - clock,
        cpu=_here() - before,
        sql=sql_db.sql_counter - counter,
    )


def _here() -> float:
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)
