"""The pictures of the guides, taken from the running demo (``python3 -m dev screenshots``)."""

from __future__ import annotations

from pathlib import Path

IMAGES = Path(__file__).resolve().parent.parent / "mail_center" / "static" / "guide" / "images"
SIZE = {"width": 1400, "height": 820}


def take(login, url: str) -> None:
    """``login(name, size)`` gives a logged-in page of that size."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    maria = login("maria", SIZE)
    for name, picture in MANAGER.items():
        picture(maria, url)
        _save(maria, name)
    anna = login("anna", SIZE)
    for name, picture in USER.items():
        picture(anna, url)
        _save(anna, name)


def _save(page, name: str) -> None:
    page.wait_for_timeout(1200)  # the end of animations, and pictures
    page.screenshot(path=IMAGES / f"{name}.png")
    # A form that was begun for its picture is not kept.
    discard = page.locator(".o_form_button_cancel:visible")
    if discard.count():
        discard.first.click()
        page.wait_for_timeout(300)


def _open(page, url: str, action: str, ready: str) -> None:
    page.goto(f"{url}/odoo/action-mail_center.{action}")
    page.wait_for_selector(ready)


def first_mailbox(page, url):
    _open(page, url, "mail_center_account_action/new", ".o_form_view")
    page.fill("div[name=email] input", "biuro@wp.pl")
    page.keyboard.press("Tab")
    page.wait_for_function("document.querySelector('div[name=imap_host] input').value")


def connection_test(page, url):
    _account(page, url, "Anna Nowak")
    page.click("button[name=action_test_connection]")
    page.wait_for_selector(".modal")
    page.wait_for_selector(".modal .fa-spin", state="detached")
    page.wait_for_timeout(1500)


def permissions(page, url):
    _account(page, url, "Office")
    page.click(".o_notebook a[name=permissions]")


def folders(page, url):
    _account(page, url, "Office")
    page.click(".o_notebook a[name=folders]")


def _account(page, url, name):
    _open(page, url, "mail_center_account_action", ".o_data_row")
    page.click(f".o_data_row:has-text('{name}') td[name=name]")
    page.wait_for_selector(".o_form_view")


def template(page, url):
    _open(page, url, "mail_center_template_action", ".o_data_row")
    page.locator(".o_data_row td[name=name]").first.click()
    page.wait_for_selector(".o_form_view")


def dashboard(page, url):
    _open(page, url, "mail_center_dashboard_action", ".o_mail_center_headline")


def synchronisation(page, url):
    _open(page, url, "mail_center_account_action_status", ".o_data_row")


def log(page, url):
    _open(page, url, "mail_center_log_action", ".o_list_view")


def privacy(page, url):
    _open(page, url, "mail_center_privacy_action", ".o_form_view")


def mailbox(page, url):
    _open(page, url, "mail_center_mailbox_action", ".o_mail_center_mailbox")
    page.wait_for_timeout(1500)
    page.locator(".o_mail_center_row:has-text('Office chairs')").first.click()
    page.wait_for_selector("iframe")
    page.wait_for_timeout(1500)


def outgoing(page, url):
    _open(page, url, "mail_center_outbox_action", ".o_list_view")
    if not page.locator(".o_data_row").count():
        _send_one(page, url)
        _open(page, url, "mail_center_outbox_action", ".o_data_row")


def _send_one(page, url):
    """A mail from the opportunity of the README's picture; the customer of the demo answers it."""
    page.goto(f"{url}/odoo/crm")
    page.click(".o_kanban_record:has-text('Office chairs for the')")
    page.click(".o_mail_center_button")
    window = page.locator(".o_mail_center_window:not(.o_minimised)")
    window.locator(".odoo-editor-editable:focus").wait_for()
    page.keyboard.type("We can deliver 40 blue chairs within three weeks.")
    window.locator(".o_mail_center_send").click()
    window.wait_for(state="detached")
    page.wait_for_timeout(90_000)  # the time to undo, and the next run of the sender


def accounts(page, url):
    _open(page, url, "mail_center_account_action", ".o_data_row")


MANAGER = {
    "first-mailbox": first_mailbox,
    "connection-test": connection_test,
    "permissions": permissions,
    "folders": folders,
    "template": template,
    "status": dashboard,
    "synchronisation": synchronisation,
    "log": log,
}
USER = {"mailbox": mailbox, "outgoing": outgoing, "accounts": accounts}
