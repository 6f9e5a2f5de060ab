"""The address bar of the mailbox: back, reload and a shared link show the same."""

import re

from playwright.sync_api import expect

from tests.loop.conftest import eventually
from tests.loop.mailbox import BOX, OPEN, ROW, find, mailbox, subjects


def places(erp, page) -> dict[str, tuple]:
    """What is shown, by how one gets there: name → (do it, heading, subjects)."""
    (partner,) = erp.call("res.partner", "search", [("name", "=", "Dachy Lis")])
    (mail,) = erp.of("mbx_ola").call(
        "mail.center.message", "search", [("message_id", "=", "<mbx-3@lis.example>")]
    )
    linked = [("res_model", "=", "res.partner"), ("message_id", "=", mail)]
    if not erp.of("mbx_ola").call("mail.center.link", "search_count", linked):
        erp.of("mbx_ola").create(
            "mail.center.link", message_id=mail, res_model="res.partner", res_id=partner
        )
    base = page.url.split("/odoo")[0]

    def record():
        page.goto(f"{base}/odoo/res.partner/{partner}")
        page.click("button[name=action_mail_center_emails]")

    def view():
        page.click(".o_mail_center_place:has-text('Starred')")

    def folder():
        page.click(".o_mail_center_place[title=INBOX]")

    def search():
        page.click(".o_mail_center_place:has-text('All mail')")
        page.wait_for_selector("h1:has-text('All mail')")
        find(page, "has:attachment subject:cennik", ["Cennik"])

    return {
        "a view": (view, "Starred"),
        "a folder": (folder, f"Inbox · {BOX}"),
        "a search": (search, "All mail"),
        "a record": (record, "Emails of Dachy Lis"),
    }


def seen(page) -> tuple:
    """Heading, search line, mails and the mail that is open."""
    page.wait_for_selector(".o_mail_center_mailbox h1")
    mail = page.locator(f"{OPEN} h2")
    return (
        page.locator(".o_mail_center_pane h1").inner_text(),
        page.input_value("input[aria-label='Search mail']"),
        tuple(subjects(page)),
        "".join(mail.all_inner_texts()),  # asked once: it may go meanwhile
    )


def shows(page, wanted: tuple, when: str) -> None:
    eventually(lambda: seen(page) == wanted, f"{wanted} {when}", 30, 0.2)


def test_every_place_is_shown_again_by_reload_by_a_shared_link_and_by_back(filled, login):
    page = mailbox(login)
    for name, (go, heading) in places(filled, page).items():
        go()
        page.wait_for_selector(f"h1:text-is('{heading}')")
        page.wait_for_selector(f"{ROW}, .o_mail_center_empty")
        closed = seen(page)
        if closed[2]:
            page.click(f"{ROW} >> nth=0")
            page.wait_for_selector(f"{OPEN} h2")
        wanted, address = seen(page), page.url
        page.reload()
        shows(page, wanted, f"after a reload of {name}")
        other = login("mbx_ola")
        other.goto(address)
        shows(other, wanted, f"by a link to {name}")
        other.close()
        if closed[2]:
            page.go_back()
            shows(page, closed, f"by back from a mail of {name}")
        page.goto(re.sub(r"/odoo.*", "/odoo/mailbox", page.url))
        page.wait_for_selector(ROW)


def test_the_breadcrumb_leads_back_to_the_place_and_mail_one_came_from(filled, login):
    page = mailbox(login)
    places(filled, page)
    page.click(".o_mail_center_place[title=INBOX]")
    find(page, "cennik", ["Cennik"])
    page.click(f"{ROW}:has-text('Cennik')")
    page.click(f"{OPEN} .o_mail_center_link:has-text('Dachy Lis') button >> nth=0")
    page.wait_for_selector(".o_form_view")
    page.click(".o_breadcrumb >> text=Mailbox")
    page.wait_for_selector(f"{OPEN} h2:has-text('Cennik')")
    # The places, the list and the conversation are loaded side by side.
    expect(page.locator(".o_mail_center_pane h1")).to_have_text(re.compile("^Inbox"))
    expect(page.locator("input[aria-label='Search mail']")).to_have_value("cennik")
    eventually(lambda: subjects(page) == ["Cennik"], "the mail that was found", 30, 0.1)
