"""A mail leaves when the time to undo is over, whoever is looking."""

import time

from tests.loop.conftest import eventually

UNDO = 2


def test_a_mail_leaves_though_the_browser_was_closed_before_the_time_to_undo_was_over(
    erp, account, sandbox
):
    box = account("at-once@loop.example", erp.uid)
    erp.call("mail.center.account", "write", [box], {"use_for_integration": True})
    sandbox.add_mailbox("gets-it@loop.example", "x")
    lags = []
    for number in range(3):
        draft = erp.create(
            "mail.center.draft", account_id=box, subject=f"At once {number}",
            body_html="<p>Hello</p>",
            recipients_to=[{"name": "", "email": "gets-it@loop.example", "partner_id": False}],
        )
        answer = erp.call("mail.center.draft", "send", [draft], undo_seconds=UNDO)
        promised = time.monotonic() + answer["seconds"]

        def sent(outbox=answer["outbox_id"]):
            (row,) = erp.call("mail.center.outbox", "read", [outbox], fields=["state"])
            return row["state"] == "sent"

        # Without a timer of the server's own it would be the scheduled job's minute.
        eventually(sent, "the mail to leave", timeout=25, pause=0.1)
        lags.append(time.monotonic() - promised)
    print("seconds after the time to undo:", ", ".join(f"{lag:.1f}" for lag in lags))
    assert len(sandbox.messages("gets-it@loop.example")) == 3
