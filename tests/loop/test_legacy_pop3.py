"""From Odoo's own POP3 server to IMAP: adopted, fetched through power cuts, switched."""

from collections import Counter
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest

from dev.postgres import Cluster
from tests.loop.conftest import PASSWORD, eventually

ADDRESS = "legacy@loop.example"
COUNT = 1000


def a_mail(number: int) -> bytes:
    mail = EmailMessage()
    mail["From"] = "Eve <eve@x.example>"
    mail["To"] = ADDRESS
    mail["Subject"] = f"Mail number {number}"
    mail["Date"] = f"Tue, 24 Nov 2026 {number // 60 % 24:02}:{number % 60:02}:00 +0100"
    mail["Message-ID"] = f"<legacy-{number}@x.example>"
    mail.set_content(f"This is mail {number}.\n" * 50)
    return mail.as_bytes()


@pytest.fixture
def odoo_servers(erp, sandbox):
    """Odoo's own incoming and outgoing server of one person's mailbox, which is empty."""
    sandbox.add_mailbox(ADDRESS, PASSWORD)
    erp.user("loop_legacy", "Legacy Owner", "base.group_user", "mail_center.group_user")
    (owner,) = erp.call("res.users", "search", [("login", "=", "loop_legacy")])
    erp.call("res.users", "write", [owner], {"email": ADDRESS})
    incoming = erp.create(
        "fetchmail.server", name="Legacy mailbox", server_type="pop", server="localhost",
        port=sandbox.ports["pop3s"], is_ssl=True, user=ADDRESS, password=PASSWORD, state="done",
    )
    erp.create(
        "ir.mail_server", name="Legacy sender", smtp_host="localhost",
        smtp_port=sandbox.ports["smtps"], smtp_encryption="ssl", smtp_user=ADDRESS,
        smtp_pass=PASSWORD, from_filter=ADDRESS,
    )
    return incoming


def test_a_legacy_mailbox_is_adopted_fetched_and_switched_with_nothing_lost_or_doubled(
    erp, server, sandbox, login, odoo_servers
):
    accounts = f"{server.url}/odoo/action-mail_center.mail_center_account_action"
    page = login("admin")
    page.goto(accounts)
    page.click(".o_control_panel .o_cp_action_menus button:has(.fa-cog)")
    page.click(".o_mail_center_adopt_menu")
    line = page.locator(".modal tr.o_data_row", has_text="Legacy mailbox")
    line.wait_for()
    assert "Legacy Owner" in line.inner_text()
    assert line.locator("td[name=selected] input").is_checked()
    page.click(".modal footer button[name=action_adopt]")
    page.wait_for_selector(".modal", state="detached", timeout=120_000)
    row = page.locator("tr.o_data_row", has_text=ADDRESS)
    assert "POP3 (legacy)" in row.locator("td[name=protocol]").inner_text()
    (own,) = erp.call(
        "fetchmail.server", "read", [odoo_servers], fields=["active", "state"]
    )
    assert (own["active"], own["state"]) == (False, "draft")
    (account,) = erp.call("mail.center.account", "search", [("email", "=", ADDRESS)])
    erp.create("mail.center.account.permission", account_id=account, user_id=erp.uid)
    # Odoo verified no certificate; the account does, and this authority is nobody's but ours.
    authority = Path(sandbox.ca_file).read_text()
    erp.call("mail.center.account", "write", [account], {"ca_pem": authority})

    # Fetched by POP3, with the power cut in the middle.
    sandbox.append(ADDRESS, ((a_mail(number), [], None) for number in range(COUNT)))

    def stored():
        return erp.call("mail.center.message", "search_count", [("account_id", "=", account)])

    def state():
        (row,) = erp.call("mail.center.account", "read", [account], fields=["sync_state"])
        return row["sync_state"]

    def ids():
        rows = erp.call(
            "mail.center.message", "search_read", [("account_id", "=", account)],
            fields=["message_id"],
        )
        return Counter(row["message_id"] for row in rows)

    def on_server():
        return Counter(
            message_from_bytes(raw)["Message-ID"]
            for _uid, _flags, raw in sandbox.messages(ADDRESS)
        )

    erp.call("mail.center.account", "action_sync_now", [account])
    eventually(lambda: stored() > 0, "POP3 to get going", pause=0.02)
    page.goto("about:blank")  # an open page tells its console that the server is away
    server.kill()
    # Of the database: the server fetches on from its very start.
    ((count,),) = Cluster().query(
        f"SELECT count(*) FROM mail_center_message WHERE account_id = {account}", server.database
    )
    killed_at = int(count)
    server.start()
    print(f"killed with {killed_at} of {COUNT} mails stored")
    assert killed_at < COUNT, "the kill came too late to show anything"
    erp.call("mail.center.account", "action_sync_now", [account])
    eventually(lambda: state() == "ok" and stored() >= COUNT, "the rest by POP3")
    assert ids() == on_server()
    assert sum(on_server().values()) == COUNT, "POP3 leaves everything in the mailbox"

    def at_rest():
        """The scheduled job has given the account back and leaves it alone for an hour."""
        return Cluster().query(
            f"""
            UPDATE mail_center_account SET next_sync = now() AT TIME ZONE 'utc' + interval '1 hour'
             WHERE id = {account}
               AND (claim_until IS NULL OR claim_until <= now() AT TIME ZONE 'utc')
            RETURNING id
            """,
            server.database,
        )

    # The dry run, new mail, the switch. While mail is being fetched both ask to try again.
    page.goto(accounts)
    page.locator("tr.o_data_row", has_text=ADDRESS).locator("td[name=name]").click()
    assert page.wait_for_selector(".o_mail_center_legacy").is_visible()
    page.click("button[name=action_switch_to_imap]")
    sheet, text = page.locator(".modal-body"), page.locator(".modal div[name=explanation]").first
    text.wait_for()
    assert text.bounding_box()["x"] >= sheet.bounding_box()["x"], "the dialog can be read"
    page.fill(".modal div[name=imap_port] input", str(sandbox.ports["imaps"]))
    eventually(at_rest, "the end of a pass")
    page.click(".modal footer button[name=action_compare]:visible")
    page.wait_for_selector(".modal .o_mail_center_switch_counts:visible", timeout=150_000)
    assert page.inner_text(".modal div[name=by_id]") == f"{COUNT:,}"
    for name in ("by_content", "only_here", "only_there"):
        assert page.inner_text(f".modal div[name={name}]") == "0"
    sandbox.append(ADDRESS, ((a_mail(number), [], None) for number in range(COUNT, COUNT + 3)))
    eventually(at_rest, "the end of a pass")
    page.click(".modal footer button[name=action_switch]:visible")
    page.locator(".modal footer button.btn-primary:has-text('Ok')").click()
    page.wait_for_selector(".modal .alert-success:visible", timeout=150_000)
    page.locator(".modal footer button:has-text('Close'):visible").click()
    page.wait_for_selector(".modal", state="detached")
    page.wait_for_selector(".o_mail_center_legacy", state="hidden")
    for _number in range(2):
        erp.call("mail.center.account", "action_sync_now", [account])
        eventually(
            lambda: erp.call(
                "mail.center.account", "search_count",
                [("id", "=", account), ("sync_state", "=", "ok"), ("next_sync", "!=", False)],
            ),
            "a sync by IMAP",
        )
        assert ids() == on_server()
    assert sum(on_server().values()) == COUNT + 3
    with pytest.raises(Exception, match="blocked for it for good"):
        erp.call("mail.center.account", "write", [account], {"protocol": "pop3"})
