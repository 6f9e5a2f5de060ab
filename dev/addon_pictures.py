"""A picture for each addon that joins another app, from the running demo; see screenshots.py."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SIZE = {"width": 1400, "height": 820}
TEXT = "Dear Sir or Madam, please find our answer below."
#: Addon: who takes it, the action of the other app, and whether the window is open in it. Who has
#: no mailbox in the demo shows the buttons.
DOCUMENTS = {
    "mail_center_crm": ("anna", "crm.crm_lead_action_pipeline", True),
    "mail_center_sale": ("anna", "sale.action_quotations", True),
    "mail_center_account": ("anna", "account.action_move_out_invoice_type", True),
    "mail_center_project": ("jan", "project.action_view_all_task", True),
    "mail_center_purchase": ("maria", "purchase.purchase_rfq", False),
    "mail_center_hr": ("admin", "hr.open_view_employee_list_my", False),
}
#: Addon: the address of a new account whose provider is signed in at.
SIGN_IN = {"mail_center_gmail": "anna@gmail.com", "mail_center_outlook": "anna@outlook.com"}
ROW = ".o_data_row td.o_data_cell, .o_kanban_record:not(.o_kanban_ghost)"


def take(login, url: str) -> None:
    """``login(name, size)`` gives a logged-in page of that size."""
    pages: dict = {}
    for addon, (name, action, writes) in DOCUMENTS.items():
        page = pages.setdefault(name, None) or login(name, SIZE)
        pages[name] = page
        page.goto(f"{url}/odoo/action-{action}")
        _show_all(page)
        page.locator(ROW).first.click()
        page.wait_for_selector(".o_form_view .o-mail-Chatter")
        page.wait_for_timeout(1500)
        if writes:
            _write(page)
        _save(page, addon)
        if writes:
            page.locator("[title=Discard]").click()
            page.locator(".modal button:has-text('Discard')").click()
            page.wait_for_timeout(500)
    for addon, address in SIGN_IN.items():
        page = pages["maria"]
        page.goto(f"{url}/odoo/action-mail_center.mail_center_account_action/new")
        page.fill("div[name=email] input", address)
        page.keyboard.press("Tab")
        page.wait_for_selector("button[name=action_oauth_sign_in]:visible")
        _save(page, addon)
        page.locator(".o_form_button_cancel:visible").click()


def _show_all(page) -> None:
    """Take off the filters, such as *My quotations*."""
    page.wait_for_selector(".o_control_panel")
    page.wait_for_timeout(1500)
    while page.locator(".o_facet_remove").count():
        page.locator(".o_facet_remove").first.click()
        page.wait_for_timeout(1500)


def _write(page) -> None:
    page.locator(".o_mail_center_button").first.click()
    window = page.locator(".o_mail_center_window:not(.o_minimised)")
    window.locator(".odoo-editor-editable:focus").wait_for()
    page.keyboard.type(TEXT)
    window.locator(".o_mail_center_saved:has-text('Saved')").wait_for()


def _save(page, addon: str) -> None:
    page.wait_for_timeout(1200)
    page.screenshot(path=ROOT / addon / "static" / "description" / "picture.png")
