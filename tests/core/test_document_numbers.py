import pytest

from core.document_numbers import document_numbers


@pytest.mark.parametrize(
    ("subject", "numbers"),
    [
        ("Re: Order S00042", ["S00042"]),
        ("AW: Rechnung INV/2026/00007, bitte", ["INV/2026/00007"]),
        ("[P00012] delivery", ["P00012"]),
        ("zamówienie s00042?", ["s00042", "S00042"]),
        ("BILL/2026/05/0001 and SO-123.", ["BILL/2026/05/0001", "SO-123"]),
        ("Meeting on 2026-05-04 at 10:00, 1200 EUR", []),
        ("Covid and B2B", []),
        ("write to s00042@x.example", []),
        ("http://x.example/S00042", []),
        ("", []),
    ],
)
def test_numbers_of_documents_are_told_from_words_dates_and_addresses(subject, numbers):
    assert document_numbers(subject) == numbers


def test_a_subject_full_of_numbers_gives_a_few():
    assert len(document_numbers(" ".join(f"S{n:05}" for n in range(500)))) <= 20
