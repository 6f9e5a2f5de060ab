"""A draft begun in one program is ended in another."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from tests.loop.conftest import eventually
from tests.loop.window import EDITOR, SUBJECT, WINDOW, saved, shut, write_new

BOX = "dra.iga@loop.example"


def theirs() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Iga <{BOX}>", "ewa@lis.example", "Z telefonu"
    mail["Date"] = "Mon, 30 Nov 2026 10:00:00 +0100"
    mail["Message-ID"] = "<dra-1@telefon.example>"
    mail.set_content("Zaczęte w pociągu")
    return mail.as_bytes()


def drafts(sandbox) -> dict[str, str]:
    """Subject → text of the drafts on the server."""
    found = {}
    for _uid, _flags, raw in sandbox.messages(BOX, "Drafts"):
        mail = message_from_bytes(raw, policy=policy.default)
        found[mail["Subject"]] = mail.get_body(("plain",)).get_content().strip()
    return found


def test_a_draft_is_begun_in_one_program_and_ended_in_another(erp, sandbox, account, login):
    user = erp.user("dra_iga", "Iga Bąk", "base.group_user", "mail_center.group_user")
    account(BOX, user)
    sandbox.append(BOX, [(theirs(), ["\\Draft"], None)], "Drafts")
    mine = erp.of("dra_iga")
    (box,) = mine.call("mail.center.account", "search", [("email", "=", BOX)])
    wanted = [("account_id", "=", box), ("special_use", "=", "drafts")]
    mine.call("mail.center.account", "action_sync_now", [box])
    (folder,) = eventually(
        lambda: mine.call("mail.center.folder", "search", wanted), "the folder of drafts"
    )
    mine.call("mail.center.folder", "write", [folder], {"policy": "two_way"})
    erp.received("dra_iga", BOX, "<dra-1@telefon.example>")

    page = login("dra_iga")
    write_new(page)
    page.fill(SUBJECT, "Z komputera")
    page.click(EDITOR)
    page.keyboard.type("Zaczęte w biurze")
    saved(page)
    shut(page)
    eventually(
        lambda: "Zaczęte w biurze" in drafts(sandbox).get("Z komputera", ""),
        "the draft on the server",
    )

    page.goto(f"{page.url.split('/odoo')[0]}/odoo/mailbox")
    page.click(".o_mail_center_places button:has-text('Drafts') >> nth=1")
    page.click(".o_mail_center_row:has-text('Z telefonu')")
    page.click(".o_mail_center_conversation button:has-text('Go on writing')")
    page.wait_for_selector(f"{EDITOR}:has-text('Zaczęte w pociągu')")
    assert page.locator(SUBJECT).input_value() == "Z telefonu"
    page.click(f"{EDITOR} >> text=Zaczęte w pociągu")
    page.keyboard.press("End")
    page.keyboard.type(", skończone w biurze")
    saved(page)
    shut(page)
    eventually(
        lambda: "Zaczęte w pociągu, skończone w biurze" in drafts(sandbox).get("Z telefonu", ""),
        "the newest words on the server",
    )
    # The old version goes when the new one is there.
    eventually(lambda: len(sandbox.messages(BOX, "Drafts")) == 2, "each draft once")
    assert not page.locator(WINDOW).count()
