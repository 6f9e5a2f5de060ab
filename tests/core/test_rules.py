"""What a rule is about is what its writer expects."""

import pytest

from core.rules import Condition, Facts, matches, terms

MAIL = Facts(
    sender="eve@mail.firm.example", sender_shown="Ewa Żółć <eve@mail.firm.example>",
    recipients="Office <office@mc.example>, joe@x.example", subject="Faktura za LIPIEC",
    text="Proszę o zapłatę.", has_files=True, is_automatic=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (Condition(senders=terms("eve@mail.firm.example")), True),
        (Condition(senders=terms("EVE@mail.Firm.example")), True),
        (Condition(senders=terms("ve@mail.firm.example")), False),
        (Condition(senders=terms("firm.example")), True),
        (Condition(senders=terms("@mail.firm.example")), True),
        (Condition(senders=terms("irm.example")), False),
        (Condition(senders=terms("zolc")), True),
        (Condition(senders=terms("nobody@x.example, firm.example")), True),
        (Condition(recipients=terms("office@mc.example")), True),
        (Condition(recipients=terms("x.example")), True),
        (Condition(recipients=terms("fice@mc.example")), False),
        (Condition(subject=terms("faktura")), True),
        (Condition(subject=terms("invoice; FAKTURA  za")), True),
        (Condition(subject=terms("rechnung")), False),
        (Condition(text=terms("zaplate")), True),
        (Condition(has_files=True), True),
        (Condition(has_files=False), False),
        (Condition(is_automatic=True), False),
        (Condition(senders=terms("firm.example"), subject=terms("rechnung")), False),
        (Condition(senders=terms("firm.example"), subject=terms("faktura")), True),
        (Condition(), False),
    ],
)
def test_a_condition_holds_for_the_mail_it_describes_and_no_other(condition, found):
    assert matches(condition, MAIL) is found


def test_blank_terms_count_for_nothing():
    assert terms(" , ;\n") == ()
    assert Condition(senders=terms(" , ")).is_empty
