from core.alphabet import alphabetical


def test_polish_names_stand_where_a_polish_reader_looks_for_them():
    names = [
        "Zofia", "Łukasz", "Lech", "Święta", "Sylwia", "Źrebak", "Żak", "anna", "Ćwik", "Czapla",
    ]  # fmt: skip
    assert sorted(names, key=alphabetical) == [
        "anna", "Czapla", "Ćwik", "Lech", "Łukasz", "Sylwia", "Święta", "Zofia", "Źrebak", "Żak",
    ]  # fmt: skip


def test_case_and_the_way_a_letter_is_composed_do_not_count():
    assert alphabetical("ŁĄKA") == alphabetical("łąka")
    assert alphabetical("Łąka") == alphabetical("Ła\u0328ka")
