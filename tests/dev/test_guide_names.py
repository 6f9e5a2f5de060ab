"""What the guides call a button, a menu or a field is what the screen calls it."""

import re
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).parents[2]
GUIDES = [*sorted(ROOT.glob("docs/user/*.rst")), *sorted(ROOT.glob("docs/admin/*.rst")),
          ROOT / "README.rst", ROOT / "mail_center" / "readme" / "INTEGRATION.rst"]  # fmt: skip
#: Odoo's own names, groups with their privilege before them, and words that are no names.
OTHERS = {
    "Access Rights", "Add a line", "Apps", "Email Center: Manager", "Email Center: User",
    "Email Center: …", "Save & Close", "Account settings", "Local directory",
    "Bounced", "Email Marketing", "Replied",  # of Odoo's mailings
    "Manage databases", "Measures", "Next Execution Date", "Automation", "Scheduled Actions",
    "Email privacy: Privacy officer", "Technical", "Update Apps List", "Users & Companies", "Users",
    '"two words"', "anna", "app password", "email manager", "later", "neutralize",
    "x", "y", "z",
}  # fmt: skip


def plain(text: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", text).split()).rstrip("…:.").lower()


@pytest.fixture(scope="module")
def known() -> set[str]:
    names = {plain(name) for name in OTHERS}
    for path in ROOT.glob("mail_center*/i18n/*.pot"):
        names |= {plain(entry.msgid) for entry in polib.pofile(str(path))}
    return names


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_name_in_a_guide_is_on_the_screen(path, known):
    text = re.sub(r"``.*?``|\*\*.*?\*\*|^ +\* |^\* ", " ", path.read_text(), flags=re.S | re.M)
    named = {
        " ".join(part.split())
        for found in re.findall(r"\*([^*\s](?:[^*]*[^*\s])?)\*", text)
        for part in found.split("→")
    }
    assert {name for name in named if plain(name) not in known} == set()
