"""What the benchmarks ask of an Odoo process; each function gets ``env`` and plain arguments."""

from __future__ import annotations

import contextlib
import cProfile
import io
import os
import pstats
import time
from collections import defaultdict

from odoo import sql_db
from odoo.tools import SQL

from benchmarks.parts import Parts


@contextlib.contextmanager
def measured(result: dict):
    """Adds ``seconds``, ``cpu`` (of this process and its ended children) and ``sql``."""
    counter, clock, before = sql_db.sql_counter, time.perf_counter(), os.times()
    yield
    after = os.times()
    result.update(
        seconds=time.perf_counter() - clock,
        cpu=sum(after[:4]) - sum(before[:4]),
        sql=sql_db.sql_counter - counter,
    )


def account(env, address: str, password: str, host: str, ports: dict, ca: str, **values) -> int:
    """A mail account of the administrator, over TLS."""
    security = values.pop("security", "none")
    user = env.ref("base.user_admin")
    record = env["mail.center.account"].create(
        {
            "name": address,
            "email": address,
            "user_id": user.id,
            "imap_host": host,
            "imap_port": ports["imaps" if security == "tls" else "imap"],
            "imap_security": security,
            "imap_login": address,
            "imap_password": password,
            "smtp_host": host,
            "smtp_port": ports["smtp"],
            "smtp_security": security,
            "smtp_login": address,
            "ca_pem": ca if security == "tls" else False,
            **values,
        }
    )
    return record.id


def receive(env, parts: bool = False) -> dict:
    """Run the fetching job until nothing is due."""
    env["mail.center.account"].search([("sync_enabled", "=", True)]).next_sync = False
    env.cr.commit()
    result: dict = {}
    with measured(result), Parts(env) if parts else contextlib.nullcontext() as found:
        env["mail.center.receiver"]._cron_receive()
    if parts:
        result["parts"] = found.shares(result["seconds"])
    failing = env["mail.center.account"].search([("sync_state", "=", "failing")])
    if failing:
        raise RuntimeError(f"fetching failed: {failing[0].sync_error}")
    env.cr.execute("SELECT count(*) FROM mail_center_message")
    result["mails"] = env.cr.fetchone()[0]
    env.cr.execute("SELECT count(*) FROM mail_center_quarantine")
    result["quarantined"] = env.cr.fetchone()[0]
    return result


def folders(env, paths: list[str]) -> None:
    """Only these folders are fetched."""
    env["mail.center.folder"].search([("path", "not in", paths)]).policy = "off"


def profile(env, lines: int = 40) -> str:
    """:func:`receive`, with what takes the CPU and which statements are sent how often."""
    statements: dict[str, list] = defaultdict(lambda: [0, 0.0])
    original = sql_db.Cursor.execute

    def execute(self, query, *args, **kwargs):
        begin = time.perf_counter()
        try:
            return original(self, query, *args, **kwargs)
        finally:
            words = query.code if isinstance(query, SQL) else query
            found = statements[" ".join(words.split())[:100]]
            found[0] += 1
            found[1] += time.perf_counter() - begin

    profiler = cProfile.Profile(time.process_time)
    sql_db.Cursor.execute = execute
    try:
        profiler.enable()
        result = receive(env)
        profiler.disable()
    finally:
        sql_db.Cursor.execute = original
    text = io.StringIO()
    print(result, file=text)
    pstats.Stats(profiler, stream=text).sort_stats("tottime").print_stats(lines)
    pstats.Stats(profiler, stream=text).sort_stats("cumtime").print_stats(2 * lines)
    for words, (count, seconds) in sorted(statements.items(), key=lambda one: -one[1][1]):
        print(f"{count:6} {seconds:8.3f} s  {words}", file=text)
    return text.getvalue()


# ---- Odoo's own ------------------------------------------------------------------------------


def fetchmail(env, address: str, password: str, host: str, port: int, count: int) -> dict:
    """Odoo's own: as many of the mails as asked for, each becoming a lead."""
    server = env["fetchmail.server"].search([("user", "=", address)]) or env[
        "fetchmail.server"
    ].create(
        {
            "name": address, "server_type": "imap", "server": host, "port": port,
            "is_ssl": False, "user": address, "password": password, "state": "done",
            "object_id": env["ir.model"]._get_id("crm.lead"),
        }
    )  # fmt: skip
    env.cr.commit()
    env.cr.execute("SELECT count(*) FROM crm_lead")
    before = env.cr.fetchone()[0]
    result: dict = {}
    with measured(result):
        for start in range(0, count, 50):
            error = server._fetch_mail(batch_limit=min(50, count - start))
            if error:
                raise error
    env.cr.execute("SELECT count(*) FROM crm_lead")
    result["mails"] = env.cr.fetchone()[0] - before
    return result
