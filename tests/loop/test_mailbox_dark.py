"""The mailbox in the dark: Odoo has a style sheet for it, addons bring the colours."""

import base64
from pathlib import Path

import pytest

from tests.loop.accessibility import faint
from tests.loop.mailbox import OPEN, ROW, mailbox
from tests.loop.window import WINDOW

PALETTE = Path(__file__).with_name("dark_palette.scss")
URL = "/mail_center_tests/dark_palette.scss"


@pytest.fixture
def dark(erp):
    """Colours in the style sheet that Odoo gives to who chose dark; how a page gets it."""
    colours = erp.create(
        "ir.attachment", name=PALETTE.name, url=URL, type="binary", mimetype="text/scss",
        datas=base64.b64encode(PALETTE.read_bytes()).decode(),
    )  # fmt: skip
    asset = erp.create(
        "ir.asset", name="Dark", bundle="web.assets_web_dark", directive="prepend", path=URL
    )

    def use(page):
        def serve(route):
            base = route.request.url.split("/web/assets")[0]
            route.fulfill(
                response=route.fetch(
                    url=f"{base}/web/assets/any/web.assets_web_dark.min.css", timeout=180_000
                )
            )

        page.route("**/web.assets_web.min.css", serve)
        page.set_default_timeout(180_000)  # the style sheet is made now
        return page

    yield use
    erp.call("ir.asset", "unlink", [asset])
    erp.call("ir.attachment", "unlink", [colours])


@pytest.mark.parametrize(("width", "height"), [(1400, 900), (390, 780)])
def test_everything_is_readable_in_the_dark(filled, login, dark, width, height):
    page = dark(mailbox(login, width=width, height=height))
    page.reload()
    page.wait_for_selector(ROW)
    page.wait_for_function(
        "getComputedStyle(document.querySelector('.o_mail_center_pane')).backgroundColor"
        " === 'rgb(34, 37, 46)'"
    )
    assert faint(page, ".o_mail_center_mailbox") == []
    page.click(f"{ROW}:has-text('Cennik')")
    frame = page.frame_locator(f"{OPEN} iframe")
    frame.locator("text=W załączniku").wait_for()
    assert faint(page, ".o_mail_center_mailbox") == []
    # The mail itself: light letters on the page's own ground.
    colour = frame.locator("body").evaluate("body => getComputedStyle(body).color")
    assert min(int(part) for part in colour[4:-1].split(",")) > 200
    page.click(f"{OPEN} button:has-text('Reply') >> nth=0")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_editable")
    assert faint(page, WINDOW) == []
