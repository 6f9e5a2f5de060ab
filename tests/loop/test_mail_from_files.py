"""The mail of another program: chosen in the browser, read on through power cuts."""

import mailbox
from collections import Counter
from email.message import EmailMessage

from dev.paths import LOG
from dev.postgres import Cluster
from tests.loop.conftest import LONG, eventually

COUNT, POINTS = (6000, 10) if LONG else (1200, 3)
EMAIL = "files@loop.example"


def _mail(number: int) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Eve <eve@x.example>"
    mail["To"] = EMAIL
    mail["Subject"] = f"Filed mail {number}"
    mail["Date"] = "Mon, 05 Jan 2015 10:00:00 +0000"
    mail["Message-ID"] = f"<filed-{number}@x.example>"
    mail.set_content(f"This is mail {number}.\nFrom here on it is old.\n" * 20)
    return mail


def test_an_mbox_chosen_in_the_browser_arrives_whole_through_kill_9(
    erp, server, account, login, tmp_path
):
    user = erp.user("ola_files", "Ola Files", "base.group_user", "mail_center.group_user")
    owner = erp.of("ola_files")
    box = account(EMAIL, user)
    erp.call("mail.center.account", "write", [box], {"sync_enabled": False})
    file = mailbox.mbox(tmp_path / "Inbox")
    for number in range(COUNT):
        file.add(_mail(number))
    file.flush()
    loose = []
    for number in range(COUNT, COUNT + 3):
        loose.append(tmp_path / f"{number}.eml")
        loose[-1].write_bytes(_mail(number).as_bytes())

    page = login("ola_files")
    action = erp.reference("mail_center.mail_center_upload_start_action")
    page.goto(f"{server.url}/odoo/action-{action}")
    page.set_input_files(".o_mail_center_upload input[type=file]", [tmp_path / "Inbox", *loose])
    page.screenshot(path=LOG / "mail-from-files-start.png")
    page.click(".o_mail_center_upload_button")
    page.wait_for_selector(".o_data_row:nth-child(2)", timeout=120_000)
    page.screenshot(path=LOG / "mail-from-files-list.png")
    page.goto("about:blank")  # a browser that loses its server says so in the console

    def stored():
        # Of the database: the server reads on from its very start.
        ((count,),) = Cluster().query(
            f"SELECT count(*) FROM mail_center_message WHERE account_id = {box}", server.database
        )
        return int(count)

    kills = []
    for point in range(POINTS):
        wanted = COUNT * point // POINTS + 1
        eventually(lambda wanted=wanted: stored() >= wanted, "the reading to get going",
                   pause=0.05, timeout=120)
        server.kill()
        kills.append(stored())
        server.start()
        erp.run_job("mail_center.ir_cron_read_uploads")
    assert kills[0] < COUNT, "the kills came too late to show anything"
    print(f"killed with {kills} of {COUNT + 3} mails stored")
    eventually(lambda: stored() >= COUNT + 3, "the rest of the mail", timeout=300)
    rows = owner.call(
        "mail.center.message", "search_read", [("account_id", "=", box)], fields=["message_id"]
    )
    here = Counter(row["message_id"] for row in rows)
    assert set(here) == {f"<filed-{number}@x.example>" for number in range(COUNT + 3)}
    assert max(here.values()) == 1
    uploads = owner.call(
        "mail.center.upload", "search_read", [("account_id", "=", box)],
        fields=["state", "imported", "known", "quarantined", "progress"],
    )
    assert sum(row["imported"] for row in uploads) == COUNT + 3
    assert {(row["state"], row["quarantined"], row["progress"]) for row in uploads} == {
        ("done", 0, 100)
    }
    page.goto(f"{server.url}/odoo/action-{erp.reference('mail_center.mail_center_upload_action')}")
    page.wait_for_selector(".o_data_row")
    page.screenshot(path=LOG / "mail-from-files-done.png")
