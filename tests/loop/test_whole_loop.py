"""A person emails from an opportunity and sees the answer on it."""

from email import message_from_bytes, policy

from tests.loop.conftest import eventually
from tests.loop.mailbox import live


def test_an_email_from_an_opportunity_comes_back_answered(erp, sandbox, account, customer, login):
    seller = erp.user(
        "loop_anna", "Anna Nowak", "base.group_user", "sales_team.group_sale_salesman",
        "base.group_partner_manager", "mail_center.group_user",
    )
    account("loop.anna@loop.example", seller)
    customer("katarzyna@customer.example", "Katarzyna Zielińska")
    partner = erp.create(
        "res.partner", name="Katarzyna Zielińska", email="katarzyna@customer.example"
    )
    lead = erp.create(
        "crm.lead", name="Biurka dla oddziału w Łodzi", type="opportunity",
        partner_id=partner, user_id=seller,
    )

    page = login("loop_anna")
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/crm.lead/{lead}")
    page.click(".o_statusbar_buttons button[name=action_mail_center_compose]")
    live(page)
    window = page.locator(".o_mail_center_window")
    window.locator(".o_mail_center_editor").wait_for()
    assert "Katarzyna Zielińska" in window.locator(".o_mail_center_head").inner_text()
    page.wait_for_selector(".o_mail_center_window .o_mail_center_editor:focus")
    page.keyboard.type("Dzień dobry, oferujemy 40 biurek w trzy tygodnie.")
    window.locator(".o_mail_center_send").click()
    window.wait_for(state="detached")

    # It leaves when the time to undo is over, and the page learns of it without a reload.
    page.wait_for_selector(
        ".o_mail_center_email[data-direction=out][data-state=sent]", timeout=120_000
    )
    # The answer is fetched by the scheduled job, once a minute.
    answer = page.locator(".o_mail_center_email[data-direction=in]")
    answer.wait_for(timeout=150_000)
    assert "Katarzyna Zielińska" in answer.inner_text()
    answer.click()
    frame = page.frame_locator(".o_mail_center_email[data-direction=in] iframe")
    frame.locator("text=oferujemy 40 biurek").first.wait_for()

    received = sandbox.messages("katarzyna@customer.example")
    assert len(received) == 1
    mail = message_from_bytes(received[0][2], policy=policy.default)
    assert "40 biurek" in mail.get_body(("plain",)).get_content()
    assert mail["Subject"] == "Biurka dla oddziału w Łodzi"
    # The copy is laid there after the mail has left.
    eventually(lambda: sandbox.messages("loop.anna@loop.example", "Sent"), "the copy in Sent")
    assert len(sandbox.messages("loop.anna@loop.example", "Sent")) == 1
