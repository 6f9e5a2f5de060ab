"""Mail is written without a mouse, by people who do not see well, and on a phone."""

import pytest

from tests.loop.accessibility import faint, nameless
from tests.loop.window import (
    EDITOR,
    PASTE_PICTURE,
    SUBJECT,
    TO,
    WINDOW,
    arrived,
    saved,
    write_new,
)

MENU = ".o-dropdown--menu"
NEXT_FRAME = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
# What sticks out to the right, where nothing scrolls to it.
OVERFLOWING = """(root) => [root, ...root.querySelectorAll("*")]
    .filter((element) => element.checkVisibility() && !element.closest(".oe-dropzone-hook"))
    .filter((element) => {
        const box = element.getBoundingClientRect();
        return box.width && (box.right > innerWidth + 1 || box.left < -1);
    })
    .map((element) => `${element.tagName}.${element.className}`)"""


@pytest.fixture
def writer(erp, account):
    """The login of a user with a mailbox, a signature and a template to choose."""
    user = erp.user(
        "acc_ida", "Ida Nowak", "base.group_user", "base.group_partner_manager",
        "mail_center.group_user",
    )
    address = "acc.ida@loop.example"
    if not erp.call("mail.center.account", "search_count", [("email", "=", address)]):
        account(address, user)
        profile = erp.create("mail.center.profile", name="Ida's", user_ids=[(6, 0, [user])])
        erp.create(
            "mail.center.template", name="Access", body_html="<p>Hello</p>",
            profile_ids=[(6, 0, [profile])],
        )
        erp.create("res.partner", name="Idalia Wzorcowa", email="idalia@customer.example")
    return "acc_ida"


def press(page, key: str, until: str, at_most: int = 30) -> None:
    """Press a key until something has the focus."""
    for _number in range(at_most):
        page.keyboard.press(key)
        page.evaluate(NEXT_FRAME)  # a menu moves the focus when it is drawn
        if page.locator(f"{until}:focus").count():
            return
    raise AssertionError(f"{at_most} times {key} did not reach {until}")


def test_a_whole_mail_is_written_and_sent_by_keyboard(sandbox, writer, login, quick):
    sandbox.add_mailbox("acc.keys@customer.example", "x")
    page = login(writer)
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/action-base.action_partner_form")
    page.wait_for_selector(".o_list_view")
    page.wait_for_selector(".o_mail_center_systray")
    page.focus(".o_navbar_apps_menu button")  # Odoo's search field keeps the tabulator
    press(page, "Tab", ".o_mail_center_systray")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{MENU} >> text=Write new message")
    press(page, "ArrowDown", f"{MENU} button:has-text('Write new message')")
    page.keyboard.press("Enter")

    # To → subject → text, by the tabulator; what can be chosen besides lies between.
    page.wait_for_selector(f"{TO}:focus")
    page.keyboard.type("acc.keys@customer.example")
    page.keyboard.press("Tab")
    page.wait_for_selector(f"{WINDOW} [data-email='acc.keys@customer.example']")
    page.keyboard.press("Tab")
    page.wait_for_selector(f"{SUBJECT}:focus")
    page.keyboard.type("By keyboard")
    for name in ("account", "template", "type"):
        page.keyboard.press("Tab")
        page.wait_for_selector(f"{WINDOW} select[id$=_{name}]:focus")
    page.keyboard.press("Tab")
    page.wait_for_selector(f"{EDITOR}:focus")
    # Backwards the rest of the To line is reached; it folds what is not needed.
    page.focus(TO)
    page.keyboard.press("Shift+Tab")
    page.wait_for_selector(f"{WINDOW} [title='Sender, template and type']:focus")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.wait_for_selector(f"{TO}:focus")
    page.keyboard.press("Tab")
    page.wait_for_selector(f"{SUBJECT}:focus")
    page.keyboard.press("Tab")
    page.wait_for_selector(f"{EDITOR}:focus")
    page.keyboard.type("Without a mouse.")

    # Escape leaves the text, closes what is open, and never the window.
    page.keyboard.press("Escape")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_send:focus")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{MENU}.o_mail_center_later")
    press(page, "ArrowDown", f"{MENU} input[type=datetime-local]", 8)
    press(page, "Tab", f"{MENU} button:has-text('Schedule')", 8)
    page.keyboard.press("Escape")
    page.wait_for_selector(MENU, state="detached")
    page.wait_for_selector(f"{WINDOW} [title='Send later']:focus")
    press(page, "Tab", f"{WINDOW} [title=Preview]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".o_mail_center_preview iframe")
    page.keyboard.press("Escape")
    page.wait_for_selector(".o_mail_center_preview", state="detached")
    page.keyboard.press("Escape")
    assert page.locator(WINDOW).count() == 1

    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(WINDOW, state="detached")
    mail = arrived(sandbox, "acc.keys@customer.example")
    assert mail["Subject"] == "By keyboard"
    assert mail.get_body(("plain",)).get_content().startswith("Without a mouse.")


def test_everything_in_the_window_has_a_name_and_can_be_read(erp, writer, login):
    page = login(writer)
    channel = erp.reference("mail.channel_all_employees")
    base = page.url.split("/odoo")[0]
    page.goto(f"{base}/odoo/action-mail.action_discuss?active_id=discuss.channel_{channel}")
    page.click(".o-mail-Composer-input")
    page.click(".o_mail_center_systray")
    page.wait_for_selector(f"{MENU} >> text=Write new message")
    assert nameless(page, ".o_mail_center_menu") == []
    assert faint(page, ".o_mail_center_menu") == []
    page.click("text=Write new message")
    # Everything that can be there at once: all lines, chips of each kind, files, complaints.
    page.wait_for_selector(f"{TO}:focus")
    page.keyboard.type("Somebody <some@customer.example>,")
    page.wait_for_selector(f"{WINDOW} [data-email='some@customer.example']")
    page.keyboard.type("nonsense")
    page.click(f"{WINDOW} button:text-is('Cc')")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_chip.o_invalid")
    page.click(f"{WINDOW} button:text-is('Bcc')")
    page.wait_for_selector(f"{WINDOW} input[id$=_bcc]:focus")
    names = [f"plan {number}.txt" for number in range(1, 5)]
    page.set_input_files(
        f"{WINDOW} input[type=file]",
        [{"name": name, "mimeType": "text/plain", "buffer": b"the plan"} for name in names],
    )
    page.wait_for_selector(f"{WINDOW} .o_mail_center_file[data-name='plan 4.txt']")
    files = page.locator(f"{WINDOW} .o_mail_center_file")
    assert files.evaluate_all("files => files.map(({ dataset }) => dataset.name)") == names
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"{WINDOW} [data-code=bad_address]")
    page.wait_for_selector(f"{WINDOW} [data-code=no_subject]")
    page.locator(f"{WINDOW} .o_mail_center_recipients input").first.click()
    page.keyboard.type("idal")
    page.wait_for_selector(f"{WINDOW} [role=option]:has-text('Idalia Wzorcowa')")
    saved(page)
    assert nameless(page, WINDOW) == []
    assert faint(page, WINDOW) == []
    page.keyboard.press("Escape")
    page.wait_for_selector(f"{WINDOW} [role=option]", state="detached")
    page.wait_for_selector(f"{TO}:focus")
    # Nor does Discuss, the page behind the window, take the caret when the text is left.
    page.locator(EDITOR).click()
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    page.wait_for_selector(f"{WINDOW} .o_mail_center_send:focus")

    page.click(f"{WINDOW} [title='Send later']")
    page.wait_for_selector(f"{MENU}.o_mail_center_later")
    assert nameless(page, f"{MENU}.o_mail_center_later") == []
    assert faint(page, f"{MENU}.o_mail_center_later") == []
    page.keyboard.press("Escape")
    page.click(f"{WINDOW} [title=Preview]")
    page.wait_for_selector(".o_mail_center_preview iframe")
    assert nameless(page, ".o_mail_center_preview") == []
    assert faint(page, ".o_mail_center_preview") == []


def test_a_phone_shows_the_window_on_its_whole_screen(sandbox, writer, login, quick):
    sandbox.add_mailbox("acc.phone@customer.example", "x")
    page = login(writer, 390, 844)
    write_new(page)
    page.keyboard.type("acc.phone@customer.example,")
    page.wait_for_selector(f"{WINDOW} [data-email='acc.phone@customer.example']")
    page.click(f"{WINDOW} button:text-is('Cc')")
    page.wait_for_selector(f"{WINDOW} input[id$=_cc]:focus")
    page.fill(SUBJECT, "A subject that is much longer than the screen of this phone is wide")
    page.keyboard.press("Enter")
    page.keyboard.type("From a phone, with a picture:")
    page.locator(EDITOR).evaluate(PASTE_PICTURE)
    page.wait_for_selector(f"{EDITOR} img[src^='/web/image/']")
    long_name = "a file with a name that is longer than the screen of a phone is wide.txt"
    page.set_input_files(
        f"{WINDOW} input[type=file]",
        [{"name": long_name, "mimeType": "text/plain", "buffer": b"the plan"}],
    )
    # One that is on its way has no data-name.
    page.wait_for_selector(f"{WINDOW} .o_mail_center_file[data-name='{long_name}']")
    assert page.locator(WINDOW).bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert page.locator(WINDOW).evaluate(OVERFLOWING) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # Nothing is squeezed away: the text has room, the buttons are in reach of a thumb.
    assert page.locator(f"{WINDOW} .o_mail_center_text").bounding_box()["height"] > 200
    assert page.locator(f"{WINDOW} .o_mail_center_send").bounding_box()["height"] >= 32

    page.click(f"{WINDOW} [title=Preview]")
    preview = page.locator(".o_mail_center_preview")
    preview.locator("iframe").wait_for()
    assert preview.evaluate(OVERFLOWING) == []
    preview.locator("button:has-text('Back to writing')").click()
    page.click(f"{WINDOW} .o_mail_center_send")
    page.wait_for_selector(WINDOW, state="detached")
    mail = arrived(sandbox, "acc.phone@customer.example")
    assert [part.get_filename() for part in mail.iter_attachments()] == [long_name]
