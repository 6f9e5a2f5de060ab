"""The mailbox: reading, searching, long lists, news."""

import json
import re

from playwright.sync_api import expect

from tests.loop.conftest import eventually
from tests.loop.mailbox import BOX, OPEN, ROW, a_mail, find, live, mailbox, subjects, unread
from tests.loop.test_received_mail import PIXEL
from tests.loop.window import WINDOW


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
    # Not the one of the link that was made, which is still there for a moment.
    page.click(".o_notification:has-text('no longer linked') button:has-text('Undo')")
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
    # How many there are depends on the tests before; the newsletter and the conversation have none.
    item = page.locator(".o-dropdown--menu .dropdown-item:has-text('With files')")
    eventually(lambda: re.search(r"[1-9]\s*$", item.inner_text()), "how many have files", 30, 0.1)
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
    line = page.locator("input[aria-label='Search mail']")
    expect(line).to_have_value("has:attachment dachowke")
    eventually(lambda: subjects(page) == ["Cennik"], "what was kept", 30, 0.1)


def test_a_search_comes_to_its_end_though_new_mail_arrives_meanwhile(filled, sandbox, login):
    page = mailbox(login)
    held = []

    def hold(route):
        if "dachowke" in route.request.post_data and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/mail.center.mailbox/page", hold)
    page.fill("input[aria-label='Search mail']", "dachowke")
    page.press("input[aria-label='Search mail']", "Enter")
    page.wait_for_selector(".o_mail_center_search .fa-spin")
    mail = a_mail(8, "W drodze", "Na dachówkę trzeba czekać.")
    sandbox.append(BOX, [(mail.as_bytes(), [], None)])
    filled.received("mbx_ola", BOX, "<mbx-8@lis.example>")
    page.wait_for_selector(f"{ROW} mark:has-text('dachówkę')")
    # What is found first shows first: the rest may come a moment later.
    both = ["W drodze", "Cennik"]
    eventually(lambda: subjects(page) == both, "both mails", 30, 0.1)
    with page.expect_response(lambda answer: answer.request == held[0].request):
        held[0].continue_()
    page.wait_for_timeout(500)
    assert subjects(page) == both
    assert page.locator(".o_mail_center_search .fa-spin").count() == 0


LONG = "mbx.long@loop.example"
# Also where it is there already: older mail is asked for when the list moves.
TO_THE_END = """(row) => {
    row.closest(".o_mail_center_list").scrollBy(0, -50);
    row.scrollIntoView({ block: "end" });
}"""


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
    seen = set()

    def all_seen():
        # What is out of sight leaves the page when the browser comes to it.
        few = "no more than three blocks of rows"
        eventually(lambda: page.locator(ROW).count() <= 150, few, 30, 0.05)
        seen.update(subjects(page))
        # To the end of what is drawn: nothing is passed before it is there.
        page.locator(ROW).last.evaluate(TO_THE_END)
        return len(seen) >= 260

    eventually(all_seen, "every mail of the list", 180, 0.05)
    assert len(seen) == 260
    page.locator(".o_mail_center_list").evaluate("list => list.scrollTo(0, 0)")
    page.wait_for_selector(f"{ROW}:has-text('Mail 259')")
    # By keys too: the open row stays in sight.
    page.click(f"{ROW}:has-text('Mail 259')")
    for _ in range(70):
        page.keyboard.press("j")
    page.wait_for_selector(f"{OPEN} h2:has-text('Mail 189')", timeout=120_000)
    page.wait_for_selector(f"{ROW}.o_open")


def test_older_mail_comes_though_new_mail_arrives_meanwhile(erp, sandbox, account, login):
    address = "mbx.older@loop.example"
    user = erp.user("mbx_older", "Olga Dawna", "base.group_user", "mail_center.group_user")
    account(address, user)
    mails = [a_mail(number, f"Mail {number:03}", "Tekst") for number in range(60)]
    sandbox.append(address, [(mail.as_bytes(), [], None) for mail in mails])
    for number in (59, 0):
        erp.received("mbx_older", address, f"<mbx-{number}@lis.example>")
    page = login("mbx_older")
    held = []

    def hold(route):
        if json.loads(route.request.post_data)["params"]["kwargs"].get("cursor") and not held:
            held.append(route)
        else:
            route.continue_()

    page.route("**/mail.center.mailbox/page", hold)
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mailbox")
    page.wait_for_selector(ROW)
    live(page)
    page.locator(ROW).last.evaluate(TO_THE_END)
    eventually(lambda: page.wait_for_timeout(50) or held, "older mail asked for", pause=0)
    new = a_mail(70, "Nowy", "Tekst")
    del new["Date"]
    sandbox.append(address, [(new.as_bytes(), [], None)])
    erp.received("mbx_older", address, "<mbx-70@lis.example>")
    # The list is where it was left: nothing is scrolled by hand.
    page.locator(".o_mail_center_list :text('Loading older mail')").wait_for(state="detached")
    page.locator(ROW).last.evaluate(TO_THE_END)
    page.wait_for_selector(f"{ROW}:has-text('Mail 000')")
    held[0].continue_()


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
    live(page)
    page.click("[aria-label='Desktop notifications of new mail']")
    page.wait_for_selector("[aria-label='Desktop notifications of new mail'][aria-pressed=true]")
    mail = a_mail(30, "Pilne", "Dach przecieka.")
    del mail["Date"]
    sandbox.append(BOX, [(mail.as_bytes(), [], None)])
    filled.received("mbx_ola", BOX, "<mbx-30@lis.example>")
    page.wait_for_function("window.shown.length > 0")
    assert page.evaluate("window.shown") == ["Ewa Lis <ewa@lis.example>: Pilne"]
