"""The mailbox by keys alone, for a screen reader, and on a phone."""

from tests.loop.accessibility import faint, nameless
from tests.loop.conftest import eventually
from tests.loop.mailbox import OPEN, ROW, mailbox, read, subjects
from tests.loop.window import WINDOW


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
    # Keys typed over the mail itself mean the same, once it is there, and read.
    page.wait_for_selector(f"{ROW}.o_open:not(.o_unread):has-text('Cennik')")
    read(page)
    page.frame_locator(f"{OPEN} iframe").locator("body").click()
    page.keyboard.press("s")
    page.wait_for_selector(f"{ROW}.o_open .o_starred")
    page.keyboard.press("u")
    page.wait_for_selector(f"{ROW}.o_open.o_unread")
    page.keyboard.press("?")
    page.wait_for_selector(".modal:has-text('Keys and search')")
    page.keyboard.press("Escape")
    page.wait_for_selector(".o_dialog", state="detached")
    page.keyboard.press("/")
    page.wait_for_selector("input[aria-label='Search mail']:focus")
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


def test_a_screen_reader_is_told_what_everything_is_and_focus_is_never_lost(filled, login):
    page = mailbox(login)
    page.click(f"{ROW}:has-text('Cennik')")
    page.wait_for_selector(f"{OPEN} iframe")
    assert nameless(page, ".o_mail_center_mailbox") == []
    assert faint(page, ".o_mail_center_mailbox") == []
    # A row is opened by the tabulator and Enter; what was focused stays so.
    row = page.locator(f"{ROW} .o_mail_center_main").first
    row.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{ROW}.o_open .o_mail_center_main:focus")
    assert row.evaluate("row => row === document.activeElement")
    # A dialog gives the focus back.
    page.keyboard.press("h")
    page.wait_for_selector(".modal")
    page.keyboard.press("Escape")
    page.wait_for_selector(".modal", state="detached")
    page.wait_for_function("document.activeElement !== document.body")


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
