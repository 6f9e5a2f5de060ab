"""The compose window, as the tests of a browser reach into it."""

from __future__ import annotations

from email import message_from_bytes, policy

from tests.loop.conftest import eventually

WINDOW = ".o_mail_center_window:not(.o_minimised)"
EDITOR = f"{WINDOW} .odoo-editor-editable"
SUBJECT = f"{WINDOW} .o_mail_center_subject"
TO = f"{WINDOW} input[id$=_to]"
PASTE_PICTURE = """(editor) => new Promise((done) => {
    const canvas = document.createElement("canvas");
    canvas.width = 120;
    canvas.height = 60;
    canvas.getContext("2d").fillRect(0, 0, 120, 60);
    canvas.toBlob((blob) => {
        const data = new DataTransfer();
        data.items.add(new File([blob], "chart.png", { type: "image/png" }));
        const init = { clipboardData: data, bubbles: true, cancelable: true };
        editor.dispatchEvent(new ClipboardEvent("paste", init));
        done();
    });
})"""
PASTE_HTML = """(editor, html) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", "");
    const init = { clipboardData: data, bubbles: true, cancelable: true };
    editor.dispatchEvent(new ClipboardEvent("paste", init));
}"""


def write_new(page) -> None:
    page.click(".o_mail_center_systray")
    page.click("text=Write new message")
    page.wait_for_selector(f"{WINDOW} .o_mail_center_recipients input:focus")


def chips(page, kind: str = "to") -> list[str]:
    """The addresses in To, Cc or Bcc of the window."""
    line = f"{WINDOW} .o_mail_center_recipients:has(input[id$=_{kind}]) .o_mail_center_chip"
    return page.locator(line).evaluate_all("chips => chips.map(chip => chip.dataset.email)")


def subject(page) -> str:
    return page.locator(SUBJECT).input_value()


def saved(page) -> None:
    page.wait_for_selector(f"{WINDOW} .o_mail_center_saved:has-text('Saved')")


def _ends(answer) -> bool:
    """Whether the server knows from now on that a window is gone."""
    url = answer.url
    return url.endswith("/mail.center.draft/discard") or (
        url.endswith("/mail.center.draft/save") and "is_open" in (answer.request.post_data or "")
    )


def shut(page) -> None:
    # The window is gone at once; a page that is left before the server is told has it again.
    with page.expect_response(_ends):
        page.click(f"{WINDOW} [title='Close and keep the draft']")
    page.wait_for_selector(WINDOW, state="detached")


def discard(page) -> None:
    page.click(f"{WINDOW} [title=Discard]")
    with page.expect_response(_ends):
        page.click(".modal button:has-text('Discard')")
    page.wait_for_selector(WINDOW, state="detached")


def arrived(sandbox, address: str):
    """The one mail in a mailbox of the sandbox, when it has come."""
    ((_uid, _flags, raw),) = eventually(lambda: sandbox.messages(address), f"mail to {address}")
    return message_from_bytes(raw, policy=policy.default)
