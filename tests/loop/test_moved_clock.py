"""The clock of the machine that Odoo runs on is set while mail is fetched, and between two runs.

PostgreSQL's clock stays right: the two differ, as on two machines of which one is wrong.
"""

import pytest

from dev.moved_clock import MovedClock
from dev.paths import CACHE
from tests.loop.conftest import LONG, eventually
from tests.loop.large_mailbox import LargeMailbox

DAY = 86400
YEARS = 3000 * DAY
COUNT = 4000 if LONG else 1000


class Waiting(LargeMailbox):
    """Knows too for when its next look is planned."""

    def seconds(self):
        """In how many seconds the claim ends, and the account and the job are due again."""
        ((*seconds,),) = self.query(
            f"""
            SELECT extract(epoch FROM claim_until - now() AT TIME ZONE 'utc'),
                   extract(epoch FROM next_sync - now() AT TIME ZONE 'utc'),
                   extract(epoch FROM cron.nextcall - now() AT TIME ZONE 'utc')
              FROM mail_center_account AS account, ir_cron AS cron
             WHERE account.id = {self.account} AND cron.id = {self.job}
            """
        )
        return [float(number) for number in seconds if number]

    @property
    def job(self):
        return self.erp.reference("mail_center.ir_cron_receive")

    def assert_goes_on(self):
        assert max(self.seconds()) < 600, "hours, days or years are waited for"


@pytest.fixture
def box(erp, sandbox, account, request):
    number = request.session.items.index(request.node)
    box = Waiting(erp, sandbox, f"clock-{number}@loop.example")
    # A certificate is not valid yet, or no more, on a machine whose clock is wrong.
    box.connect(
        account, imap_port=sandbox.ports["imap"], imap_security="none", sync_enabled=False
    )
    return box


@pytest.fixture
def clock(server):
    clock = MovedClock(CACHE / "moved-clock")
    server.stop()
    # Odoo restarts itself where a job seems to hang for hours: test_killed_sync is about that.
    server.start("--limit-time-real=0", **clock.environment)
    yield clock
    server.stop()
    server.start()


def test_a_clock_that_is_set_while_mail_comes_loses_and_doubles_nothing(erp, box, clock):
    box.fill(COUNT)
    erp.call("mail.center.account", "action_sync_on", [box.account])
    seen = []
    for part, seconds in enumerate((DAY, -DAY, YEARS, -YEARS, 0)):
        eventually(
            lambda part=part: box.stored() >= COUNT * (part + 1) // 8, "mail to come", pause=0
        )
        clock.move(seconds)
        seen.append(box.stored())
    print(f"moved with {seen} of {COUNT} mails stored")
    assert seen[1] < COUNT, "the clock was moved too late to show anything"
    box.await_all()
    box.assert_goes_on()
    # Between two runs.
    for seconds in (DAY, -DAY, YEARS, 0):
        clock.move(seconds)
        box.fill(3)
        box.look()
        box.await_all()
        box.assert_goes_on()


def test_mail_comes_by_itself_after_the_clock_of_the_database_was_years_ahead(erp, box):
    """What it wrote then would keep the job at rest for as long."""
    erp.call("mail.center.account", "action_sync_on", [box.account])
    eventually(lambda: box.state() == "ok", "the first look")
    job = f"FROM ir_cron WHERE id = {box.job}"
    eventually(lambda: box.query(f"SELECT id {job} FOR UPDATE SKIP LOCKED"), "the job to end")
    ahead = "now() AT TIME ZONE 'utc' + interval '3000 days'"
    box.query(f"UPDATE ir_cron SET nextcall = {ahead} WHERE id = {box.job}")
    box.query(f"UPDATE mail_center_account SET next_sync = {ahead} WHERE id = {box.account}")
    box.fill(1)
    # Any job of this Odoo comes to its end.
    erp.run_job("base.autovacuum_job")
    box.await_all()
    box.assert_goes_on()
