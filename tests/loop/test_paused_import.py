"""A large import is paused by a person, and goes on when she says so."""

from tests.loop.conftest import LONG, eventually
from tests.loop.large_mailbox import LargeMailbox

# A press takes as long as some hundred mails: each finds most of them still to come.
COUNT = 12000 if LONG else 5000


class Import(LargeMailbox):
    def press(self, button):
        self.erp.call("mail.center.account", f"action_sync_{button}", [self.account])

    def status(self):
        (row,) = self.erp.call("mail.center.account", "read", [self.account], fields=["status"])
        return row["status"]

    def is_connected(self):
        return self.address in self.sandbox.doveadm("who").stdout


def test_a_paused_import_stops_and_goes_on_without_loss_or_double(erp, sandbox, account):
    box = Import(erp, sandbox, "paused@loop.example")
    box.fill(COUNT)
    box.connect(account)
    box.look()
    stops = []
    for part in (1, 2):
        eventually(lambda part=part: box.stored() >= COUNT * part // 10, "mail to come", pause=0)
        box.press("off")
        stops.append(box.stored())
        assert box.status() == "paused"
        # Who fetched has noticed, and stored nothing of what he had in hand.
        eventually(lambda: not box.is_connected(), "the connection to end")
        box.look()  # does nothing for a mailbox that is switched off
        assert box.stored() == stops[-1]
        box.press("on")
    print(f"paused with {stops} of {COUNT} mails stored")
    assert 0 < stops[0] < stops[1] < COUNT, "the pauses came too late to show anything"
    # On again before the one who fetched has noticed: two are at it for a moment.
    eventually(lambda: box.stored() >= COUNT * 3 // 10, "mail to come", pause=0)
    box.press("off")
    box.press("on")
    box.await_all()
