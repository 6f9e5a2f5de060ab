"""The window in which mail is written, as a person uses it."""

import pytest

from tests.loop.window import (
    PASTE_PICTURE,
    WINDOW,
    arrived,
    chips,
    discard,
    saved,
    write_new,
)


@pytest.fixture
def writer(erp):
    """``writer(login)``: the id of a user who sells and writes mail."""

    def make(name: str) -> int:
        return erp.user(
            name, "Anna Nowak", "base.group_user", "sales_team.group_sale_salesman",
            "base.group_partner_manager", "mail_center.group_user",
        )

    return make


def test_what_the_preview_shows_arrives(erp, sandbox, account, writer, login):
    user = writer("cmp_anna")
    account("cmp.anna@loop.example", user)
    for name in ("kat", "boss", "hidden"):
        sandbox.add_mailbox(f"cmp.{name}@customer.example", "x")
    erp.create("res.partner", name="Katarzyna Kompozyt", email="cmp.kat@customer.example")

    page = login("cmp_anna")
    write_new(page)
    # A contact is found by a part of the name, even if one doesn't wait for the list.
    page.keyboard.type("kompoz")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{WINDOW} [data-email='cmp.kat@customer.example']")
    # Nonsense is marked at once and taken away again.
    page.keyboard.type("nonsense")
    page.keyboard.press("Tab")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_chip.o_invalid:has-text('nonsense')")
    page.keyboard.press("Backspace")
    page.click(f"{WINDOW} button:text-is('Cc')")
    page.wait_for_selector(f"{WINDOW} input[id$=_cc]:focus")
    page.keyboard.type('"Boss, The" <cmp.boss@customer.example>,')
    page.wait_for_selector(f"{WINDOW} .o_mail_center_chip:has-text('Boss, The')")
    page.click(f"{WINDOW} button:text-is('Bcc')")
    page.wait_for_selector(f"{WINDOW} input[id$=_bcc]:focus")
    page.keyboard.type("cmp.hidden@customer.example,")
    hidden = "[data-email='cmp.hidden@customer.example']"
    page.wait_for_selector(f"{WINDOW} .o_mail_center_chip{hidden}")
    page.fill(f"{WINDOW} .o_mail_center_subject", "Zażółć gęślą jaźń")
    page.keyboard.press("Enter")
    page.keyboard.type("Dzień dobry, wykres:")
    page.locator(f"{WINDOW} .odoo-editor-editable").evaluate(PASTE_PICTURE)
    page.set_input_files(
        f"{WINDOW} input[type=file]",
        [{"name": "plan.txt", "mimeType": "text/plain", "buffer": b"the plan"},
         {"name": "zał.csv", "mimeType": "text/csv", "buffer": b"a,b"}],
    )
    page.wait_for_selector(f"{WINDOW} .o_mail_center_file[data-name='plan.txt']")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_file[data-name='zał.csv']")
    page.wait_for_selector(f"{WINDOW} .odoo-editor-editable img[src^='/web/image/']")

    page.click(f"{WINDOW} button[title=Preview]")
    preview = page.locator(".o_mail_center_preview")
    headers = preview.locator(".o_mail_center_headers").inner_text()
    frame = preview.frame_locator("iframe")
    frame.locator("text=Dzień dobry, wykres:").wait_for()
    picture = frame.locator("img").get_attribute("src")
    preview.locator("[data-view=text]").click()
    text = preview.locator("pre").inner_text()
    preview.locator("text=Back to writing").click()
    preview.wait_for(state="detached")

    page.click(f"{WINDOW} .o_mail_center_send")
    page.wait_for_selector(".o_mail_center_undo")
    mail = arrived(sandbox, "cmp.kat@customer.example")
    assert mail["Subject"] == "Zażółć gęślą jaźń"
    for name in ("From", "To", "Cc"):
        for address in mail[name].addresses:
            assert address.addr_spec in headers
            assert address.display_name in headers
    assert mail["Bcc"] is None
    assert mail.get_body(("plain",)).get_content().split() == text.split()
    html = mail.get_body(("html",)).get_content()
    assert "Dzień dobry, wykres:" in html
    files = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert files == {"plan.txt": "the plan", "zał.csv": "a,b"}
    (image,) = [part for part in mail.walk() if part.get_content_maintype() == "image"]
    assert f"cid:{image['Content-ID'].strip('<>')}" in html
    assert "".join(image.get_payload().split()) == picture.partition(",")[2]
    assert arrived(sandbox, "cmp.boss@customer.example")["Message-ID"] == mail["Message-ID"]
    assert arrived(sandbox, "cmp.hidden@customer.example")["Message-ID"] == mail["Message-ID"]


def test_of_several_people_nobody_is_chosen_unseen(erp, account, writer, login):
    user = writer("cmp_ewa")
    account("cmp.ewa@loop.example", user)
    for name in ("Ala", "Ela"):
        erp.create("res.partner", name=f"{name} Sobowtór", email=f"{name}@double.example".lower())
    page = login("cmp_ewa")
    write_new(page)
    # Typed faster than the list comes: that waits for Enter.
    held, entered = [], False

    def hold(route):
        if entered:
            route.continue_()
        else:
            held.append(route)

    page.route("**/mail.center.draft/search_recipients", hold)
    page.keyboard.type("sobowt")
    page.keyboard.press("Enter")
    entered = True
    for route in held:
        route.continue_()
    page.wait_for_selector(f"{WINDOW} [role=option]:has-text('Ela Sobowtór')")
    assert chips(page) == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_chip")
    assert chips(page) == ["ela@double.example"]
    # What was found for less than is typed by now is not taken for it.
    page.keyboard.type("ala")
    page.wait_for_selector(f"{WINDOW} [role=option]:has-text('Ala Sobowtór')")
    page.keyboard.type(" nobody")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_chip.o_invalid:has-text('ala nobody')")
    assert chips(page)[0] == "ela@double.example"


def test_a_mail_survives_leaving_the_page_and_can_be_taken_back(
    erp, sandbox, account, writer, login
):
    user = writer("cmp_ula")
    account("cmp.ula@loop.example", user)
    sandbox.add_mailbox("cmp.back@customer.example", "x")

    page = login("cmp_ula")
    write_new(page)
    page.keyboard.type("cmp.back@customer.example,")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_chip")
    page.fill(f"{WINDOW} .o_mail_center_subject", "Half a thought")
    saved(page)
    page.click(".o_mail_center_systray")
    page.click("text=All messages")
    page.wait_for_selector(".o_mail_center_mailbox")
    assert page.locator(f"{WINDOW} .o_mail_center_subject").input_value() == "Half a thought"
    # What was typed a moment before the page is left is saved on the way out.
    page.locator(f"{WINDOW} .odoo-editor-editable").click()
    page.keyboard.type("The last words")
    page.reload()
    page.wait_for_selector(f"{WINDOW} .odoo-editor-editable:has-text('The last words')")
    assert page.locator(f"{WINDOW} .o_mail_center_subject").input_value() == "Half a thought"

    page.keyboard.press("Escape")
    page.locator(f"{WINDOW} .o_mail_center_subject").focus()
    page.keyboard.press("Control+Enter")
    page.click(".o_mail_center_undo button:has-text('Undo')")
    page.wait_for_selector(f"{WINDOW} .odoo-editor-editable:has-text('The last words')")
    assert not sandbox.messages("cmp.back@customer.example")

    page.click(f"{WINDOW} [title='Send later']")
    page.click("text=Tomorrow morning")
    page.wait_for_selector(WINDOW, state="detached")
    page.reload()
    page.click(".o_mail_center_systray")
    page.click("text=Scheduled (1)")
    page.click(".o_data_row button[name=action_undo]")
    page.wait_for_selector(f"{WINDOW} .odoo-editor-editable:has-text('The last words')")
    discard(page)
    page.click(".o_mail_center_systray")
    page.wait_for_selector(".o_mail_center_menu:not(:has-text('Scheduled')):has-text('All')")
    assert not sandbox.messages("cmp.back@customer.example")


def test_a_mail_waits_for_a_file_that_is_still_on_its_way(
    sandbox, account, writer, login, quick
):
    account("cmp.iza@loop.example", writer("cmp_iza"))
    sandbox.add_mailbox("cmp.file@customer.example", "x")
    page = login("cmp_iza")
    held = []

    def hold(route):
        held.append(route)

    page.route("**/mail_center/draft/*/upload", hold)
    write_new(page)
    page.keyboard.type("cmp.file@customer.example,")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_chip")
    page.fill(f"{WINDOW} .o_mail_center_subject", "The plan")
    page.keyboard.press("Enter")
    page.keyboard.type("Here it is.")
    plan = {"name": "plan.txt", "mimeType": "text/plain", "buffer": b"the plan"}
    with page.expect_request("**/mail_center/draft/*/upload"):
        page.set_input_files(f"{WINDOW} input[type=file]", [plan])
    page.click(f"{WINDOW} .o_mail_center_send")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_send:disabled")
    page.wait_for_timeout(1000)
    assert not sandbox.messages("cmp.file@customer.example")
    held[0].continue_()
    page.wait_for_selector(WINDOW, state="detached")
    (file,) = arrived(sandbox, "cmp.file@customer.example").iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("plan.txt", "the plan")


def test_forgotten_things_are_asked_about_before_sending(erp, sandbox, account, writer, login):
    user = writer("cmp_ola")
    account("cmp.ola@loop.example", user)
    sandbox.add_mailbox("cmp.forgotten@customer.example", "x")

    page = login("cmp_ola")
    write_new(page)
    page.locator(f"{WINDOW} .odoo-editor-editable").click()
    page.keyboard.type("The contract is attached.")
    page.keyboard.press("Control+Enter")
    for code in ("no_recipient", "no_subject", "no_file"):
        page.wait_for_selector(f"{WINDOW} .o_mail_center_problems [data-code={code}]")
    page.locator(f"{WINDOW} .o_mail_center_recipients input").click()
    page.keyboard.type("cmp.forgotten@customer.example,")
    page.fill(f"{WINDOW} .o_mail_center_subject", "Contract")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(f"{WINDOW} [data-code=no_recipient]", state="detached")
    page.click(f"{WINDOW} button:has-text('Send anyway')")
    assert arrived(sandbox, "cmp.forgotten@customer.example")["Subject"] == "Contract"
