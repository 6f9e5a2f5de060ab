"""The window in which mail is written, as a person uses it."""

from email import message_from_bytes, policy

import pytest

from tests.loop.conftest import eventually

WINDOW = ".o_mail_center_window:not(.o_minimised)"
PASTE = """(editor) => new Promise((done) => {
    const canvas = document.createElement("canvas");
    canvas.width = 120;
    canvas.height = 60;
    canvas.getContext("2d").fillRect(0, 0, 120, 60);
    canvas.toBlob((blob) => {
        const data = new DataTransfer();
        data.items.add(new File([blob], "chart.png", { type: "image/png" }));
        const init = { clipboardData: data, bubbles: true, cancelable: true };
        editor.dispatchEvent(new ClipboardEvent("paste", init));
        done();
    });
})"""


@pytest.fixture
def writer(erp):
    """``writer(login)``: the id of a user who sells and writes mail."""

    def make(name: str) -> int:
        return erp.user(
            name, "Anna Nowak", "base.group_user", "sales_team.group_sale_salesman",
            "base.group_partner_manager", "mail_center.group_user",
        )

    return make


def write_new(page) -> None:
    page.click(".o_mail_center_systray")
    page.click("text=Write new message")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_recipients input:focus")


def saved(page) -> None:
    page.wait_for_selector(f"{WINDOW} .o_mail_center_saved:has-text('Saved')")


def arrived(sandbox, address: str):
    ((_uid, _flags, raw),) = eventually(lambda: sandbox.messages(address), f"mail to {address}")
    return message_from_bytes(raw, policy=policy.default)


def test_what_the_preview_shows_arrives(erp, sandbox, account, writer, login):
    user = writer("cmp_anna")
    account("cmp.anna@loop.example", user)
    for name in ("kat", "boss", "hidden"):
        sandbox.add_mailbox(f"cmp.{name}@customer.example", "x")
    erp.create("res.partner", name="Katarzyna Kompozyt", email="cmp.kat@customer.example")

    page = login("cmp_anna")
    write_new(page)
    # A contact is found by the beginning of a name and chosen by keyboard.
    page.keyboard.type("kompoz")
    page.wait_for_selector(f"{WINDOW} [role=option]:has-text('Katarzyna Kompozyt')")
    page.keyboard.press("Enter")
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
    page.locator(f"{WINDOW} .odoo-editor-editable").evaluate(PASTE)
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
    page.wait_for_selector(".o_list_view")
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
    page.click(f"{WINDOW} [title=Discard]")
    page.click(".modal button:has-text('Discard')")
    page.wait_for_selector(WINDOW, state="detached")
    page.click(".o_mail_center_systray")
    page.wait_for_selector(".o_mail_center_menu:not(:has-text('Scheduled')):has-text('All')")
    assert not sandbox.messages("cmp.back@customer.example")


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


def test_every_entrance_opens_the_window(erp, account, writer, login):
    user = writer("cmp_iga")
    account("cmp.iga@loop.example", user)
    people = [
        erp.create("res.partner", name=f"Entrance {name}", email=f"{name}@entrance.example")
        for name in ("one", "two")
    ]
    erp.create(
        "mail.center.template", name="Entrance", subject="From a template",
        body_html="<p>Dear {{ recipient.name }}</p>",
    )
    page = login("cmp_iga")
    base = page.url.split("/odoo")[0]

    def chips():
        return page.locator(f"{WINDOW} .o_mail_center_chip").evaluate_all(
            "chips => chips.map(chip => chip.dataset.email)"
        )

    def shut():
        page.click(f"{WINDOW} [title='Close and keep the draft']")
        page.wait_for_selector(WINDOW, state="detached")

    # The chatter of a record, and a template put where the caret is.
    page.goto(f"{base}/odoo/res.partner/{people[0]}")
    page.click(".o_mail_center_button")
    page.wait_for_selector(f"{WINDOW} .odoo-editor-editable:focus")
    assert chips() == ["one@entrance.example"]
    page.select_option(f"{WINDOW} select[id$=_template]", label="Entrance")
    page.click(f"{WINDOW} .o_mail_center_insert")
    page.wait_for_selector(f"{WINDOW} .odoo-editor-editable:has-text('Dear Entrance one')")
    shut()

    # A mailto: link of Odoo's own email field; it shows while the pointer is over the field.
    page.locator("a[href='mailto:one@entrance.example']").first.dispatch_event("click")
    page.wait_for_selector(WINDOW)
    assert chips() == ["one@entrance.example"]
    shut()

    # Several selected records of a list.
    page.goto(f"{base}/odoo/action-base.action_partner_form")
    page.click(".o_switch_view.o_list")
    page.wait_for_selector(".o_list_view")
    page.fill(".o_searchview_input", "Entrance")
    page.keyboard.press("Enter")
    page.wait_for_selector(".o_searchview_facet:has-text('Entrance')")
    page.wait_for_selector(".o_list_view:not(:has(.o_data_row:nth-child(3)))")
    page.click("thead .o_list_record_selector input")
    page.click(".o_control_panel .o_cp_action_menus button:has-text('Actions')")
    page.click(".o-dropdown--menu >> text=Email")
    page.wait_for_selector(".o_mail_center_window.o_minimised")
    assert page.locator(".o_mail_center_window").count() == 2
