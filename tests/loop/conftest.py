"""A real Odoo server on a database of its own, real mail servers, a real browser."""

from __future__ import annotations

import contextlib
import imaplib
import os
import threading
import time
import xmlrpc.client
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from dev.chromium import OPTIONS, PATH
from dev.odoo_process import OdooServer
from dev.paths import LOG
from dev.sandbox import Sandbox

PASSWORD = "correct horse"
# More of what takes long: ``MAIL_CENTER_LONG=1 make test``.
LONG = bool(os.environ.get("MAIL_CENTER_LONG"))
# What the server answers while it works at the same thing: nothing was done, so it can be asked
# again. Odoo itself does so, but not for long, and not for a scheduled job that runs.
BUSY = (
    "could not serialize access", "could not obtain lock", "deadlock detected",
    "This cron task is currently being executed",
)

expect.set_options(timeout=30_000)  # five seconds are too short for a server that is busy


class Erp:
    """The server's external API, as the administrator or another whose password is the login."""

    def __init__(self, server: OdooServer, login: str = "admin"):
        self.server = server
        self.login = login
        self.uid = self._proxy("common").authenticate(server.database, login, login, {})

    def _proxy(self, service: str) -> xmlrpc.client.ServerProxy:
        return xmlrpc.client.ServerProxy(
            f"{self.server.url}/xmlrpc/2/{service}", allow_none=True, use_builtin_types=True
        )

    def call(self, model: str, method: str, *arguments, **options):
        """The answer; asked again while a scheduled job has in hand what is to be changed."""
        deadline = time.monotonic() + 150
        while True:
            try:
                return self._proxy("object").execute_kw(
                    self.server.database, self.uid, self.login, model, method, list(arguments),
                    options,
                )
            except xmlrpc.client.Fault as fault:
                is_busy = any(text in fault.faultString for text in BUSY)
                if not is_busy or time.monotonic() > deadline:
                    raise
            time.sleep(0.2)

    def create(self, model: str, **values) -> int:
        (record,) = self.call(model, "create", [values])
        return record

    def reference(self, xmlid: str) -> int:
        module, name = xmlid.split(".")
        (row,) = self.call(
            "ir.model.data", "search_read",
            [("module", "=", module), ("name", "=", name)], fields=["res_id"],
        )
        return row["res_id"]

    def run_job(self, xmlid: str) -> None:
        """Let a scheduled job run now; if it does already, it may go on."""
        try:
            self.call("ir.cron", "method_direct_trigger", [self.reference(xmlid)])
        except xmlrpc.client.Fault as fault:
            if "already executing" not in fault.faultString:
                raise

    def of(self, login: str) -> Erp:
        """The same as another user, who sees what is hers."""
        return Erp(self.server, login)

    def received(self, login: str, email: str, message_id: str) -> int:
        """Fetch the mailbox of ``login`` and wait for a mail; its database id."""
        owner = self.of(login)
        (account,) = owner.call("mail.center.account", "search", [("email", "=", email)])
        owner.call("mail.center.account", "action_sync_now", [account])
        domain = [("account_id", "=", account), ("message_id", "=", message_id)]
        (message,) = eventually(
            lambda: owner.call("mail.center.message", "search", domain), f"{message_id} in {email}"
        )
        return message

    def user(self, login: str, name: str, *groups: str) -> int:
        """A user whose password is his login; the one that is there already."""
        found = self.call("res.users", "search", [("login", "=", login)])
        if found:
            return found[0]
        return self.create(
            "res.users", login=login, password=login, name=name,
            odoobot_state="disabled",  # its chat would open, and take the caret
            group_ids=[(6, 0, [self.reference(group) for group in groups])],
        )


@pytest.fixture(scope="session")
def server() -> OdooServer:
    return OdooServer.from_env()


@pytest.fixture(scope="session")
def sandbox() -> Sandbox:
    return Sandbox.from_env()


@pytest.fixture(scope="session")
def erp(server) -> Erp:
    return Erp(server)


@pytest.fixture
def account(erp, sandbox):
    """``account(address, user id)`` connects a new mailbox of the sandbox; its database id.

    More is set by the names of fields.
    """

    def connect(address: str, user: int, **values) -> int:
        sandbox.add_mailbox(address, PASSWORD)
        return erp.create(
            "mail.center.account",
            **{
                "name": address, "email": address, "user_id": user,
                "imap_host": "localhost", "imap_port": sandbox.ports["imaps"],
                "imap_security": "tls", "imap_login": address, "imap_password": PASSWORD,
                "smtp_host": "localhost", "smtp_port": sandbox.ports["smtp"],
                "smtp_security": "starttls", "smtp_login": address,
                "ca_pem": Path(sandbox.ca_file).read_text(), **values,
            },
        )

    return connect


@pytest.fixture
def filled(erp, sandbox, account):
    """Ola's mailbox: a conversation of two, a mail with a file, and a newsletter."""
    from tests.loop import mailbox

    mailbox.fill(erp, sandbox, account)
    return erp


@pytest.fixture
def quick(erp):
    """Mail leaves at once: for tests that are not about the time to undo."""
    erp.call("ir.config_parameter", "set_param", "mail_center.undo_seconds", "0")
    yield
    erp.call("ir.config_parameter", "set_param", "mail_center.undo_seconds", False)


@pytest.fixture
def customer(sandbox):
    """``customer(address, name)``: from then on this mailbox answers what it gets."""
    from dev.demo.customer import Mailbox

    stop = threading.Event()
    threads = []

    def watch(mailbox: Mailbox) -> None:
        while not stop.wait(0.5):
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                mailbox.poll()
        mailbox.close()

    def answer(address: str, name: str) -> None:
        sandbox.add_mailbox(address, PASSWORD)
        mailbox = Mailbox(sandbox.settings, address, name, PASSWORD)
        threads.append(threading.Thread(target=watch, args=(mailbox,), daemon=True))
        threads[-1].start()

    yield answer
    stop.set()
    for thread in threads:
        thread.join(10)


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=OPTIONS)
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    item.failed = report.failed
    return report


@pytest.fixture
def login(request, chromium, server):
    """``login(name)`` gives a logged-in page. Errors in the browser's console fail the test."""
    contexts, errors = [], []

    def open_page(name: str, width: int = 1400, height: int = 900):
        contexts.append(chromium.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(30_000)
        page.set_default_navigation_timeout(120_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.goto(f"{server.url}/web/login")
        page.fill("#login", name)
        page.fill("#password", name)
        page.click("button[type=submit]")
        page.wait_for_selector(".o_main_navbar", timeout=120_000)  # the first builds the assets
        # The first page comes after the bar, and would take the caret from what is opened before.
        page.wait_for_selector(".o_action_manager > *", state="attached", timeout=120_000)
        return page

    yield open_page
    for number, context in enumerate(contexts):
        if getattr(request.node, "failed", False):
            for page in context.pages:
                page.screenshot(path=LOG / f"{request.node.name}-{number}.png")
        context.close()
    assert not errors, "errors in the browser's console"


def eventually(check, what: str, timeout: float = 150.0, pause: float = 0.5):
    """The first true value of ``check()``; fails naming ``what`` after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        value = check()
        if value:
            return value
        assert time.monotonic() < deadline, f"gave up waiting for {what}"
        time.sleep(pause)
