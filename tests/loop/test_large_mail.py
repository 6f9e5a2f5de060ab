"""A mail too large to fetch unasked: read at once, its files fetched at a click."""

import os
from email.message import EmailMessage

from dev.paths import LOG
from tests.loop.conftest import eventually
from tests.loop.mailbox import live

BOX = "large.ola@loop.example"
OPEN = ".o_mail_center_conversation"


def test_a_large_mail_is_read_at_once_and_its_files_come_at_a_click(erp, sandbox, account, login):
    user = erp.user("large_ola", "Ola Bąk", "base.group_user", "mail_center.group_user")
    box = account(BOX, user)
    erp.call("mail.center.account", "write", [box], {"whole_megabytes": 1})
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ewa Lis <ewa@lis.example>", BOX, "Rysunki dachu"
    mail["Date"] = "Tue, 24 Nov 2026 10:00:00 +0100"
    mail["Message-ID"] = "<large-1@lis.example>"
    mail.set_content("W załączniku przesyłam rysunki dachu.")
    mail.add_attachment(
        os.urandom(3 * 1024**2), maintype="application", subtype="pdf", filename="Rysunki.pdf"
    )
    sandbox.append(BOX, [(mail.as_bytes(), [], None)])
    erp.received("large_ola", BOX, "<large-1@lis.example>")

    page = login("large_ola")
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mailbox")
    page.click(".o_mail_center_row:has-text('Rysunki dachu')")
    left = page.locator(f"{OPEN} .o_mail_center_left")
    left.wait_for()
    assert "Rysunki.pdf" in left.inner_text()
    assert "3" in left.inner_text()
    page.frame_locator(f"{OPEN} iframe").get_by_text("przesyłam rysunki").wait_for()
    page.screenshot(path=LOG / "large-mail.png")
    live(page)
    # The click is answered at once, even where the server is slow to answer.
    held = []

    def hold(route):
        held.append(route)

    page.route("**/mail.center.mailbox/download", hold)
    left.locator("button:has-text('Download')").click()
    left.locator("[role=status]").wait_for()
    eventually(lambda: page.wait_for_timeout(50) or held, "the request for the files", pause=0)
    # What is read again before the server has heard of it takes the answer not back.
    with page.expect_response("**/mail.center.mailbox/conversation*"):
        page.click(".o_mail_center_row .o_mail_center_star")
    page.evaluate("() => new Promise((done) => setTimeout(() => requestAnimationFrame(done)))")
    assert left.locator("[role=status]").is_visible()
    held.pop().continue_()
    # The browser is told when it is here: nothing is reloaded by hand.
    left.wait_for(state="detached", timeout=90_000)
    page.wait_for_selector(f"{OPEN} :text('Rysunki.pdf')")
    page.screenshot(path=LOG / "large-mail-whole.png")
    (row,) = erp.of("large_ola").call(
        "mail.center.message", "search_read", [("account_id", "=", box)], fields=["is_partial"]
    )
    assert not row["is_partial"]


def test_the_account_shows_the_comparison_and_offers_the_repair(erp, sandbox, account, login):
    address = "compare.ola@loop.example"
    user = erp.user("large_ola", "Ola Bąk", "base.group_user", "mail_center.group_user")
    box = account(address, user)
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "Ewa Lis <ewa@lis.example>", "Cennik"
    mail["Message-ID"] = "<compare-1@lis.example>"
    mail.set_content("Dzień dobry.")
    sandbox.append(address, [(mail.as_bytes(), [], None)])
    erp.received("large_ola", address, "<compare-1@lis.example>")
    owner = erp.of("large_ola")
    folders = owner.call("mail.center.folder", "search", [("account_id", "=", box)])
    (inbox,) = owner.call(
        "mail.center.folder", "search", [("account_id", "=", box), ("special_use", "=", "inbox")]
    )
    assert inbox in folders
    owner.call("mail.center.folder", "action_compare", [inbox])

    def text():
        (row,) = owner.call("mail.center.folder", "read", [inbox], fields=["comparison_text"])
        return row["comparison_text"]

    eventually(lambda: text() == "server 1 · here 1 · quarantine 0", "the comparison")
    page = login("large_ola")
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mail.center.account/{box}")
    page.click(".o_notebook a:has-text('Folders')")
    page.wait_for_selector("td:has-text('server 1 · here 1 · quarantine 0')")
    page.screenshot(path=LOG / "folders.png", full_page=True)
