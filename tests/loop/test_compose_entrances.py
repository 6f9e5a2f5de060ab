"""Every door that leads to the window in which mail is written."""

from email.message import EmailMessage

import pytest

from tests.loop.conftest import eventually
from tests.loop.window import (
    EDITOR,
    SUBJECT,
    TO,
    WINDOW,
    arrived,
    chips,
    shut,
    subject,
    write_new,
)  # fmt: skip

ADDRESS = "ent.eva@loop.example"
GROUPS = (
    "base.group_user", "base.group_partner_manager", "sales_team.group_sale_salesman",
    "account.group_account_invoice", "purchase.group_purchase_user",
    "project.group_project_user", "hr.group_hr_user", "mail_center.group_user",
)  # fmt: skip


@pytest.fixture
def eva(erp, account):
    """A user of all of Odoo's apps with one mailbox."""
    user = erp.user("ent_eva", "Eva Nowak", *GROUPS)
    if not erp.call("mail.center.account", "search_count", [("email", "=", ADDRESS)]):
        account(ADDRESS, user)
    return user


@pytest.fixture
def people(erp):
    """Two contacts, made once."""
    found = erp.call("res.partner", "search", [("email", "like", "@entrance.example")], order="id")
    return found or [
        erp.create("res.partner", name=f"Entrance {name}", email=f"{name}@entrance.example")
        for name in ("one", "two")
    ]


def test_the_menu_and_the_systray_open_an_empty_mail(erp, account, login):
    manager = erp.user(
        "ent_boss", "Ewa Boss", "base.group_user", "mail_center.group_manager"
    )
    account("ent.boss@loop.example", manager)
    page = login("ent_boss")
    write_new(page)
    assert (chips(page), subject(page)) == ([], "")
    shut(page)

    # Settings → Email messages → New email.
    page.click(".o_navbar_apps_menu button")
    page.click(".o_app:has-text('Settings'), .dropdown-item:has-text('Settings')")
    page.wait_for_selector(".o_menu_brand:has-text('Settings')")
    page.wait_for_selector(".o_searchview_input:focus")
    page.click(".o_menu_sections button:has-text('Email messages')")
    page.click(".o-dropdown--menu .dropdown-item:text-is('New email')")
    page.wait_for_selector(f"{TO}:focus")
    assert (chips(page), subject(page)) == ([], "")


def test_a_contact_its_smart_button_and_a_mailto_link(erp, sandbox, eva, people, login, quick):
    sandbox.add_mailbox("one@entrance.example", "x")
    page = login("ent_eva")
    base = page.url.split("/odoo")[0]
    page.goto(f"{base}/odoo/res.partner/{people[0]}")
    emails = page.locator("button[name=action_mail_center_emails]")
    emails.wait_for()
    assert emails.inner_text().split() == ["0", "Emails"]

    page.click(".o_mail_center_button")
    page.wait_for_selector(f"{EDITOR}:focus")
    assert chips(page) == ["one@entrance.example"]
    assert subject(page) == "Entrance one"
    page.keyboard.type("Good morning")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(WINDOW, state="detached")
    arrived(sandbox, "one@entrance.example")

    # A mailto: link of Odoo's own email field; it shows while the pointer is over the field.
    link = "a[href='mailto:one@entrance.example']"
    page.locator(link).first.dispatch_event("click")
    page.wait_for_selector(WINDOW)
    assert chips(page) == ["one@entrance.example"]
    shut(page)

    # How many mails there are, and the list of them.
    page.reload()
    page.wait_for_selector("button[name=action_mail_center_emails]:has-text('1')")
    page.click("button[name=action_mail_center_emails]")
    page.wait_for_selector(".o_mail_center_row:has-text('Entrance one')")
    assert page.locator(".o_mail_center_row").count() == 1
    page.wait_for_selector("h1:has-text('Emails of Entrance one')")


def test_the_header_of_each_document_writes_to_its_contact(erp, eva, people, login):
    partner, address = people[1], "two@entrance.example"
    documents = {
        "crm.lead": {"name": "Deal", "type": "opportunity", "partner_id": partner, "user_id": eva},
        "sale.order": {"partner_id": partner, "user_id": eva},
        "account.move": {"move_type": "out_invoice", "partner_id": partner},
        "purchase.order": {"partner_id": partner},
        "project.task": {
            "name": "Assemble", "partner_id": partner, "user_ids": [(6, 0, [eva])],
            "project_id": erp.create("project.project", name="Entrance"),
        },
        "hr.employee": {"name": "Ola Entrance", "work_email": "ola@entrance.example"},
    }  # fmt: skip
    page = login("ent_eva")
    base = page.url.split("/odoo")[0]
    for model, values in documents.items():
        record = erp.create(model, **values)
        page.goto(f"{base}/odoo/{model}/{record}")
        page.click(".o_statusbar_buttons button[name=action_mail_center_compose]")
        page.wait_for_selector(f"{EDITOR}:focus")
        expected = values.get("work_email", address)
        (row,) = erp.call(model, "read", [record], ["display_name"])
        assert (model, chips(page), subject(page)) == (model, [expected], row["display_name"])
        shut(page)


def test_selected_records_get_a_mail_each(erp, eva, people, login):
    page = login("ent_eva")
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/action-base.action_partner_form")
    page.click(".o_switch_view.o_list")
    page.wait_for_selector(".o_list_view .o_data_row")
    page.fill(".o_searchview_input", "Entrance")
    # Enter takes what the list of proposals has by then.
    page.wait_for_selector(".o_searchview_autocomplete .o-dropdown-item:has-text('Entrance')")
    page.keyboard.press("Enter")
    page.wait_for_selector(".o_searchview_facet:has-text('Entrance')")
    # What is chosen in the list before it is the searched one is lost.
    rows = page.locator(".o_data_row")
    eventually(lambda: {"Entrance" in text for text in rows.all_inner_texts()} == {True},
               "the list of who was searched", 30, 0.1)  # fmt: skip
    for name in ("one", "two"):
        page.locator(f".o_data_row:has-text('Entrance {name}') .o_list_record_selector").click()
        page.wait_for_selector(f".o_data_row_selected:has-text('Entrance {name}')")
    page.click(".o_control_panel .o_cp_action_menus button:has-text('Actions')")
    page.click(".o-dropdown--menu >> text=Email")
    page.wait_for_selector(".o_mail_center_window.o_minimised")
    assert chips(page) == ["one@entrance.example"]
    page.click(".o_mail_center_window.o_minimised .o_mail_center_title button >> nth=0")
    page.wait_for_selector(f"{WINDOW} [data-email='two@entrance.example']")
    assert page.locator(".o_mail_center_window").count() == 2


def a_question(account: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Piotr Pytający <piotr@asks.example>"
    mail["To"] = f"Eva <{account}>, Third <third@asks.example>"
    mail["Cc"] = '"Fourth, The" <fourth@asks.example>'
    mail["Subject"] = "Re: Pytanie o biurka"
    mail["Date"] = "Tue, 24 Nov 2026 10:00:00 +0100"
    mail["Message-ID"] = "<question-1@asks.example>"
    mail.set_content("How many desks?\n")
    mail.add_alternative("<p>How many <b>desks</b>?</p>", subtype="html")
    mail.add_attachment(b"a,b", maintype="text", subtype="csv", filename="biurka-łąka.csv")
    return mail.as_bytes()


def test_a_received_mail_is_answered_and_passed_on(erp, sandbox, eva, login, quick):
    for name in ("piotr", "third", "fourth", "boss"):
        sandbox.add_mailbox(f"{name}@asks.example", "x")
    sandbox.deliver(ADDRESS, a_question(ADDRESS), sender="piotr@asks.example")
    message = erp.received("ent_eva", ADDRESS, "<question-1@asks.example>")
    page = login("ent_eva")
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mail.center.message/{message}")

    page.click(".o_statusbar_buttons button[name=action_reply]")
    page.wait_for_selector(f"{EDITOR}:focus")
    assert (chips(page), subject(page)) == (["piotr@asks.example"], "Re: Pytanie o biurka")
    assert page.locator(f"{EDITOR} .o_mail_center_quote blockquote b").inner_text() == "desks"
    assert page.locator(f"{WINDOW} .o_mail_center_file").count() == 0
    shut(page)

    page.click(".o_statusbar_buttons button[name=action_reply_all]")
    page.wait_for_selector(f"{EDITOR}:focus")
    assert chips(page) == ["piotr@asks.example"]
    assert chips(page, "cc") == ["third@asks.example", "fourth@asks.example"]
    page.keyboard.type("Forty.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(WINDOW, state="detached")
    answer = arrived(sandbox, "fourth@asks.example")
    assert answer["In-Reply-To"] == "<question-1@asks.example>"
    assert answer["References"].split()[-1] == "<question-1@asks.example>"
    assert answer["Subject"] == "Re: Pytanie o biurka"
    text = answer.get_body(("plain",)).get_content()
    assert text.index("Forty.") < text.index("Piotr Pytający") < text.index("> How many desks?")

    page.click(".o_statusbar_buttons button[name=action_forward]")
    page.wait_for_selector(f"{TO}:focus")
    assert (chips(page), page.locator(SUBJECT).input_value()) == ([], "Fwd: Pytanie o biurka")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_file[data-name='biurka-łąka.csv']")
    page.keyboard.type("boss@asks.example,")
    page.wait_for_selector(f"{WINDOW} [data-email='boss@asks.example']")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(WINDOW, state="detached")
    passed_on = arrived(sandbox, "boss@asks.example")
    assert passed_on["In-Reply-To"] is None
    files = {part.get_filename(): part.get_content() for part in passed_on.iter_attachments()}
    assert files == {"biurka-łąka.csv": "a,b"}
    html = passed_on.get_body(("html",)).get_content()
    assert "Forwarded message" in html and "desks</b>" in html
