"""How much may leave at once: limits of providers in mails and in recipients."""

import pytest

from core.smtp import DAY, HOUR, MINUTE, Usage, fitting, free_in

PEOPLE = Usage(MINUTE, 30, 0, unit="recipients")


@pytest.mark.parametrize(
    ("mails", "usages", "share", "fit"),
    [
        ([1, 1, 1], [], 1, 3),
        ([1, 1, 1], [Usage(HOUR, 2, 0)], 1, 2),
        ([1, 1, 1], [Usage(HOUR, 5, 3), Usage(DAY, 100, 99)], 1, 1),
        ([1], [Usage(HOUR, 5, 5)], 1, 0),
        ([1], [Usage(HOUR, 5, 9)], 1, 0),
        # recipients, cumulated over the mails
        ([10, 10, 10, 1], [PEOPLE], 1, 3),
        ([10, 10, 11, 1], [PEOPLE], 1, 2),
        ([20, 20], [Usage(MINUTE, 30, 15, 3, "recipients")], 1, 0),
        ([29], [Usage(MINUTE, 30, 1, 3, "recipients")], 1, 1),
        ([5, 5, 5], [PEOPLE, Usage(DAY, 2, 0)], 1, 2),
        # more than the limit itself: alone, when nothing else was sent
        ([50, 1], [PEOPLE], 1, 1),
        ([50], [Usage(MINUTE, 30, 1, 3, "recipients")], 1, 0),
        # a mailing leaves a part, but never all of it
        ([1] * 5, [Usage(DAY, 5, 0)], 0.8, 4),
        ([1, 1], [Usage(DAY, 1, 0)], 0.8, 1),
    ],
)
def test_so_many_mails_may_leave_now(mails, usages, share, fit):
    assert fitting(mails, usages, share) == fit


def test_nothing_to_wait_for_while_there_is_room():
    assert free_in([]) == 0
    assert free_in([Usage(HOUR, 5, 4, 3000)]) == 0
    assert free_in([PEOPLE], recipients=50) == 0


def test_the_wait_ends_when_the_first_of_what_was_sent_is_old_enough():
    assert free_in([Usage(HOUR, 5, 5, 3000)]) == 600
    assert free_in([Usage(HOUR, 5, 5, 3000), Usage(DAY, 9, 9, 3000)]) == DAY - 3000
    assert free_in([Usage(HOUR, 5, 4, 3000)], share=0.8) == 600
    assert free_in([Usage(MINUTE, 30, 25, 50, "recipients")], recipients=6) == 10
