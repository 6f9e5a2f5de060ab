"""Templates in the compose window: what they replace, and what they never touch."""

from playwright.sync_api import expect

from tests.loop.window import (
    EDITOR,
    SUBJECT,
    WINDOW,
    arrived,
    discard,
    saved,
    subject,
    write_new,
)

BLOCK = f"{EDITOR} .o_mail_center_template"


def test_a_template_takes_the_place_of_the_other_and_of_nothing_else(erp, account, login):
    user = erp.user("tpl_zoe", "Zoe Nowak", "base.group_user", "mail_center.group_user")
    account("tpl.zoe@loop.example", user)
    # For Zoe alone, so that the mail of the other tests begins empty.
    profile = erp.create("mail.center.profile", name="Zoe's", user_ids=[(6, 0, [user])])
    templates = {
        name: erp.create(
            "mail.center.template", name=name, subject=f"The {name.lower()}",
            body_html=f"<p>{name} first line</p><p>{name} second line</p>",
            profile_ids=[(6, 0, [profile])],
        )
        for name in ("Greeting", "Offer")
    }
    page = login("tpl_zoe")

    def insert(name: str) -> None:
        page.select_option(f"{WINDOW} select[id$=_template]", label=name)
        page.click(f"{WINDOW} .o_mail_center_insert")

    def block() -> list[str]:
        assert page.locator(BLOCK).count() == 1
        return [line.strip() for line in page.locator(BLOCK).inner_text().split("\n") if line]

    def typed_outside() -> bool:
        """What Zoe wrote is there, below the template and above the signature."""
        text = page.locator(EDITOR).inner_text()
        return text.index("second line") < text.index("My own words") < text.index("--\n")

    def caret_at_the_end_of(selector: str) -> None:
        page.locator(selector).click()
        page.keyboard.press("End")

    # Nothing to replace: the template goes where the caret is, above the signature.
    write_new(page)
    page.locator(SUBJECT).press("Enter")
    page.keyboard.type("My own words")
    insert("Offer")
    page.wait_for_selector(BLOCK)
    text = page.locator(EDITOR).inner_text()
    assert text.index("My own words") < text.index("Offer first line") < text.index("--\n")
    discard(page)

    # A new mail begins with the default template of her profile.
    erp.call("mail.center.template", "write", [templates["Greeting"]], {"is_default": True})
    write_new(page)
    assert block() == ["Greeting first line", "Greeting second line"]
    assert subject(page) == "The greeting"

    # She writes below it. Another template takes the place of the first without a question.
    caret_at_the_end_of(f"{BLOCK} + *")
    page.keyboard.type("My own words")
    insert("Offer")
    page.wait_for_selector(f"{BLOCK}:has-text('Offer first line')")
    assert block() == ["Offer first line", "Offer second line"]
    expect(page.locator(SUBJECT)).to_have_value("The offer")
    assert typed_outside()

    # She changes the text of the template and the subject: now there is something to lose.
    caret_at_the_end_of(f"{BLOCK} p >> nth=0")
    page.keyboard.type(", for you")
    page.fill(SUBJECT, "My own subject")
    insert("Greeting")
    page.click(".modal button:has-text('Keep my text')")
    page.wait_for_selector(".modal", state="detached")
    assert block() == ["Offer first line, for you", "Offer second line"]
    assert typed_outside()

    insert("Greeting")
    page.click(".modal button:has-text('Replace')")
    page.wait_for_selector(f"{BLOCK}:has-text('Greeting first line')")
    assert block() == ["Greeting first line", "Greeting second line"]
    assert subject(page) == "My own subject"
    assert typed_outside()

    # What was replaced by mistake comes back by Ctrl+Z.
    page.locator(f"{BLOCK} p >> nth=0").click()
    page.keyboard.press("Control+z")
    page.wait_for_selector(f"{BLOCK}:has-text('Offer first line, for you')")
    page.keyboard.press("Control+y")
    page.wait_for_selector(f"{BLOCK}:has-text('Greeting first line')")

    # After a reload it is still known what is the template's and what is hers.
    saved(page)
    page.reload()
    page.wait_for_selector(f"{BLOCK}:has-text('Greeting first line')")
    insert("Offer")
    page.wait_for_selector(f"{BLOCK}:has-text('Offer first line')")
    assert page.locator(".modal").count() == 0
    assert typed_outside()


def test_the_template_of_an_offer_brings_the_quotations_pdf(erp, sandbox, account, login, quick):
    user = erp.user(
        "tpl_ola", "Ola Nowak",
        "base.group_user", "sales_team.group_sale_salesman", "mail_center.group_user",
    )  # fmt: skip
    account("tpl.ola@loop.example", user)
    sandbox.add_mailbox("pdf@buyer.example", "x")
    buyer = erp.create("res.partner", name="Łucja Buyer", email="pdf@buyer.example")
    order = erp.create("sale.order", partner_id=buyer, user_id=user)
    profile = erp.create("mail.center.profile", name="Ola's", user_ids=[(6, 0, [user])])
    erp.create(
        "mail.center.template", name="Offer with its PDF", subject="Offer {{ document.name }}",
        body_html="<p>See the file.</p>",
        model_id=erp.reference("sale.model_sale_order"),
        report_ids=[(6, 0, [erp.reference("sale.action_report_saleorder")])],
        profile_ids=[(6, 0, [profile])],
    )
    page = login("tpl_ola")
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/sale.order/{order}")
    page.click(".o_statusbar_buttons button[name=action_mail_center_compose]")
    page.wait_for_selector(f"{EDITOR}:focus")
    page.select_option(f"{WINDOW} select[id$=_template]", label="Offer with its PDF")
    page.click(f"{WINDOW} .o_mail_center_insert")
    # At once, while the report is still being printed: the mail waits for it.
    page.click(f"{WINDOW} .o_mail_center_send")
    # The first report of a database has its style sheets made, too.
    page.wait_for_selector(WINDOW, state="detached", timeout=150_000)
    mail = arrived(sandbox, "pdf@buyer.example")
    (file,) = mail.iter_attachments()
    (row,) = erp.call("sale.order", "read", [order], ["name"])
    assert mail["Subject"] == f"Offer {row['name']}"
    assert file.get_filename() == f"Quotation - {row['name']}.pdf"
    assert file.get_content().startswith(b"%PDF-")
