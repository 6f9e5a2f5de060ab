"""The mailbox with a million mails against the same with a page of them.

``python3 -m benchmarks.mailbox [MESSAGES]`` makes a database of its own, measures a mailbox with
one page of mail, fills the database by SQL (a tenth of the mails into one folder), measures again,
prints the ratios and keeps them in ``benchmarks/mailbox.json``. Times are medians; only ratios
mean anything on another machine.

The lower half runs in Odoo's shell on that database, where ``env`` is.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

DATABASE = "mail_center_bench"
MESSAGES = "MAIL_CENTER_BENCH_MESSAGES"
RESULT = Path("benchmarks/mailbox.json")
RUNS = 9
CHUNK = 50_000
ACCOUNTS = 10
PAGE = 60

SENTENCES = """
CREATE TEMPORARY TABLE sentence AS
SELECT n, string_agg(
           CASE WHEN w = 3 AND n %% 3 = 0 THEN 'offer'
                ELSE substr(md5(((n * 31 + w * w) %% 9000)::text), 1, 4 + (n + w) %% 6) END,
           ' ' ORDER BY w
       ) AS words
  FROM generate_series(0, 4999) AS n, generate_series(1, 30) AS w
 GROUP BY n;
CREATE UNIQUE INDEX ON sentence (n)
"""
# Three mails a conversation; one in fifty is unread, one in ten was sent, one in twenty has a file.
THREADS = """
INSERT INTO mail_center_thread (account_id, subject, last_date, message_count, unread_count)
SELECT %(account)s, 'Subject ' || n, now(), 3, 0 FROM generate_series(1, %(count)s / 3 + 1) AS n
RETURNING id
"""
FILL = """
WITH made AS (
    INSERT INTO mail_center_message
           (account_id, direction, state, subject, email_from, from_display, to_display, body_text,
            snippet, date, is_read, is_automatic, attachment_count, file_names, thread_id,
            search_vector)
    SELECT %(account)s, CASE WHEN i %% 10 = 0 THEN 'out' ELSE 'in' END,
           CASE WHEN i %% 10 = 0 THEN 'sent' ELSE 'received' END,
           'Subject ' || i / 3, 'p' || i %% 20000 || '@firm.example',
           'Person ' || i %% 20000 || ' <p' || i %% 20000 || '@firm.example>',
           'Office <office@mc.example>', one.words || ' ' || other.words, left(one.words, 100),
           timestamp '2015-01-01' + (%(start)s + i) * interval '2 minutes', i %% 50 <> 0,
           i %% 7 = 0, (i %% 20 = 0)::int, CASE WHEN i %% 20 = 0 THEN 'list.pdf' END,
           %(thread)s + i / 3,
           setweight(to_tsvector('simple', 'Subject ' || i / 3), 'A')
           || setweight(to_tsvector('simple', 'Person p ' || i %% 20000 || ' firm example'), 'B')
           || to_tsvector('simple', one.words || ' ' || other.words)
      FROM generate_series(%(start)s, %(end)s - 1) AS series(i)
      JOIN sentence one ON one.n = i %% 5000
      JOIN sentence other ON other.n = (i * 7) %% 5000
 RETURNING id, date)
INSERT INTO mail_center_message_location (message_id, folder_id, uid, date)
SELECT id, %(folder)s, id, date FROM made
"""


def run(messages: int) -> int:
    """The command."""
    from dev import addons, odoo_server, setup, testing
    from dev.console import Steps
    from dev.databases import Databases, install
    from dev.paths import ensure_cache
    from dev.process import in_use, interruptible

    ensure_cache()
    interruptible()
    with in_use("postgresql"):
        steps = Steps(setup.STEPS + 2)
        cluster, started = setup.prepare(steps)
        databases = Databases(cluster)
        manifests = addons.ours()
        names = addons.installable(manifests)
        apps = sorted({"crm"} | addons.foreign_dependencies(manifests, names) - {"base"})
        try:
            with steps.step("Odoo's apps for the tests") as word:
                word(databases.template(testing.TEMPLATE, apps, demo=False))
            with steps.step("Install the addons"):
                databases.copy(testing.TEMPLATE, DATABASE)
                install(DATABASE, "bench-install", names)
            os.environ[MESSAGES] = str(messages)
            return odoo_server.run_script(DATABASE, Path(__file__))
        finally:
            databases.drop(DATABASE)
            if started:
                setup.release(cluster)


# ---- in Odoo's shell --------------------------------------------------------------------------


def fill(env, account, folder, count: int, first: int = 0) -> None:
    """Store so many mails in a folder, straight in SQL."""
    cr = env.cr
    cr.execute(THREADS, {"account": account.id, "count": count})
    thread = min(row[0] for row in cr.fetchall())
    for start in range(0, count, CHUNK):
        cr.execute(
            FILL,
            {"account": account.id, "folder": folder.id, "thread": thread, "start": start,
             "end": min(count, start + CHUNK)},
        )  # fmt: skip
        cr.commit()
        if count > CHUNK:
            print(f"    {first + min(count, start + CHUNK):,} mails", flush=True)


def an_account(env, name: str, user):
    account = env["mail.center.account"].create(
        {"name": name, "email": f"{name}@mc.example", "user_id": user.id}
    )
    folders = env["mail.center.folder"].create(
        [
            {"account_id": account.id, "path": path, "delimiter": "/", "special_use": use,
             "policy": "read"}
            for path, use in (("INBOX", "inbox"), ("Archive", "archive"))
        ]
    )
    return account, *folders


def measure(env, user, folder) -> dict[str, float]:
    """What people do, by name: the median in milliseconds."""
    box = env["mail.center.mailbox"].with_user(user)
    here, everywhere = {"folder": folder.id}, {"view": "all"}
    row = box.page(here)["rows"][0]
    env.cr.execute(
        "SELECT date, message_id FROM mail_center_message_location WHERE folder_id = %s"
        " ORDER BY date, message_id LIMIT 1 OFFSET 55", [folder.id],
    )
    date, number = env.cr.fetchone()
    cursor = [date.isoformat(), number]
    works = {
        "places and counters": box.sidebar,
        "open the folder, as conversations": lambda: box.page(here),
        "open the folder, single mails": lambda: box.page(here, conversations=False),
        "the last page of the folder": lambda: box.page(here, cursor=cursor),
        "all inboxes": lambda: box.page({"view": "inbox"}),
        "all mail": lambda: box.page(everywhere),
        "starred": lambda: box.page({"view": "starred"}),
        "unlinked": lambda: box.page({"view": "unlinked"}),
        "waiting for an answer": lambda: box.page({"view": "unanswered"}),
        "I handle these": lambda: box.page({"view": "mine"}),
        "open a mail": lambda: box.conversation(row["id"]),
        "mark it read and unread": lambda: marks(env, user, row["id"]),
        "search a common word": lambda: box.page(everywhere, query="offer"),
        "search a rare word": lambda: box.page(everywhere, query="zebrafinch"),
        "search a phrase": lambda: box.page(everywhere, query='"subject 5"'),
        "search a sender": lambda: box.page(everywhere, query="from:p19999@firm"),
        "search unread mail": lambda: box.page(everywhere, query="is:unread"),
        "search a word in the folder": lambda: box.page(here, query="offer"),
    }
    found = {}
    for name, work in works.items():
        times = []
        for _run in range(RUNS + 1):
            env.invalidate_all()
            begin = time.perf_counter()
            work()
            times.append(time.perf_counter() - begin)
        found[name] = statistics.median(times[1:]) * 1000
    return found


def marks(env, user, number: int) -> None:
    mail = env["mail.center.message"].with_user(user).browse(number)
    mail.mark_read(False)
    mail.mark_read(True)


def bench(env, messages: int) -> int:
    """Measure, fill, measure again, print and keep the ratios."""
    user = env["res.users"].create(
        {"name": "Bench", "login": "bench", "group_ids": [(6, 0, [
            env.ref("base.group_user").id, env.ref("mail_center.group_user").id])]}
    )  # fmt: skip
    env.cr.execute(SENTENCES.replace("%%", "%"))
    account, inbox, archive = an_account(env, "small", user)
    fill(env, account, inbox, PAGE)
    env.cr.execute("ANALYZE")
    small = measure(env, user, inbox)
    # The same account grows: its folder holds a tenth of all mail, others hold the rest.
    begin = time.perf_counter()
    # The index over the words is made once at the end: a row at a time takes ten times as long.
    env.cr.execute("SET synchronous_commit = off")
    env.cr.execute("DROP INDEX mail_center_message__search_vector_index")
    fill(env, account, inbox, messages // 10)
    done = messages // 10
    share = (messages - done) // ACCOUNTS
    fill(env, account, archive, share, done)
    for number in range(ACCOUNTS - 1):
        done += share
        other, other_inbox, _other_archive = an_account(env, f"other{number}", user)
        fill(env, other, other_inbox, share, done)
    env.cr.execute("SET maintenance_work_mem = '512MB'")
    env.cr.execute(
        "CREATE INDEX mail_center_message__search_vector_index ON mail_center_message"
        " USING gin (search_vector)"
    )
    env.cr.execute("ANALYZE")
    env.cr.commit()
    print(f"    filled in {time.perf_counter() - begin:.0f} s")
    large = measure(env, user, inbox)
    print(f"\n{'':38}{PAGE:>9} mails{messages:>12,} mails   ratio")
    for name, before in small.items():
        print(f"{name:38}{before:>12.1f} ms{large[name]:>15.1f} ms{large[name] / before:>8.1f}")
    RESULT.write_text(
        json.dumps(
            {"messages": messages,
             "ratios": {name: round(large[name] / small[name], 2) for name in small}}, indent=1,
        )
        + "\n"
    )  # fmt: skip
    return 0


if "env" in globals():  # given by Odoo's shell
    raise SystemExit(bench(globals()["env"], int(os.environ[MESSAGES])))
if __name__ == "__main__":
    raise SystemExit(run(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
