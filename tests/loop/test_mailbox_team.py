"""A mailbox that colleagues share: who handles what, notes, types, what is put off."""

from tests.loop.conftest import eventually
from tests.loop.mailbox import BOX, OPEN, ROW, live, mailbox, subjects
from tests.loop.window import WINDOW


def test_a_mail_is_handled_typed_and_made_a_contact(filled, login):
    page = mailbox(login)
    page.click(f"{ROW}:has-text('Cennik')")
    page.wait_for_selector(f"{OPEN} h2:has-text('Cennik')")
    page.keyboard.press("h")
    page.click(".modal .list-group-item:has-text('Ola Bąk')")
    page.wait_for_selector(f"{OPEN} .o_mail_center_handler:has-text('Ola Bąk')")
    page.click(".o_mail_center_place:has-text('I handle these')")
    eventually(lambda: subjects(page) == ["Cennik"], "the mail that Ola handles", 30, 0.1)
    page.locator(f"{ROW} input[type=checkbox]").click()
    page.click("[aria-label='For the selected mails'] [title='Type of the message']")
    page.click(".modal .list-group-item >> nth=1")
    page.wait_for_selector(f"{ROW} .badge.text-bg-light")

    # A contact with what the mail says; from then on the mail is linked to it.
    page.click(f"{ROW}:has-text('Cennik')")
    page.click(f"{OPEN} button:has-text('Create')")
    page.click(".o-dropdown--menu >> text=Contact")
    email = page.locator(".modal .o_field_widget[name=email] input")
    eventually(lambda: email.count() and email.input_value() == "jan@cegla.example",
               "the address to be filled in", 30, 0.1)  # fmt: skip
    page.click(".modal .o_form_button_save")
    page.wait_for_selector(f"{OPEN} .o_mail_center_link:has-text('Jan')")

    # The mails of that contact are a place of the mailbox, which its smart button opens.
    page.click(f"{OPEN} .o_mail_center_link:has-text('Jan') button >> nth=0")
    page.click("button[name=action_mail_center_emails]")
    page.wait_for_selector("h1:has-text('Emails of Jan')")
    eventually(lambda: subjects(page) == ["Cennik"], "the mail of the contact", 30, 0.1)


def test_colleagues_share_a_conversation(filled, login):
    erp = filled
    kasia = erp.user("mbx_kasia", "Kasia Dąb", "base.group_user", "mail_center.group_user")
    (office,) = erp.call("mail.center.account", "search", [("email", "=", BOX)])
    if not erp.call("mail.center.account.permission", "search_count", [("user_id", "=", kasia)]):
        erp.create("mail.center.account.permission", account_id=office, user_id=kasia,
                   can_read=True, can_send=True)  # fmt: skip
        erp.create("mail.center.template", name="Podziękowanie", shortcut="dzieki",
                   body_html="<p>Dziękujemy za wiadomość.</p>")  # fmt: skip
    page, other = mailbox(login), login("mbx_kasia")
    other.goto(f"{other.url.split('/odoo')[0]}/odoo/mailbox")
    for one in (page, other):
        one.click(f"{ROW}:has-text('Dach') >> nth=-1")
        one.wait_for_selector(f"{OPEN} h2:has-text('Dach')")
        live(one)

    # A note, seen by the other without a reload.
    page.click(f"{OPEN} button:has-text('Internal note')")
    page.fill(f"{OPEN} .o_mail_center_notes textarea", "Daj mu rabat")
    page.keyboard.press("Control+Enter")
    other.wait_for_selector(f"{OPEN} .o_mail_center_note:has-text('Daj mu rabat')")

    # The other begins an answer, with a canned text; who has the same mail open sees it.
    other.click(f"{OPEN} article:last-of-type button:has-text('Reply') >> nth=0")
    editor = other.locator(f"{WINDOW} .o_mail_center_editable")
    editor.click()
    other.keyboard.type("Witam ::dzieki ")
    editor.locator("text=Dziękujemy za wiadomość.").wait_for()
    assert "::" not in editor.inner_text()
    page.wait_for_selector(f"{OPEN} .o_mail_center_writing:has-text('Kasia Dąb')")

    # Given to the other, who is told.
    page.click(f"{OPEN} .o_mail_center_handler")
    page.click(".modal .list-group-item:has-text('Kasia Dąb')")
    other.wait_for_selector(".o_notification:has-text('Ola Bąk has given you a conversation')")
    other.wait_for_selector(f"{OPEN} .o_mail_center_handler:has-text('Kasia Dąb')")

    # Put off: out of one's own inbox alone, and back.
    before = page.locator(ROW).count()
    page.click(f"{OPEN} .o_mail_center_snooze")
    page.click(".o-dropdown--menu >> text=Tomorrow")
    eventually(lambda: page.locator(ROW).count() == before - 1, "one row less", 30, 0.1)
    page.click(".o_mail_center_place:has-text('Snoozed')")
    eventually(lambda: page.locator(ROW).count() == 2, "the snoozed conversation", 30, 0.1)
    assert erp.of("mbx_ola").call("mail.activity", "search_count", [("summary", "like", "Dach")])
    page.click(f"{ROW} >> nth=0")
    page.click(f"{OPEN} .o_mail_center_snooze")
    page.click(".o-dropdown--menu >> text=Back to the inbox now")
    eventually(lambda: page.locator(ROW).count() == 0, "nothing snoozed", 30, 0.1)
