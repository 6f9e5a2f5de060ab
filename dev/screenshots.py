"""``python3 -m dev screenshots``: the pictures of the README and the guides, from the running demo.

Started by the command line with the machine's Python, it goes on in the venv, where Playwright is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dev import addon_pictures, chromium, guide_pictures

IMAGES = Path(__file__).resolve().parent.parent / "mail_center" / "static" / "description"
TEXT = "Dear Katarzyna, we can deliver 40 blue chairs within three weeks, ten of them on Monday."


def main(url: str) -> None:
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.OPTIONS)
        page = browser.new_page(viewport={"width": 1600, "height": 860})
        login(page, url)
        mailbox(page, url)
        opportunity(page, url)
        compose(page, IMAGES / "compose.png", IMAGES / "preview.png")
        phone = browser.new_page(
            viewport={"width": 390, "height": 844}, device_scale_factor=2, has_touch=True
        )
        login(phone, url)
        phone.goto(page.url)
        compose(phone, IMAGES / "phone.png", touch=True)
        manager = browser.new_page(viewport={"width": 1600, "height": 860})
        login(manager, url, "maria")
        status(manager, url)

        def open_as(name: str, size: dict):
            page = browser.new_page(viewport=size)
            login(page, url, name)
            return page

        guide_pictures.take(open_as, url)
        addon_pictures.take(open_as, url)
        browser.close()


def login(page, url: str, name: str = "anna") -> None:
    page.set_default_timeout(90_000)
    page.goto(f"{url}/web/login")
    page.fill("#login", name)
    page.fill("#password", name)
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar")


def mailbox(page, url: str) -> None:
    """The mailbox with a conversation, and a mail of it being linked."""
    page.goto(f"{url}/odoo/mailbox")
    page.click(".o_mail_center_row:has-text('Office chairs for the')")
    page.wait_for_selector(".o_mail_center_conversation iframe")
    page.wait_for_timeout(2000)
    page.screenshot(path=IMAGES / "mailbox.png")
    page.locator(".o_mail_center_links button:has-text('Link to a record')").last.click()
    page.wait_for_selector(".modal .list-group-item")
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / "linking.png")
    page.keyboard.press("Escape")
    page.wait_for_selector(".modal", state="detached")


def status(page, url: str) -> None:
    """What a manager sees of all accounts."""
    page.goto(f"{url}/odoo/action-mail_center.mail_center_dashboard_action")
    page.wait_for_selector(".o_mail_center_dashboard")
    page.wait_for_timeout(1500)
    page.screenshot(path=IMAGES / "status.png")


def opportunity(page, url: str) -> None:
    """An opportunity with a mail that was sent from it and the customer's answer."""
    page.goto(f"{url}/odoo/crm")
    page.click(".o_kanban_record:has-text('Office chairs for the')")
    page.wait_for_selector(".o-mail-Chatter")
    page.wait_for_timeout(1500)
    if not page.locator(".o_mail_center_email[data-direction=in]").count():
        window = write(page)
        window.locator(".o_mail_center_send").click()
        window.wait_for(state="detached")
        page.wait_for_selector(".o_mail_center_email[data-direction=in]", timeout=150_000)
    page.locator(".o_mail_center_email[data-direction=in]").first.click()
    page.wait_for_selector(".o_mail_center_email iframe")
    page.wait_for_timeout(1500)
    page.screenshot(path=IMAGES / "opportunity.png")


def write(page):
    """The window with a mail to the contact of the opportunity, half written."""
    page.click(".o_mail_center_button")
    window = page.locator(".o_mail_center_window:not(.o_minimised)")
    window.locator(".odoo-editor-editable:focus").wait_for()
    page.keyboard.type(TEXT)
    return window


def compose(page, picture: Path, preview: Path | None = None, touch: bool = False) -> None:
    """The window, and what the recipient will see; the draft is discarded."""
    from playwright.sync_api import Locator

    page.wait_for_selector(".o-mail-Chatter")
    window = write(page)
    window.locator(".o_mail_center_saved:has-text('Saved')").wait_for()
    page.screenshot(path=picture)
    if preview:
        window.locator("[title=Preview]").click()
        page.wait_for_selector(".modal iframe")
        page.wait_for_timeout(1000)
        page.screenshot(path=preview)
        page.keyboard.press("Escape")
        page.wait_for_selector(".modal", state="detached")
    # On a phone a tap takes the caret, and with it the editor's bar, away from what is tapped.
    press = Locator.tap if touch else Locator.click
    press(window.locator("[title=Discard]"))
    press(page.locator(".modal button:has-text('Discard')"))
    window.wait_for(state="detached")


if __name__ == "__main__":
    main(sys.argv[1])
