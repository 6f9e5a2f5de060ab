"""The list of accounts, watched while the mailer works: off, on, importing, failing, repaired."""

import re

from playwright.sync_api import expect

from tests.loop.conftest import PASSWORD, eventually

ADDRESS = "status@loop.example"
COUNT = 3000
PATIENCE = 150_000


def a_mail(number: int) -> bytes:
    return (
        f"From: Eve <eve@x.example>\r\nTo: {ADDRESS}\r\nSubject: Status {number}\r\n"
        f"Message-ID: <status-{number}@x.example>\r\n\r\nMail {number}.\r\n"
    ).encode()


def test_a_manager_watches_an_account_being_paused_imported_broken_and_repaired(
    erp, server, sandbox, login, account
):
    owner = erp.user("loop_status", "Status Owner", "base.group_user", "mail_center.group_user")
    box = account(ADDRESS, owner)
    page = login("admin")
    page.goto(f"{server.url}/odoo/action-mail_center.mail_center_account_action_status")
    row = page.locator("tr.o_data_row", has_text=ADDRESS)
    switch = row.locator("button[role=switch]")
    pill = row.locator(".o_mail_center_status")
    # From here on nothing is reloaded: what changes comes by itself.
    page.evaluate("window.mailCenterSamePage = true")
    expect(pill).to_have_attribute("data-status", "ok", timeout=PATIENCE)

    switch.click()
    expect(pill).to_have_attribute("data-status", "paused")
    expect(switch).to_have_attribute("aria-checked", "false")
    sandbox.append(ADDRESS, ((a_mail(number), [], None) for number in range(COUNT)))
    stored = [("account_id", "=", box)]
    assert erp.call("mail.center.account", "read", [box], fields=["sync_enabled"]) == [
        {"id": box, "sync_enabled": False}
    ]

    switch.click()
    expect(switch).to_have_attribute("aria-checked", "true")
    row.locator("button[name=action_sync_now]").click()
    progress = row.locator(".o_mail_center_progress")
    # Both at once: it is shown only as long as the mail comes.
    expect(progress).to_contain_text(
        re.compile(r"[\d,]+ of 3,000.*a second", re.DOTALL), timeout=PATIENCE
    )
    expect(pill).to_have_attribute("data-status", "ok", timeout=PATIENCE)
    of_owner = erp.of("loop_status")
    assert of_owner.call("mail.center.message", "search_count", stored) == COUNT

    sandbox.add_mailbox(ADDRESS, "another password")
    row.locator("button[name=action_sync_now]").click()
    expect(pill).to_have_attribute("data-status", "failing", timeout=PATIENCE)
    problem = row.locator(".o_mail_center_problem")
    expect(problem).to_contain_text("refuses the login or the password")

    sandbox.add_mailbox(ADDRESS, PASSWORD)
    row.locator("button[name=action_sync_now]").click()
    expect(pill).to_have_attribute("data-status", "ok", timeout=PATIENCE)
    expect(problem).to_have_count(0)
    assert page.evaluate("window.mailCenterSamePage"), "the page was loaded anew"

    row.locator("button[name=action_open_log]").click()
    expect(page.locator("tr.o_data_row", has_text="Mail is being fetched again.")).to_be_visible()
    expect(page.locator("tr.o_data_row", has_text="refuses the login").first).to_be_visible()

    page.goto(f"{server.url}/odoo/action-mail_center.mail_center_dashboard_action")
    expect(page.locator(".o_mail_center_headline")).to_be_visible()
    eventually(
        lambda: ADDRESS not in page.inner_text(".o_mail_center_dashboard"), "nothing left to do"
    )
