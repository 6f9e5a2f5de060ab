"""Every hostile body through everything that shows mail, in a real browser.

Nothing in it may run, nothing may be asked of a stranger's server, and nothing may lie over the
ERP's own page.
"""

import base64
import json
from pathlib import Path

import pytest

from tests.hostile_html import PAYLOADS
from tests.loop.conftest import LONG, eventually
from tests.loop.window import EDITOR, WINDOW

BOX = "xss.iga@loop.example"
SENDER = "mallory@outside.example"
WORD = "canaryword"
FRAMES = 40  # bodies at a time
QUOTES = 55  # quotes in one draft

# Bodies in frames as the reading pane makes them; answers what of each page is wrong.
SHOW = """async ([urls, sandbox]) => {
    const wrong = [];
    const frames = urls.map((url) => {
        const frame = document.createElement("iframe");
        frame.setAttribute("sandbox", sandbox);
        frame.src = url;
        return frame;
    });
    const loaded = frames.map((frame) => new Promise((done) => { frame.onload = done; }));
    const box = document.createElement("div");
    box.append(...frames);
    document.body.append(box);
    await Promise.all(loaded);
    for (const frame of frames) {
        const page = frame.contentDocument;
        if (!page || !page.body) {
            wrong.push(`${frame.src} is no page`);
            continue;
        }
        for (const element of page.body.querySelectorAll("*")) {
            for (const { name } of element.attributes) {
                if (name.startsWith("on")) {
                    wrong.push(`${frame.src}: ${element.outerHTML}`);
                }
            }
            for (const kind of ["mouseover", "click", "focus", "error", "load", "toggle"]) {
                if (!(element.matches("a[href], a[href] *, summary") && kind === "click")) {
                    element.dispatchEvent(new Event(kind));
                }
            }
            const { position } = frame.contentWindow.getComputedStyle(element);
            if (!["static", "relative"].includes(position)) {
                wrong.push(`${frame.src}: ${position}`);
            }
        }
        const strange = "iframe, object, embed, form, meta[http-equiv]";
        if (page.scripts.length || page.querySelector(strange)) {
            wrong.push(`${frame.src}: ${page.body.innerHTML}`);
        }
    }
    box.remove();
    return wrong;
}"""

# What lies over what it may not: the bar on top stays on top, nothing leaves its place.
COVERED = """(selector) => {
    const wrong = [];
    for (const element of document.querySelectorAll(`${selector} *`)) {
        const style = getComputedStyle(element);
        if (!["static", "relative"].includes(style.position) || style.zIndex !== "auto") {
            if (!element.closest("[contenteditable=false]")) {
                wrong.push(`${style.position} ${style.zIndex}: ${element.outerHTML.slice(0, 200)}`);
            }
        }
        for (const { name } of element.attributes) {
            if (name.startsWith("on")) {
                wrong.push(element.outerHTML.slice(0, 200));
            }
        }
    }
    for (let x = 5; x < innerWidth; x += 60) {
        if (!document.elementFromPoint(x, 10)?.closest(".o_main_navbar")) {
            wrong.push(`the bar is covered at ${x}`);
        }
    }
    return wrong;
}"""

# Scrolls the list, as a person does who wants all of it.


def _word(text: str) -> str:
    """A text of any kind for a header field (RFC 2047)."""
    text = "".join(char for char in text if char.isprintable())[:180]
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


def a_hostile_mail(number: int, payload: str) -> bytes:
    plain = f"{WORD} {payload}".encode(errors="replace")
    parts = (("plain", plain), ("html", f"<p>{WORD}</p>{payload}".encode(errors="replace")))
    lines = [
        f"From: {_word(payload)} <{SENDER}>", f"To: {BOX}", f"Subject: {_word(payload)}",
        f"Date: Tue, 24 Nov 2026 {number // 60 % 24:02}:{number % 60:02}:00 +0100",
        f"Message-ID: <xss-{number}@outside.example>", "MIME-Version: 1.0",
        'Content-Type: multipart/alternative; boundary="b"', "",
    ]  # fmt: skip
    for kind, content in parts:
        lines += ["--b", f"Content-Type: text/{kind}; charset=utf-8",
                  "Content-Transfer-Encoding: base64", "",
                  base64.encodebytes(content).decode().strip()]  # fmt: skip
    return "\r\n".join([*lines, "--b--", ""]).encode()


@pytest.fixture(scope="module")
def hostile(erp, sandbox):
    """``(owner, ids)``: a mailbox with one mail for each payload, all of them fetched."""
    user = erp.user(
        "xss_iga", "Iga Kos", "base.group_user", "base.group_partner_manager",
        "mail_center.group_user",
    )
    sandbox.add_mailbox(BOX, "correct horse")
    contact = erp.create("res.partner", name="Mallory", email=SENDER)
    mails = [(a_hostile_mail(n, payload), [], None) for n, payload in enumerate(PAYLOADS)]
    sandbox.append(BOX, mails)
    account = erp.create(
        "mail.center.account", name=BOX, email=BOX, user_id=user,
        imap_host="localhost", imap_port=sandbox.ports["imaps"], imap_security="tls",
        imap_login=BOX, imap_password="correct horse",
        smtp_host="localhost", smtp_port=sandbox.ports["smtp"], smtp_security="starttls",
        smtp_login=BOX, ca_pem=Path(sandbox.ca_file).read_text(),
    )  # fmt: skip
    owner = erp.of("xss_iga")
    owner.call("mail.center.account", "action_sync_now", [account])
    domain = [("account_id", "=", account)]
    eventually(
        lambda: owner.call("mail.center.message", "search_count", domain) == len(PAYLOADS),
        "the hostile mails", timeout=300,
    )
    ids = owner.call("mail.center.message", "search", domain, order="id")
    return owner, account, contact, ids


@pytest.fixture
def watched(login, server):
    return _watched(login("xss_iga"), server)


def _watched(page, server):
    """A logged-in page, and what was asked of others than the ERP while it was open."""
    page.set_default_timeout(120_000)  # the pages are large
    asked, dialogs = [], []

    def note(asking):
        if not asking.url.startswith((server.url, "data:", "blob:", "about:")):
            asked.append(asking.url)

    page.context.on("request", note)
    # A mail that is opened by itself has no icon of its own.
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))

    def harmless(surface: str):
        page.wait_for_timeout(300)
        assert page.evaluate("window.harm") is None, f"a script ran: {surface}"
        assert not dialogs, f"a script ran: {surface}"
        assert not asked, f"a request left: {surface}"

    def rpc(method, *arguments):
        """A method of the drafts, as the web client calls it."""
        answer = page.request.post(
            f"{server.url}/web/dataset/call_kw/mail.center.draft/{method}",
            data={"params": {"model": "mail.center.draft", "method": method,
                             "args": arguments, "kwargs": {}}},
            timeout=180_000,
        ).json()
        assert "error" not in answer, answer
        return answer["result"]

    page.harmless, page.rpc = harmless, rpc
    return page


LOOK_AND_SCROLL = """(selector) => {
    const rows = [...document.querySelectorAll(selector)];
    const strange = rows.flatMap((row) =>
        [...row.querySelectorAll("img:not([src^='/web/']), svg, form, iframe, script, style")]
        .map((element) => element.outerHTML));
    const list = document.querySelector(".o_mail_center_list");
    // It moves also at its end: older mail is asked for then.
    const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 2;
    list.scrollTop -= 50;
    if (atEnd && !list.querySelector(".fa-spin")) {
        list.scrollTop = 0; // what was passed before it was drawn
    }
    list.scrollTop += list.clientHeight / 2;
    return [rows.map((row) => row.dataset.id), strange];
}"""


def _report(surface: str, number: int) -> None:
    print(f"\n{surface}: {number} payloads, scripts run 0, requests 0, overlays 0")


def test_reading_runs_nothing_loads_nothing_and_covers_nothing(hostile, watched, server):
    _owner, _account, _contact, ids = hostile
    page = watched
    page.goto(f"{server.url}/odoo/mail.center.message/{ids[0]}")
    frame = page.locator("iframe[title='Email body']")
    frame.wait_for()
    sandbox = frame.get_attribute("sandbox")
    for query in ("", "?fold=1"):
        for start in range(0, len(ids), FRAMES):
            urls = [f"/mail_center/message/{one}/body{query}" for one in ids[start:start + FRAMES]]
            assert page.evaluate(SHOW, [urls, sandbox]) == []
            assert page.evaluate(COVERED, ".o_none") == []
    page.harmless("read")
    _report("read", len(ids))

    # The second wall: opened by itself, and with pictures allowed, still no script runs.
    for one in ids[:: max(1, len(ids) // 60)]:
        answer = page.goto(f"{server.url}/mail_center/message/{one}/body?images=0")
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy and "sandbox" in policy
        assert "allow-scripts" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
    page.harmless("read alone")


def test_the_list_its_snippets_and_what_a_search_finds_are_text(hostile, watched, server):
    _owner, _account, _contact, ids = hostile
    page = watched
    page.goto(f"{server.url}/odoo/mailbox")
    row = ".o_mail_center_row"
    page.wait_for_selector(row)
    page.fill("input[aria-label='Search mail']", WORD)
    page.press("input[aria-label='Search mail']", "Enter")

    # Only what is in view is in the page: look at each part on the way down.
    seen, strange = set(), []

    def all_seen():
        ids_shown, found = page.evaluate(LOOK_AND_SCROLL, row)
        seen.update(ids_shown)
        strange.extend(found)
        return len(seen) >= len(ids)

    eventually(all_seen, "all hostile mails in the list", 300, 0.3)
    count = len(seen)
    assert strange == []
    assert page.evaluate(COVERED, ".o_none") == []
    page.harmless("search snippets")
    _report("search snippets", count)


def test_the_chatter_shows_hostile_mail_as_text_and_in_its_frame(hostile, watched, server):
    owner, _account, contact, ids = hostile
    shown = owner.call("mail.center.link", "record_emails", "res.partner", contact, limit=200)
    assert shown["count"] == len(ids)
    page = watched
    page.goto(f"{server.url}/odoo/res.partner/{contact}")
    page.wait_for_selector(f".o-mail-Chatter :text('{WORD}') >> nth=0")
    assert page.evaluate(COVERED, ".o_mail_center_chatter") == []
    page.harmless("chatter")
    # The rest of the mails stand there by the same template, fifty at a time.
    _report("chatter", min(50, len(ids)))


@pytest.mark.parametrize("mode", ["reply", "forward"])
def test_quotes_in_the_editor_run_nothing_and_stay_in_their_window(hostile, watched, server, mode):
    _owner, _account, _contact, ids = hostile
    # Each takes its time; a pure test sees that none of them leaves the cleaner harmful.
    ids = ids if LONG else ids[{"reply": 0, "forward": 1}[mode] :: 3]
    page = watched
    quoted = 0
    for start in range(0, len(ids), QUOTES):
        drafts, bodies = [], []
        for one in ids[start:start + QUOTES]:
            window = page.rpc("open_new", {"mode": mode, "parent_id": one})
            drafts.append(window["id"])
            bodies.append(window["body"])
        keep, *others = drafts
        page.rpc("discard", others)
        page.rpc(
            "save", [keep],
            {"body_html": "".join(bodies), "subject": "quotes", "layout": "wide",
             "recipients_to": [{"name": "", "email": "eve@outside.example"}]},
        )
        page.goto(f"{server.url}/odoo/mailbox")
        page.click(".o_mail_center_window.o_minimised .o_mail_center_title button >> nth=0")
        page.wait_for_selector(f"{EDITOR}:has-text('{WORD}')")
        quotes = page.locator(f"{EDITOR} :text('{WORD}')").count()
        assert quotes >= len(bodies)
        quoted += len(bodies)
        assert page.evaluate(COVERED, EDITOR) == []
        strange = page.evaluate(
            """(selector) => [...document.querySelectorAll(`${selector} :is(
                script, style, iframe, object, embed, form, input, svg, math, link
            )`)].map((element) => element.outerHTML)""", EDITOR,
        )
        assert strange == []
        page.harmless(f"{mode} quote")

        page.click(f"{WINDOW} [title=Preview]")
        body = page.locator(".o_mail_center_preview").frame_locator("iframe").locator("body")
        body.locator(f":text('{WORD}')").first.wait_for()
        assert body.evaluate("body => body.ownerDocument.scripts.length") == 0
        loose = body.evaluate(
            """body => [...body.querySelectorAll("*")].filter((element) =>
                !["static", "relative"].includes(getComputedStyle(element).position)
                || [...element.attributes].some(({ name }) => name.startsWith("on")))
                .map((element) => element.outerHTML)"""
        )
        assert loose == []
        page.harmless(f"{mode} preview")
        page.keyboard.press("Escape")
        page.goto("about:blank")
        page.rpc("discard", [keep])
    _report(f"{mode} quote and its preview", quoted)


def test_the_log_and_a_log_of_another_database_are_text(login, server):
    """What strangers say is in the log, too; a file of log lines is a stranger's altogether."""
    page = _watched(login("admin"), server)
    head = {"schema": "mail_center.log", "version": 1, "database": "xss", "name": PAYLOADS[0]}
    sizes = {"message": 1000, "detail": 20_000, "account": 300, "user": 300, "correlation": 100}

    def line(number, payload):
        text = f"{WORD} {payload}".encode(errors="replace").decode()
        return {
            "key": f"xss:{number}", "date": "2026-11-24T08:00:00Z", "level": "error",
            "event": f"{number} {payload}".encode(errors="replace").decode()[:100],
            **{name: text[:size] for name, size in sizes.items()},
        }

    rows = [line(number, payload) for number, payload in enumerate(PAYLOADS)]
    answer = page.request.post(
        f"{server.url}/mail_center/log/import",
        multipart={
            "csrf_token": page.evaluate("odoo.csrf_token"),
            "ufile": {"name": "<img src=x onerror=top.harm=1>.jsonl", "mimeType": "text/plain",
                      "buffer": "\n".join(map(json.dumps, [head, *rows])).encode()},
        },
        timeout=180_000,
    ).json()
    assert answer.get("imported") == len(PAYLOADS), answer

    page.goto(f"{server.url}/odoo/action-mail_center.mail_center_log_action_imported")
    page.wait_for_selector(f"tr.o_data_row:has-text('{WORD}')")
    for name in ("Protocol detail", "Event", "Run", "By (there)"):
        page.click(".o_optional_columns_dropdown button")
        page.locator(".o-dropdown--menu").get_by_text(name, exact=True).click()
        page.keyboard.press("Escape")
        page.wait_for_selector(".o-dropdown--menu", state="detached")
    page.click(".o_pager_value")
    page.fill("input.o_pager_value", f"1-{len(PAYLOADS)}")
    page.keyboard.press("Enter")
    shown = page.locator("tr.o_data_row")
    eventually(lambda: shown.count() >= len(PAYLOADS), "all lines in the list")
    assert page.locator("td[name=detail]").count() >= len(PAYLOADS)
    strange = """(selector) => [...document.querySelectorAll(`${selector} :is(
        img, svg, math, style, script, iframe, object, embed, link, meta, base, video, audio
    )`)].map((element) => element.outerHTML)"""
    assert page.evaluate(strange, "tr.o_data_row") == []
    assert page.evaluate(COVERED, "tr.o_data_row") == []
    page.harmless("log")

    # A line by itself: the same fields, and what they look like in large.
    shown.first.locator("td[name=message]").click()
    page.wait_for_selector(f".o_form_view .o_field_widget[name=detail]:has-text('{WORD}')")
    for _line in range(len(PAYLOADS) if LONG else 12):
        assert page.evaluate(strange, ".o_field_widget") == []
        before = page.locator(".o_form_view .o_field_widget[name=event]").inner_text()
        page.click(".o_pager_next")
        page.wait_for_function(
            "(text) => document.querySelector('.o_form_view .o_field_widget[name=event]')"
            "?.innerText !== text", arg=before,
        )
    assert page.evaluate(COVERED, ".o_none") == []
    page.harmless("a line of the log")
    _report("log", len(PAYLOADS))
