"""``python3 -m dev screenshots``: the pictures of the README, taken from the running demo.

Started by the command line with the machine's Python, it goes on in the venv, where Playwright is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from dev import chromium

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
TEXT = "Dear Katarzyna, we can deliver 40 blue chairs within three weeks, ten of them on Monday."


def main(url: str) -> None:
    from playwright.sync_api import sync_playwright

    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.OPTIONS)
        page = browser.new_page(viewport={"width": 1600, "height": 860})
        page.goto(f"{url}/web/login")
        page.fill("#login", "anna")
        page.fill("#password", "anna")
        page.click("button[type=submit]")
        page.wait_for_selector(".o_main_navbar")
        opportunity(page, url)
        browser.close()


def opportunity(page, url: str) -> None:
    """An opportunity with a mail that was sent from it and the customer's answer."""
    page.goto(f"{url}/odoo/crm")
    page.click(".o_kanban_record:has-text('Office chairs for the')")
    page.wait_for_selector(".o-mail-Chatter")
    page.wait_for_timeout(1500)
    if not page.locator(".o_mail_center_email[data-direction=in]").count():
        page.click(".o_mail_center_button")
        window = page.locator(".o_mail_center_window")
        window.locator(".o_mail_center_editor p").first.click()
        page.keyboard.type(TEXT)
        page.screenshot(path=IMAGES / "compose.png")
        window.locator(".o_mail_center_send").click()
        window.wait_for(state="detached")
        page.wait_for_selector(".o_mail_center_email[data-direction=in]", timeout=150_000)
    page.locator(".o_mail_center_email[data-direction=in]").first.click()
    page.wait_for_selector(".o_mail_center_email iframe")
    page.wait_for_timeout(1500)
    page.screenshot(path=IMAGES / "opportunity.png")


if __name__ == "__main__":
    main(sys.argv[1])
