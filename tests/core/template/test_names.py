import pytest

from core.template.names import split_name


@pytest.mark.parametrize(
    ("name", "language", "first", "family"),
    [
        ("Anna Nowak", "pl_PL", "Anna", "Nowak"),
        ("Anna Maria Nowak-Kowalska", "pl_PL", "Anna", "Maria Nowak-Kowalska"),
        ("Nowak, Anna", "pl_PL", "Anna", "Nowak"),
        ("Nagy János", "hu_HU", "János", "Nagy"),
        ("Nagy János", "en_US", "Nagy", "János"),
        ("田中 健一", "ja_JP", "健一", "田中"),
        ("Nguyễn Văn An", "vi_VN", "Văn An", "Nguyễn"),
        ("王小明", "zh_CN", "王小明", ""),
        ("dr inż. Jan Kowalski", "pl_PL", "Jan", "Kowalski"),
        ("Prof. Dr. Eva Muster", "de_DE", "Eva", "Muster"),
        ("Kowalski, dr Jan", "pl_PL", "Jan", "Kowalski"),
        ("mgr Ewa Lis", "pl_PL", "Ewa", "Lis"),
        ("Pan Wei", "zh_CN", "Wei", "Pan"),
        ("Dr.", "pl_PL", "Dr.", ""),
        ("Nowak Jan", "pl_PL", "Jan", "Nowak"),
        ("WÓJCIK Anna Maria", "pl_PL", "Anna Maria", "WÓJCIK"),
        ("Jan Adam", "pl_PL", "Jan", "Adam"),  # both are given names: as people write
        ("Dalia Roman-Lis", "pl_PL", "Dalia", "Roman-Lis"),
        ("Taylor Adam", "en_US", "Taylor", "Adam"),
        ("Cher", "", "Cher", ""),
        ("  ", "pl_PL", "", ""),
    ],
)
def test_people_are_called_by_their_first_name(name, language, first, family):
    assert split_name(name, language) == (first, family)
