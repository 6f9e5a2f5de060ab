"""A newcomer's way through the mailbox, by mouse, by keys and on a phone."""

from email.message import EmailMessage

import pytest

from tests.loop.accessibility import faint, nameless
from tests.loop.conftest import eventually
from tests.loop.test_received_mail import PIXEL
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


REMOTE = """<p>Nowa lista: <a href="https://zlodziej.example/">www.bank.example</a></p>
<img src="https://obrazki.example/dach.png" width="300"><img src="https://s.example/t" width="1"
height="1">"""


def test_reading_is_safe_and_files_are_seen_and_kept(filled, sandbox, login):
    mail = a_mail(20, "Reklama", "Nowa lista", "Sklep <reklama@sklep.example>")
    mail.add_alternative(REMOTE, subtype="html")
    mail.add_attachment(b"Jeden\nDwa\n", maintype="text", subtype="plain", filename="lista.txt")
    mail.add_attachment(PIXEL, maintype="image", subtype="png", filename="dach.png")
    sandbox.append(BOX, [(mail.as_bytes(), [], None)])
    filled.received("mbx_ola", BOX, "<mbx-20@lis.example>")
    page = mailbox(login)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.route("https://*.example/**", lambda route: route.fulfill(
        body=PIXEL, content_type="image/png"))  # fmt: skip
    page.click(f"{ROW}:has-text('Reklama')")
    body = page.frame_locator(f"{OPEN} iframe")
    body.locator("text=leads to zlodziej.example").wait_for()
    bar = page.locator(f"{OPEN} .o_mail_center_remote")
    assert "One remote image is blocked" in bar.inner_text()
    assert "One tracker was removed" in bar.inner_text()
    assert not [url for url in asked if ".example" in url]
    with page.expect_request("https://obrazki.example/dach.png"):
        bar.locator("text=Always from this sender").click()
    assert not [url for url in asked if "s.example" in url], "a tracker is never asked for"
    page.wait_for_selector(f"{OPEN} .o_mail_center_remote:has-text('blocked')", state="detached")

    # Files: a look, all in one archive, kept with a record.
    page.click(f"{OPEN} .o_mail_center_files button:has-text('lista.txt')")
    page.frame_locator(".o-FileViewer iframe").locator("text=Dwa").wait_for()
    page.keyboard.press("Escape")
    page.wait_for_selector(".o-FileViewer", state="detached")
    page.click(f"{OPEN} .o_mail_center_files button:has-text('dach.png')")
    page.wait_for_selector(".o-FileViewer img")
    page.keyboard.press("Escape")
    with page.expect_download() as download:
        page.click("text=Download all")
    assert download.value.suggested_filename == "Reklama.zip"
    page.click("text=Save to a record…")
    page.fill(".modal input[type=search]", "Dachy")
    page.click(".modal .list-group-item:has-text('Dachy Lis')")
    page.wait_for_selector(".o_notification:has-text('Saved to')")
    saved = filled.call("ir.attachment", "search_read", [("res_model", "=", "res.partner"),
                        ("name", "in", ["lista.txt", "dach.png"])], fields=["name"])  # fmt: skip
    assert len(saved) == 2

    # The source as text, and the mail printed alone.
    page.click(f"{OPEN} [title=More]")
    with page.expect_popup() as source:
        page.click(".o-dropdown--menu >> text=Show source")
    source.value.wait_for_selector("text=Message-ID: <mbx-20@lis.example>")
    source.value.close()
    page.click(f"{OPEN} [title=More]")
    with page.expect_download() as download:
        page.click(".o-dropdown--menu >> text=Download .eml")
    assert download.value.suggested_filename == "Reklama.eml"
    page.click(f"{OPEN} [title=More]")
    page.click(".o-dropdown--menu >> text=Print")
    page.frame_locator(".o_mail_center_print").locator("h1:has-text('Reklama')").wait_for(
        state="attached"
    )
    page.click(f"{OPEN} [title=More]")
    page.click(".o-dropdown--menu >> text=Block this sender's images again")
    page.wait_for_selector(f"{OPEN} .o_mail_center_remote:has-text('blocked')")


def test_a_search_is_made_of_filters_and_kept(filled, login):
    page = mailbox(login)
    page.click("[title='Filters and kept searches']")
    page.click(".o-dropdown--menu >> text=With files")
    eventually(lambda: "Cennik" in subjects(page) and "Dach" not in subjects(page),
               "mails with files", 30, 0.1)  # fmt: skip
    find(page, "has:attachment dachowke", ["Cennik"])
    page.click(f"{ROW}:has-text('Cennik')")
    marked = "iframe => iframe.contentWindow.CSS.highlights.get('mc-found')?.size"
    frame = page.locator(f"{OPEN} iframe")
    eventually(lambda: frame.evaluate(marked) == 1, "the word marked in the mail", 30, 0.1)
    page.click("[title='Filters and kept searches']")
    page.click(".o-dropdown--menu >> text=Keep this search…")
    page.fill(".modal input", "Dachówki")
    page.click(".modal button:has-text('Keep')")
    page.wait_for_selector(".modal", state="detached")
    page.click(".o_mail_center_facet:has-text('has:attachment')")
    eventually(lambda: page.input_value("input[aria-label='Search mail']") == "dachowke",
               "the facet taken away", 30, 0.1)  # fmt: skip
    page.reload()
    page.wait_for_selector(ROW)
    page.click("[title='Filters and kept searches']")
    page.click(".o-dropdown--menu >> text=Dachówki")
    eventually(lambda: subjects(page) == ["Cennik"], "what was kept", 30, 0.1)
    assert page.input_value("input[aria-label='Search mail']") == "has:attachment dachowke"


LONG = "mbx.long@loop.example"


def test_a_long_list_is_scrolled_and_only_what_is_near_is_in_the_page(erp, sandbox, account, login):
    user = erp.user("mbx_long", "Lech Długi", "base.group_user", "mail_center.group_user")
    if not erp.call("mail.center.account", "search_count", [("email", "=", LONG)]):
        account(LONG, user)
        mails = []
        for number in range(260):
            mail = a_mail(0, f"Mail {number:03}", "Tekst")
            for name, value in (
                ("Date", f"Tue, 24 Nov 2026 {10 + number // 60}:{number % 60:02}:00 +0100"),
                ("Message-ID", f"<mbx-long-{number}@lis.example>"),
            ):
                mail.replace_header(name, value)
            mails.append((mail.as_bytes(), [], None))
        sandbox.append(LONG, mails)
        for number in (259, 0):
            erp.received("mbx_long", LONG, f"<mbx-long-{number}@lis.example>")
    page = login("mbx_long")
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mailbox")
    page.wait_for_selector(ROW)
    seen, most = set(), 0
    for _ in range(200):
        found = subjects(page)
        seen |= set(found)
        most = max(most, len(found))
        if "Mail 000" in seen:
            break
        page.locator(".o_mail_center_list").evaluate("list => list.scrollBy(0, 800)")
        page.wait_for_timeout(50)
    assert len(seen) == 260
    assert most <= 150, f"{most} rows at once"
    page.locator(".o_mail_center_list").evaluate("list => list.scrollTo(0, 0)")
    page.wait_for_selector(f"{ROW}:has-text('Mail 259')")
    # By keys too: the open row stays in sight.
    page.click(f"{ROW}:has-text('Mail 259')")
    for _ in range(70):
        page.keyboard.press("j")
    page.wait_for_selector(f"{OPEN} h2:has-text('Mail 189')")
    assert page.locator(f"{ROW}.o_open").is_visible()


NOTIFICATIONS = """
    window.shown = [];
    window.Notification = class {
        static permission = "default";
        static async requestPermission() { return "granted"; }
        constructor(title, options) { window.shown.push(`${title}: ${options.body}`); }
        close() {}
    };
    Document.prototype.hasFocus = () => false;
"""


def test_whoever_wants_it_is_told_of_new_mail_on_the_desktop(filled, sandbox, login):
    page = login("mbx_ola")
    page.add_init_script(NOTIFICATIONS)
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mailbox")
    page.wait_for_selector(ROW)
    page.click("[aria-label='Desktop notifications of new mail']")
    page.wait_for_selector("[aria-label='Desktop notifications of new mail'][aria-pressed=true]")
    mail = a_mail(30, "Pilne", "Dach przecieka.")
    del mail["Date"]
    sandbox.append(BOX, [(mail.as_bytes(), [], None)])
    filled.received("mbx_ola", BOX, "<mbx-30@lis.example>")
    page.wait_for_function("window.shown.length > 0")
    assert page.evaluate("window.shown") == ["Ewa Lis <ewa@lis.example>: Pilne"]


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
    page.wait_for_selector(f"{ROW}.o_open >> nth=0")
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
