"""What is archived, deleted or read in the mailbox is so on the server, and can be undone."""

from email.message import EmailMessage

from tests.loop.conftest import eventually
from tests.loop.mailbox import live

BOX = "mov.ola@loop.example"
ROW = ".o_mail_center_row"


def a_mail(number: int, subject: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "Ewa Lis <ewa@lis.example>", BOX, subject
    mail["Date"] = f"Mon, 30 Nov 2026 10:{number:02}:00 +0100"
    mail["Message-ID"] = f"<mov-{number}@lis.example>"
    mail.set_content("Dzień dobry.")
    return mail.as_bytes()


def on_server(sandbox, folder: str) -> set[str]:
    return {
        raw.split(b"Subject: ")[1].split(b"\r\n")[0].decode()
        for _uid, _flags, raw in sandbox.messages(BOX, folder)
    }


def subjects(page) -> list[str]:
    return page.locator(f"{ROW} .o_mail_center_subject").all_inner_texts()


def until(page, wanted: list[str]) -> None:
    eventually(lambda: subjects(page) == wanted, f"{wanted} in the list", timeout=60)


def test_mail_is_archived_deleted_and_moved_by_keys_and_buttons(erp, sandbox, account, login):
    user = erp.user("mov_ola", "Ola Bąk", "base.group_user", "mail_center.group_user")
    box = account(BOX, user)
    for folder in ("Archive", "Trash", "Klienci"):
        sandbox.create_folder(BOX, folder)
    sandbox.append(BOX, [(a_mail(n, f"Mail {n}"), [], None) for n in range(1, 5)])
    erp.received("mov_ola", BOX, "<mov-4@lis.example>")
    mine = erp.of("mov_ola")

    page = login("mov_ola")
    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mailbox")
    page.wait_for_selector(ROW)
    live(page)
    # What can't be done says why, and what to do.
    page.click(f"{ROW}:has-text('Mail 4')")
    page.keyboard.press("e")
    page.wait_for_selector(".modal:has-text('is read-only here')")
    page.click(".modal button:has-text('Close')")
    page.wait_for_selector(".o_dialog", state="detached")
    eventually(
        lambda: mine.call("mail.center.account", "read", [box], ["sync_state"])[0]["sync_state"]
        == "ok", "the end of the first pass",
    )
    mine.call("mail.center.account", "action_two_way", [box])

    page.click(f"{ROW}:has-text('Mail 4')")
    page.keyboard.press("e")
    page.hover(".o_notification:has-text('Archived')")  # under the pointer it does not go away
    until(page, ["Mail 3", "Mail 2", "Mail 1"])
    page.wait_for_selector(f"{ROW}.o_open:has-text('Mail 3')")
    # The focus was on the row that is gone: it is on the next one, not lost.
    page.wait_for_function("document.activeElement.closest('.o_mail_center_row.o_open')")
    page.click(".o_notification:has-text('Archived') button:has-text('Undo')")
    until(page, ["Mail 4", "Mail 3", "Mail 2", "Mail 1"])

    page.click(f"{ROW}:has-text('Mail 4')")
    page.keyboard.press("e")
    until(page, ["Mail 3", "Mail 2", "Mail 1"])
    # The list may be told of the move before the answer opens the next mail.
    page.wait_for_selector(f"{ROW}.o_open:has-text('Mail 3')")
    page.keyboard.press("#")
    until(page, ["Mail 2", "Mail 1"])
    page.wait_for_selector(f"{ROW}.o_open:has-text('Mail 2')")
    page.wait_for_function("document.activeElement.closest('.o_mail_center_row.o_open')")
    page.keyboard.press("v")
    page.fill(".modal input", "klien")
    page.click(".modal button:has-text('Klienci')")
    until(page, ["Mail 1"])
    for folder, subject in (("Archive", "Mail 4"), ("Trash", "Mail 3"), ("Klienci", "Mail 2")):
        eventually(
            lambda folder=folder, subject=subject: on_server(sandbox, folder) == {subject},
            f"{subject} in {folder} on the server",
        )
    eventually(lambda: on_server(sandbox, "INBOX") == {"Mail 1"}, "one mail left in the inbox")
    page.click(".o_mail_center_places button:has-text('Trash')")
    until(page, ["Mail 3"])

    # From there it goes for good, and asks before.
    page.click(f"{ROW}:has-text('Mail 3')")
    page.keyboard.press("#")
    page.wait_for_selector(".modal:has-text('removed from the mail server too')")
    page.click(".modal button:has-text('Discard'), .modal button:has-text('Cancel')")
    page.wait_for_selector(".o_dialog", state="detached")  # as long it takes the keys
    until(page, ["Mail 3"])
    page.keyboard.press("#")
    page.click(".modal button:has-text('Delete for good')")
    until(page, [])
    eventually(lambda: on_server(sandbox, "Trash") == set(), "the trash on the server is empty")
