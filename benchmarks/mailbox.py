"""The mailbox with a million mails against the same with a thousand, and with none.

``python3 -m benchmarks.mailbox [MESSAGES] [--keep]`` makes three databases of its own, fills two
of them by SQL (a tenth of the mails in one folder), and does what people do in all three, in turn,
so that whatever else the machine does slows all alike. It prints the ratios and keeps them in
``benchmarks/mailbox.json``. Times are medians of the server's; only ratios mean anything on
another machine. *--keep* leaves the databases for the next run.

The lower half runs in Odoo's shell on the largest of them, where ``env`` is.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import time
from pathlib import Path

BASE = "mail_center_bench"
SMALL = 1_000
MESSAGES = "MAIL_CENTER_BENCH_MESSAGES"
RESULT = Path("benchmarks/mailbox.json")
RUNS = 15
# What the ratio to a thousand mails may be at most.
LIMIT, SEARCH_LIMIT = 1.5, 5.0


def run(messages: int = 1_000_000, keep: bool = False) -> dict:
    """Measure; ``{"messages", "small", "milliseconds": {operation: {empty, small, large}},
    "ratios": {operation: large / small}, "above": [operations over their limit],
    "clock_milliseconds", "clock_ratios"}``."""
    from dev import addons, odoo_server, setup, testing
    from dev.console import Steps
    from dev.databases import Databases, install
    from dev.paths import ensure_cache
    from dev.process import in_use, interruptible

    ensure_cache()
    interruptible()
    names = [f"{BASE}_empty", f"{BASE}_{SMALL}", f"{BASE}_{messages}"]
    with in_use("postgresql"):
        steps = Steps(setup.STEPS + 2)
        cluster, started = setup.prepare(steps)
        databases = Databases(cluster)
        manifests = addons.ours()
        ours = addons.installable(manifests)
        apps = sorted({"crm"} | addons.foreign_dependencies(manifests, ours) - {"base"})
        try:
            with steps.step("Odoo's apps for the tests") as word:
                word(databases.template(testing.TEMPLATE, apps, demo=False))
            with steps.step("Install the addons"):
                if not all(map(databases.exists, names)):
                    databases.copy(testing.TEMPLATE, names[0])
                    install(names[0], "bench-install", ours)
                    for name in names[1:]:
                        databases.copy(names[0], name)
            os.environ[MESSAGES] = str(messages)
            RESULT.unlink(missing_ok=True)
            code = odoo_server.run_script(names[2], Path(__file__))
            if code:
                raise SystemExit(code)
            return json.loads(RESULT.read_text())
        finally:
            if not keep:
                for name in names:
                    databases.drop(name)
            if started:
                setup.release(cluster)


# ---- in Odoo's shell --------------------------------------------------------------------------


class Box:
    """The mailbox of one person in one database, with so many mails in it."""

    def __init__(self, env, messages: int):
        self.env = env
        self.messages = messages
        self.user = env["res.users"].search([("login", "=", "bench")]) or self._make()
        self.box = env["mail.center.mailbox"].with_user(self.user)
        self.accounts = env["mail.center.account"].search([("user_id", "=", self.user.id)])
        self.inbox = self.accounts.sorted("id")[:1].folder_ids.filtered(
            lambda folder: folder.special_use == "inbox"
        )
        self.busy = env["res.partner"].search([("name", "=", "Busy customer")], limit=1).id
        rows = self.box.page({"folder": self.inbox.id})["rows"]
        self.mail = rows[0]["id"] if rows else None
        env.cr.execute(
            "SELECT date, message_id FROM mail_center_message_location WHERE folder_id = %s"
            " ORDER BY date, message_id LIMIT 1 OFFSET 75", [self.inbox.id],
        )  # fmt: skip
        found = env.cr.fetchone()
        self.last = [found[0].isoformat(), found[1]] if found else None

    def _make(self):
        from benchmarks import mailbox_fill

        env = self.env
        groups = [env.ref("base.group_user").id, env.ref("mail_center.group_user").id]
        user, other = env["res.users"].create(
            [{"name": name, "login": name, "group_ids": [(6, 0, groups)]}
             for name in ("bench", "other")]
        )  # fmt: skip
        accounts = env["mail.center.account"].create(
            [{"name": f"Box {number}", "email": f"box{number}@mc.example", "company_id": False,
              "user_id": (user if number < mailbox_fill.READABLE else other).id}
             for number in range(mailbox_fill.ACCOUNTS)]
        )  # fmt: skip
        folders = {}
        for account in accounts:
            folders[account.id] = env["mail.center.folder"].create(
                [{"account_id": account.id, "path": path, "delimiter": "/", "special_use": use,
                  "policy": "read"}
                 for path, use in (("INBOX", "inbox"), ("Archive", "archive"))]
            )  # fmt: skip
        partners = env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(mailbox_fill.PARTNERS)]
            + [{"name": "Busy customer"}]
        )
        env.flush_all()
        if self.messages:
            begin = time.perf_counter()
            mailbox_fill.Filler(env).fill(accounts, folders, self.messages, min(partners.ids))
            print(f"    filled in {time.perf_counter() - begin:.0f} s", flush=True)
        env.cr.commit()
        return user

    def works(self) -> dict:
        """What people do: name → a call, or None where there is no mail to do it with."""
        box, mail = self.box, self.mail
        here, everywhere = {"folder": self.inbox.id}, {"view": "all"}

        def search(query, place=everywhere):
            return lambda: box.page(place, query=query)

        return {
            "places and unread counts": box.sidebar,
            "open the folder, as conversations": lambda: box.page(here),
            "open the folder, single mails": lambda: box.page(here, conversations=False),
            "the last page of the folder": self.last
            and (lambda: box.page(here, cursor=self.last)),
            "all inboxes": lambda: box.page({"view": "inbox"}),
            "all mail": lambda: box.page(everywhere),
            "starred": lambda: box.page({"view": "starred"}),
            "sent": lambda: box.page({"view": "sent"}),
            "unlinked": lambda: box.page({"view": "unlinked"}),
            "waiting for an answer": lambda: box.page({"view": "unanswered"}),
            "I handle these": lambda: box.page({"view": "mine"}),
            "emails of a record": lambda: box.page({"record": ["res.partner", self.busy]}),
            "the chatter of a record": lambda: self.env["mail.center.link"]
            .with_user(self.user).record_emails("res.partner", self.busy, 10),
            "open a mail": mail and (lambda: box.conversation(mail)),
            "its body": mail and (lambda: self.mails(mail)._body_page(fold=True)),
            "mark it read and unread": mail and (lambda: self.mark(mail)),
            "search a common word": search("offer"),
            "search a rare word": search("zebrafinch"),
            "search a word of one mail in a hundred": search("chimney"),
            "search two common words": search("offer faktury"),
            "search a phrase": search('"general assembly"'),
            "search a rare phrase of common words": search('"regards invoice"'),
            "search a phrase of common words that is nowhere": search('"regards invoice wall"'),
            "search a sender": search("from:p19999@firm"),
            "search the middle of a name": search("from:erson1999"),
            "search a domain": search("from:irm77.example"),
            "search a recipient who is nowhere": search("to:owalsk"),
            "search a subject": search("subject:sprawa from:person12"),
            "search unread mail": search("is:unread"),
            "search mail with files": search("has:attachment offer"),
            "search what is linked": search("link:contact chimney"),
            "search words that do not stand together": search("offer window zn1 door roof"),
            "search a common word in the folder": search("offer", here),
            "search a rare word in the folder": search("zebrafinch", here),
            "search nothing that is there": search("xyzzy"),
        }  # fmt: skip

    def mails(self, number: int):
        return self.env["mail.center.message"].with_user(self.user).browse(number)

    def mark(self, number: int) -> None:
        self.mails(number).mark_read(False)
        self.mails(number).mark_read(True)
        self.env.flush_all()

    def spent(self) -> tuple[float, float]:
        """Milliseconds of this thread and of its database's process, and of the clock."""
        backend = Path(f"/proc/{self.env.cr._cnx.info.backend_pid}/schedstat").read_text()
        processor = time.thread_time_ns() + int(backend.split()[0])
        return processor / 1e6, time.perf_counter() * 1000

    def time(self, work) -> tuple[float, float]:
        self.env.invalidate_all()
        begin = self.spent()
        work()
        return tuple(now - then for now, then in zip(self.spent(), begin, strict=True))


def measure(boxes: dict[str, Box]) -> tuple[dict, dict]:
    """Operation → name of the box → median in milliseconds, of the processor and of the clock.

    The boxes take turns.
    """
    works = {name: box.works() for name, box in boxes.items()}
    processor, clock = {}, {}
    for operation in works["large"]:
        times = {name: [] for name in boxes if works[name][operation]}
        for turn in range(RUNS + 2):
            for name, spent in times.items():
                this = boxes[name].time(works[name][operation])
                if turn >= 2:
                    spent.append(this)
        for place, found in enumerate((processor, clock)):
            found[operation] = {
                name: round(statistics.median(one[place] for one in spent), 2)
                for name, spent in times.items()
            }
        here = processor[operation]
        line = "".join(f"{here.get(name, 0):>11.1f}" for name in boxes)
        print(f"{operation:42}{line}{here['large'] / here['small']:>8.2f}", flush=True)
    return processor, clock


def ratios_of(times: dict[str, dict[str, float]]) -> dict[str, float]:
    return {name: round(one["large"] / one["small"], 2) for name, one in times.items()}


def bench(env, messages: int) -> int:
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    def other(name):
        return api.Environment(Registry(f"{BASE}_{name}").cursor(), SUPERUSER_ID, {})

    boxes = {
        "empty": Box(other("empty"), 0),
        "small": Box(other(SMALL), SMALL),
        "large": Box(env, messages),
    }
    print(f"\n{'milliseconds':42}{'no mail':>11}{SMALL:>11,}{messages:>11,}   ratio")
    processor, clock = measure(boxes)
    ratios = ratios_of(processor)
    above = [
        name for name, ratio in ratios.items()
        if ratio > (SEARCH_LIMIT if name.startswith("search") else LIMIT)
    ]
    print("\nAbove their limit: " + (", ".join(above) or "none"))
    RESULT.write_text(
        json.dumps(
            {"messages": messages, "small": SMALL, "milliseconds": processor, "ratios": ratios,
             "above": above, "clock_milliseconds": clock, "clock_ratios": ratios_of(clock)},
            indent=1,
        )
        + "\n"
    )  # fmt: skip
    for box in boxes.values():
        box.env.cr.rollback()
        box.env.cr.close()
    return 0


if "env" in globals():  # given by Odoo's shell
    raise SystemExit(bench(globals()["env"], int(os.environ[MESSAGES])))
if __name__ == "__main__":
    numbers = [word for word in sys.argv[1:] if word.isdigit()]
    run(int(numbers[0]) if numbers else 1_000_000, keep="--keep" in sys.argv)
