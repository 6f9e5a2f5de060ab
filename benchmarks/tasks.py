"""What the benchmarks ask of an Odoo process; each function gets ``env`` and plain arguments."""

from __future__ import annotations

import contextlib
import cProfile
import io
import pstats
import time
from collections import defaultdict
from datetime import timedelta

from imapclient import IMAPClient
from odoo import fields, sql_db
from odoo.tools import SQL

from benchmarks.measure import measured
from benchmarks.parts import Parts


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


def receive(env, parts: bool = False, due: bool = True) -> dict:
    """Run the fetching job until nothing is due; all accounts are due, or (not ``due``) those
    that are."""
    if due:
        env["mail.center.account"].search([("sync_enabled", "=", True)]).next_sync = False
        env.cr.commit()
    result: dict = {}
    with measured(env, result), Parts(env) if parts else contextlib.nullcontext() as found:
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


def sql(env, statement: str) -> None:
    env.cr.execute(statement)
    env.cr.commit()


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
            words = words.decode() if isinstance(words, bytes) else words
            found = statements[" ".join(words.split())[:100]]
            found[0] += 1
            found[1] += time.perf_counter() - begin

    profiler = cProfile.Profile(time.thread_time)
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


def empty(env) -> None:
    """As before the first pass: no mail, and folders that nothing is known of."""
    env.cr.execute("TRUNCATE mail_center_message, mail_center_thread CASCADE")
    env.cr.execute("DELETE FROM ir_attachment WHERE res_model = 'mail.center.message'")
    env.cr.execute(
        "UPDATE mail_center_folder SET uidvalidity = 0, uidnext = 0, highestmodseq = 0,"
        " known_uids = 0, last_uid = 0, complete = false, import_uidnext = 0"
    )
    env.cr.execute("UPDATE mail_center_account SET next_sync = NULL")
    env.cr.commit()
    env.invalidate_all()
    env["ir.attachment"]._gc_file_store()


def use_port(env, port: int) -> None:
    env["mail.center.account"].search([("id", "!=", 0)]).imap_port = port


def receive_one(env, address: str) -> dict:
    """The same for one account alone."""
    accounts = env["mail.center.account"].search([("id", "!=", 0)])
    accounts.next_sync = "2100-01-01"
    accounts.filtered(lambda one: one.email == address).next_sync = False
    env.cr.commit()
    return receive(env, due=False)


def far_account(env, **arguments) -> int:
    """An account that leaves all mail that is there on the server, but knows of it."""
    return account(env, ca="", import_since=fields.Date.today() + timedelta(days=2), **arguments)


def forget_accounts(env) -> None:
    env["mail.center.account"].search([("id", "!=", 0)]).sync_enabled = False


def warm(env) -> None:
    """What a first pass loads is in the memory afterwards."""
    from odoo.addons.mail_center.core.beside import Beside
    from odoo.addons.mail_center.core.intake import take_in

    take_in(b"Subject: x\r\nContent-Type: text/html\r\n\r\n<p>x</p>")
    with Beside() as beside:
        beside.submit([]).result()


def stored(env) -> dict:
    env.cr.execute("SELECT count(*), count(*) - count(DISTINCT (account_id, message_id))"
                   " FROM mail_center_message")  # fmt: skip
    mails, doubled = env.cr.fetchone()
    return {"mails": mails, "doubled": doubled}


def stages(env, address: str, password: str, port: int, count: int = 500) -> dict:
    """CPU milliseconds a mail of the stages before storing, one after the other."""
    from odoo.addons.mail_center.core.html import from_text, sanitise
    from odoo.addons.mail_center.core.imap import Session
    from odoo.addons.mail_center.core.intake import searchable
    from odoo.addons.mail_center.core.mime import parse
    from odoo.addons.mail_center.core.net import Endpoint, Security

    clock, times = time.process_time, {}

    def stage(name, work, items):
        begin = clock()
        result = [work(item) for item in items]
        times[name] = (clock() - begin) / len(items) * 1000
        return result

    endpoint = Endpoint(host="127.0.0.1", port=port, security=Security.NONE, login=address,
                        password=password)  # fmt: skip
    with Session.open(endpoint) as session:
        session.select("INBOX")
        uids = session.uids()[:count]
        parts = [uids[start : start + 200] for start in range(0, len(uids), 200)]
        begin = clock()
        raws = [one.raw for part in parts for one in session.fetch(part)]
        times["fetch"] = (clock() - begin) / len(raws) * 1000
    mails = stage("parse", parse, raws)
    stage("clean", lambda one: sanitise(one.html or from_text(one.text), cids={},
                                        own=not one.html), mails)  # fmt: skip
    stage("words for the search", lambda one: searchable(one, one.text), mails)
    return times


def sizes(env) -> dict:
    """Bytes a mail takes: of its row and the rows around it, of their indexes, of its files."""
    env.cr.execute("SELECT count(*) FROM mail_center_message")
    mails = env.cr.fetchone()[0] or 1
    tables = ("message", "message_location", "thread", "thread_reference")
    names = [f"mail_center_{name}" for name in tables]
    env.cr.execute(
        "SELECT sum(pg_table_size(name::regclass)), sum(pg_indexes_size(name::regclass))"
        " FROM unnest(%s) AS name", [names],
    )  # fmt: skip
    table, index = env.cr.fetchone()
    env.cr.execute(
        "SELECT sum(file_size) FROM (SELECT DISTINCT store_fname, file_size FROM ir_attachment"
        " WHERE res_model = 'mail.center.message') AS files"
    )
    files = env.cr.fetchone()[0]
    found = {"table": table, "index": index, "files": files}
    return {name: int(size) // mails for name, size in found.items()}


def search_all(env, address: str, port: int, paths: list[str]) -> dict:
    """The least that a program without CONDSTORE has to do: UID SEARCH ALL in each folder."""
    begin = time.perf_counter()
    with IMAPClient("127.0.0.1", port, ssl=False) as client:
        client._imap.debug = 0
        client.login(address, "x")
        for path in paths:
            client.select_folder(path, readonly=True)
            client.search()
    return {"seconds": time.perf_counter() - begin}


OTHER_START = (
    "import sys; sys.path[0] = sys.argv[1]; from core import intake; {}; "
    "from core.beside import serve; serve()"
)


def switch_off(env, part: str) -> None:
    """From now on this process does without a part of an import."""
    from odoo.addons.mail_center.core import beside

    if part == "log":
        env.registry["mail.center.log"]._add = lambda *args, **kwargs: None
    elif part == "tls":
        env.registry["mail.center.account"]._password = lambda *args, **kwargs: "x"
    elif part == "clean":
        beside.START = OTHER_START.format(
            "from core.html import CleanHtml; intake.sanitise = lambda html, **_o: CleanHtml(html)"
        )
    elif part == "search":
        beside.START = OTHER_START.format("intake.searchable = lambda *_all: ''")
        sql(env, "DROP INDEX mail_center_message__search_vector_index")


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
    with measured(env, result):
        for start in range(0, count, 50):
            error = server._fetch_mail(batch_limit=min(50, count - start))
            if error:
                raise error
    env.cr.execute("SELECT count(*) FROM crm_lead")
    result["mails"] = env.cr.fetchone()[0] - before
    return result
