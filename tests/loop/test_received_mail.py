"""What one person of the ERP writes, as another sees it when it has come by mail."""

import threading
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.loop.mailbox import read
from tests.loop.window import (
    EDITOR,
    PASTE_HTML,
    PASTE_PICTURE,
    SUBJECT,
    WINDOW,
    arrived,
    chips,
    shut,
)

ANNA, JAN = "rcv.anna@loop.example", "rcv.jan@loop.example"
TABLE = (
    "<table><tbody><tr><td>Biurko</td><td>120 zł</td></tr>"
    "<tr><td>Krzesło</td><td>45 zł</td></tr></tbody></table>"
)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63"
    "f8ffff3f0005fe02fe0def46b80000000049454e44ae426082"
)
# What of the page a person would see or could be harmed by.
SHOWN = """(body) => ({
    text: body.innerText.split(/\\s+/).filter(Boolean).join(" "),
    cells: [...body.querySelectorAll("td")].map((cell) => cell.innerText.trim()),
    links: [...body.querySelectorAll("a[href]")].map((link) => link.getAttribute("href")),
    pictures: [...body.querySelectorAll("img")].map((image) => image.naturalWidth),
    quotes: [...body.querySelectorAll("blockquote")].map((quote) => quote.innerText.trim()),
    scripts: body.ownerDocument.scripts.length,
})"""


@pytest.fixture
def people(erp, account):
    """Anna and Jan, each with a mailbox of their own."""
    for login, name, address in (("rcv_anna", "Anna Nowak", ANNA), ("rcv_jan", "Jan Żak", JAN)):
        if not erp.call("mail.center.account", "search_count", [("email", "=", address)]):
            account(address, erp.user(login, name, "base.group_user", "mail_center.group_user"))


def open_mail(page, message: int) -> None:
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mail.center.message/{message}")
    read(page, "iframe[title='Email body']")


def field(page, name: str) -> str:
    return page.locator(f".o_field_widget[name={name}]").first.inner_text().strip()


def shown(page) -> dict:
    """The body of the opened mail, when its pictures have come."""
    body = page.frame_locator("iframe[title='Email body']").locator("body")
    body.locator("img").evaluate_all(
        "images => Promise.all(images.map((image) => image.decode().catch(() => {})))"
    )
    return body.evaluate(SHOWN)


def a_question() -> bytes:
    mail = EmailMessage()
    mail["From"] = f"Jan Żak <{JAN}>"
    mail["To"] = f"Anna Nowak <{ANNA}>"
    mail["Subject"] = "Zażółć biurka"
    mail["Date"] = "Tue, 24 Nov 2026 10:00:00 +0100"
    mail["Message-ID"] = "<rcv-question@loop.example>"
    mail.set_content("Ile kosztują biurka?\n")
    mail.add_alternative("<p>Ile kosztują <b>biurka</b>?</p>", subtype="html")
    return mail.as_bytes()


def test_a_mail_with_everything_looks_the_same_in_the_mailbox_it_comes_to(
    erp, sandbox, people, login, quick
):
    for name in ("boss", "hidden"):
        sandbox.add_mailbox(f"rcv.{name}@customer.example", "x")
    # Jan has asked: he has a copy among the sent mail, Anna has it in her inbox.
    sandbox.append(JAN, [(a_question(), ["\\Seen"], None)], "Sent")
    erp.received("rcv_jan", JAN, "<rcv-question@loop.example>")
    sandbox.deliver(ANNA, a_question(), sender=JAN)
    page = login("rcv_anna")
    open_mail(page, erp.received("rcv_anna", ANNA, "<rcv-question@loop.example>"))

    page.click(".o_statusbar_buttons button[name=action_reply]")
    page.wait_for_selector(f"{EDITOR}:focus")
    assert chips(page) == [JAN]
    for kind, address in (("Cc", '"Boss, The" <rcv.boss@customer.example>'),
                          ("Bcc", "rcv.hidden@customer.example")):  # fmt: skip
        page.click(f"{WINDOW} button:text-is('{kind}')")
        page.wait_for_selector(f"{WINDOW} input[id$=_{kind.lower()}]:focus")
        page.keyboard.type(f"{address},")
        page.wait_for_selector(f"{WINDOW} [data-email='rcv.{'boss' if kind == 'Cc' else 'hidden'}"
                               "@customer.example']")  # fmt: skip
    page.locator(SUBJECT).press("Enter")
    page.keyboard.insert_text("Dzień dobry 🙂, ceny:")
    page.keyboard.press("Enter")
    editor = page.locator(EDITOR)
    editor.evaluate(PASTE_HTML, TABLE)
    editor.evaluate(PASTE_HTML, '<p>Więcej: <a href="https://shop.example/ą?a=1&b=2">sklep</a></p>')
    editor.evaluate(PASTE_PICTURE)
    page.wait_for_selector(f"{EDITOR} img[src^='/web/image/']")
    page.set_input_files(
        f"{WINDOW} input[type=file]",
        [{"name": "Cennik łóżek.csv", "mimeType": "text/csv", "buffer": "łóżko,1".encode()}],
    )
    page.wait_for_selector(f"{WINDOW} .o_mail_center_file[data-name='Cennik łóżek.csv']")

    page.click(f"{WINDOW} [title=Preview]")
    preview = page.locator(".o_mail_center_preview")
    body = preview.frame_locator("iframe").locator("body")
    body.locator("text=Dzień dobry").wait_for()
    body.locator("img").evaluate_all("images => Promise.all(images.map((one) => one.decode()))")
    promised = body.evaluate(SHOWN)
    names = preview.locator("dt").all_inner_texts()
    headers = dict(zip(names, preview.locator("dd").all_inner_texts(), strict=True))
    preview.locator("[data-view=text]").click()
    plain = preview.locator("pre").inner_text().split()
    preview.locator("button:has-text('Send')").click()
    page.wait_for_selector(WINDOW, state="detached")

    # The picture of everything: alternatives, table, link, emoji, signature, quote.
    assert promised["cells"] == ["Biurko", "120 zł", "Krzesło", "45 zł"]
    assert promised["links"] == ["https://shop.example/%C4%85?a=1&b=2"]
    assert promised["pictures"] == [120]
    assert promised["quotes"] == ["Ile kosztują biurka?"]
    for text in ("Dzień dobry 🙂, ceny:", "-- Anna Nowak", "Jan Żak"):
        assert text in promised["text"]

    sent = str(arrived(sandbox, "rcv.boss@customer.example")["Message-ID"])
    assert sent == arrived(sandbox, "rcv.hidden@customer.example")["Message-ID"]
    page = login("rcv_jan")
    open_mail(page, erp.received("rcv_jan", JAN, sent))
    assert shown(page) == promised
    assert field(page, "subject") == headers["Subject"] == "Re: Zażółć biurka"
    for name, title in (("from_display", "From"), ("to_display", "To"), ("cc_display", "Cc")):
        assert field(page, name) == headers[title]
    assert "rcv.hidden" in headers["Bcc"]
    assert "rcv.hidden" not in page.locator(".o_form_view").inner_text()
    # It is an answer, and lies in the conversation that Jan began.
    jan = erp.of("rcv_jan")
    (message,) = jan.call(
        "mail.center.message", "search_read", [("message_id", "=", sent)],
        fields=["body_text", "in_reply_to", "thread_id"],
    )
    assert message["body_text"].split() == plain
    assert message["in_reply_to"] == "<rcv-question@loop.example>"
    talk = [("thread_id", "=", message["thread_id"][0])]
    assert jan.call("mail.center.message", "search_count", talk) == 2
    # The file is there to download, the picture of the text is not there twice.
    names = page.locator(".o_field_widget[name=file_ids] .o_mail_center_files .text-truncate")
    assert [text.strip() for text in names.all_inner_texts()] == ["Cennik łóżek.csv"]
    with page.expect_download() as download:
        page.click(".o_field_widget[name=file_ids] a[title=Download]")
    assert download.value.suggested_filename == "Cennik łóżek.csv"
    assert download.value.path().read_text() == "łóżko,1"


class Tracker(BaseHTTPRequestHandler):
    """A picture on somebody's server, who would like to know when it is looked at."""

    hits: list

    def do_GET(self):
        self.hits.append({"path": self.path, **self.headers})
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.end_headers()
        self.wfile.write(PIXEL)

    def log_message(self, *_arguments):
        pass


@pytest.fixture
def tracker():
    """``(address, hits)`` of a web server on loopback."""
    handler = type("Handler", (Tracker,), {"hits": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    # By another name than Odoo's, whose cookies any port of the same name would get.
    yield f"http://localhost:{server.server_port}", handler.hits
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_a_stranger_neither_runs_scripts_nor_learns_that_his_mail_was_read(
    erp, sandbox, people, login, tracker
):
    address, hits = tracker
    mail = EmailMessage()
    mail["From"] = "Mallory <mallory@outside.example>"
    mail["To"] = JAN
    mail["Subject"] = "Look"
    mail["Date"] = "Tue, 24 Nov 2026 10:00:00 +0100"
    mail["Message-ID"] = "<rcv-tracker@outside.example>"
    mail.set_content("Look at this.\n")
    mail.add_alternative(
        f"""<p onclick="top.harm = 1">Look at this.</p>
        <script>top.harm = 2; fetch("{address}/script")</script>
        <img src="{address}/photo.png" width="60" height="40" onload="top.harm = 3">
        <img src="x:" onerror="top.harm = 4">
        <div style="background: url({address}/background.png)">styled</div>
        <a href="javascript:top.harm = 5">link</a><iframe src="{address}/frame"></iframe>
        <link rel="stylesheet" href="{address}/sheet.css"><svg onload="top.harm = 6"></svg>
        <form action="{address}/form"><button>Go</button></form>""",
        subtype="html",
    )
    sandbox.deliver(JAN, mail.as_bytes(), sender="mallory@outside.example")
    page = login("rcv_jan")
    open_mail(page, erp.received("rcv_jan", JAN, "<rcv-tracker@outside.example>"))
    frame = page.frame_locator("iframe[title='Email body']")
    frame.locator("p:has-text('Look at this.')").click()
    sandboxed = page.locator("iframe[title='Email body']").get_attribute("sandbox").split()
    assert "allow-scripts" not in sandboxed
    assert shown(page)["scripts"] == 0
    # Answering quotes the mail, and does not load the picture either.
    page.click(".o_statusbar_buttons button[name=action_reply]")
    page.wait_for_selector(f"{EDITOR}:has-text('Look at this.')")
    page.wait_for_timeout(1000)
    assert hits == []
    shut(page)

    page.click("button:has-text('Show images')")
    frame.locator("img[src^='http://localhost']").evaluate("image => image.decode()")
    page.wait_for_timeout(500)
    assert [hit["path"] for hit in hits] == ["/photo.png"]
    assert {name.lower() for name in hits[0]}.isdisjoint({"referer", "cookie"})
    assert page.evaluate("window.harm") is None
    assert page.locator("button:has-text('Show images')").count() == 0
