"""A newcomer's way through the mailbox, by mouse, by keys and on a phone."""

from email.message import EmailMessage

import pytest

from tests.loop.conftest import eventually
from tests.loop.window import WINDOW

BOX = "mbx.ola@loop.example"
ROW = ".o_mail_center_row"
OPEN = ".o_mail_center_conversation"


def a_mail(number: int, subject: str, text: str, sender: str = "Ewa Lis <ewa@lis.example>", **more):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, f"Ola Bąk <{BOX}>", subject
    mail["Date"] = f"Tue, 24 Nov 2026 10:{number:02}:00 +0100"
    mail["Message-ID"] = f"<mbx-{number}@lis.example>"
    for name, value in more.items():
        mail[name.replace("_", "-").title()] = value
    mail.set_content(text)
    return mail


@pytest.fixture
def filled(erp, sandbox, account):
    """Ola's mailbox: a conversation of two, a mail with a file, and a newsletter."""
    user = erp.user("mbx_ola", "Ola Bąk", "base.group_user", "base.group_partner_manager",
                    "mail_center.group_user")  # fmt: skip
    if not erp.call("mail.center.account", "search_count", [("email", "=", BOX)]):
        account(BOX, user)
        erp.create("res.partner", name="Dachy Lis", email="biuro@dachy.example")
        price = a_mail(3, "Cennik", "W załączniku przesyłam dachówkę.", "Jan <jan@cegla.example>")
        price.add_attachment(b"brick,1", maintype="text", subtype="csv", filename="cennik.csv")
        mails = [
            a_mail(1, "Dach", "Ile kosztuje dach?"),
            a_mail(2, "Re: Dach", "Czekam na odpowiedź.", in_reply_to="<mbx-1@lis.example>"),
            price,
            a_mail(4, "Nowości", "Tylko dziś.", "Sklep <news@sklep.example>"),
        ]
        sandbox.append(BOX, [(mail.as_bytes(), [], None) for mail in mails])
        for number in range(1, 5):
            message_id = f"<mbx-{number}@lis.example>"
            erp.received("mbx_ola", BOX, message_id)
    return erp


def subjects(page) -> list[str]:
    return page.locator(f"{ROW} .o_mail_center_subject").all_inner_texts()


def mailbox(login, **size):
    page = login("mbx_ola", **size)
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mailbox")
    page.wait_for_selector(ROW)
    return page


def unread(page, row: str) -> bool:
    return page.locator(f"{ROW}:has-text('{row}')").first.evaluate(
        "row => row.classList.contains('o_unread')"
    )


def find(page, query: str, wanted: list[str]) -> None:
    page.fill("input[aria-label='Search mail']", query)
    page.press("input[aria-label='Search mail']", "Enter")
    eventually(lambda: subjects(page) == wanted, f"{wanted} for {query!r}", 30, 0.1)


def test_a_newcomer_reads_finds_links_and_answers(filled, sandbox, login):
    page = mailbox(login)
    assert subjects(page) == ["Nowości", "Cennik", "Re: Dach"]
    assert page.locator(f"{ROW}:has-text('Re: Dach') .o_mail_center_who").inner_text().endswith("2")

    # Reading: the conversation opens whole, is read from then on, and the counter falls.
    assert unread(page, "Re: Dach")
    page.click(f"{ROW}:has-text('Re: Dach')")
    page.wait_for_selector(f"{OPEN} article >> nth=1")
    page.frame_locator(f"{OPEN} article >> nth=1 >> iframe").locator("text=Czekam").wait_for()
    eventually(lambda: not unread(page, "Re: Dach"), "the mail to be read", 30, 0.1)
    counter = page.locator(".o_mail_center_place:has-text('All inboxes') .o_mail_center_unread")
    eventually(lambda: counter.inner_text() == "2", "two unread mails left", 30, 0.1)

    # The address bar knows the mail: a reload and a shared link show it again.
    page.reload()
    page.wait_for_selector(f"{OPEN} h2:has-text('Dach')")

    # A link to a record, taken away, and undone.
    page.click(f"{OPEN} article:last-of-type .o_mail_center_links button:has-text('Link to a rec')")
    page.fill(".modal input[type=search]", "Dachy")
    page.click(".modal .list-group-item:has-text('Dachy Lis')")
    chip = f"{OPEN} .o_mail_center_link:has-text('Dachy Lis')"
    page.wait_for_selector(chip)
    page.click(f"{chip} [title=Unlink]")
    page.wait_for_selector(chip, state="detached")
    page.click(".o_notification button:has-text('Undo')")
    page.wait_for_selector(chip)

    # Search, with hits marked, and back to all.
    find(page, "zalacznik", ["Cennik"])
    find(page, "has:attachment", ["Cennik"])
    find(page, "link:contact", ["Re: Dach"])
    find(page, "dach", ["Cennik", "Re: Dach", "Dach"])
    assert "Dach" in page.locator(f"{ROW} mark").all_inner_texts()
    find(page, "nic takiego", [])
    page.click("text=Show everything")
    eventually(lambda: len(subjects(page)) == 3, "everything again", 30, 0.1)

    # New mail shows by itself.
    sandbox.append(BOX, [(a_mail(9, "Właśnie teraz", "Nowe.").as_bytes(), [], None)])
    filled.received("mbx_ola", BOX, "<mbx-9@lis.example>")
    page.wait_for_selector(f"{ROW}.o_unread:has-text('Właśnie teraz')")

    # An answer.
    page.click(f"{ROW}:has-text('Cennik')")
    page.wait_for_selector(f"{OPEN} h2:has-text('Cennik')")
    page.click(f"{OPEN} button:has-text('Reply') >> nth=0")
    page.wait_for_selector(f"{WINDOW} [data-email='jan@cegla.example']")


def test_the_mailbox_works_by_keys_alone(filled, login):
    page = mailbox(login)
    rows = subjects(page)
    page.keyboard.press("j")
    page.wait_for_selector(f"{ROW}.o_open >> nth=0")
    for _ in rows[1:]:
        page.keyboard.press("j")
    page.wait_for_selector(f"{OPEN} h2:has-text('Dach')")
    page.keyboard.press("k")
    page.wait_for_selector(f"{OPEN} h2:has-text('Cennik')")
    # Keys typed over the mail itself mean the same.
    page.frame_locator(f"{OPEN} iframe").locator("body").click()
    page.keyboard.press("s")
    page.wait_for_selector(f"{ROW}.o_open .o_starred")
    page.keyboard.press("u")
    page.wait_for_selector(f"{ROW}.o_open.o_unread")
    page.keyboard.press("?")
    page.wait_for_selector(".modal:has-text('Keys and search')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".modal", state="detached")
    page.keyboard.press("/")
    page.keyboard.type("jk")
    assert page.input_value("input[aria-label='Search mail']") == "jk"
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.wait_for_selector(f"{WINDOW} [data-email='jan@cegla.example']")


def test_several_mails_are_marked_at_once(filled, login):
    page = mailbox(login)
    page.locator(f"{ROW} input[type=checkbox]").first.click()
    page.locator(f"{ROW} input[type=checkbox]").last.click(modifiers=["Shift"])
    count = page.locator(ROW).count()
    page.wait_for_selector(f"text={count} selected")
    page.click("[aria-label='For the selected mails'] [title='Mark as unread']")
    eventually(lambda: page.locator(f"{ROW}.o_unread").count() == count, "all unread", 30, 0.1)
    page.click("[aria-label='For the selected mails'] [title='Mark as read']")
    eventually(lambda: page.locator(f"{ROW}.o_unread").count() == 0, "all read", 30, 0.1)


def test_on_a_phone_one_pane_shows_at_a_time(filled, login):
    page = mailbox(login, width=390, height=780)
    assert not page.is_visible(".o_mail_center_places")
    assert not page.is_visible(".o_mail_center_reading")
    page.click(f"{ROW}:has-text('Cennik')")
    page.wait_for_selector(f"{OPEN} h2:has-text('Cennik')")
    assert not page.is_visible(ROW)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("text=Back")
    page.wait_for_selector(ROW)
    page.click("[title='Accounts and folders']")
    page.click(".o_mail_center_place:has-text('Starred')")
    page.wait_for_selector("h1:has-text('Starred')")
