"""``python3 -m dev translations``: bring the addons' ``i18n/*.pot`` and ``i18n/pl.po`` up to date.

Run in an Odoo shell on a database that has the addons (the demo's, or the tests'). Terms that are
new are added without a translation and counted; terms that are gone are removed; nothing that was
translated is lost.
"""

from __future__ import annotations

import io
from pathlib import Path

LANGUAGES = ("pl",)


def update(env, root: Path, addons: list[str]) -> dict[str, int]:
    """Rewrite the files of ``addons`` below ``root``; ``{file: terms without translation}``."""
    import polib
    from odoo.tools.translate import trans_export

    missing = {}
    for addon in addons:
        buffer = io.BytesIO()
        if not trans_export(None, [addon], buffer, "po", env):
            continue
        template = polib.pofile(buffer.getvalue().decode())
        for entry in template:
            entry.msgstr = ""
        # The moment of the export would make every run a change.
        for key in ("POT-Creation-Date", "PO-Revision-Date"):
            template.metadata.pop(key, None)
        folder = root / addon / "i18n"
        folder.mkdir(exist_ok=True)
        template.save(str(folder / f"{addon}.pot"))
        for language in LANGUAGES:
            path = folder / f"{language}.po"
            translated = polib.pofile(str(path)) if path.exists() else polib.POFile()
            known = {entry.msgid: entry.msgstr for entry in translated}
            merged = polib.pofile(str(template))
            merged.metadata["Language"] = language
            for entry in merged:
                entry.msgstr = known.get(entry.msgid, "")
            merged.save(str(path))
            missing[f"{addon}/i18n/{language}.po"] = sum(not entry.msgstr for entry in merged)
    return missing


if "env" in globals():  # given by Odoo's shell
    ROOT = Path.cwd()
    NAMES = sorted(path.parent.name for path in ROOT.glob("mail_center*/__manifest__.py"))
    for file, count in update(globals()["env"], ROOT, NAMES).items():
        print(f"{file}: {count} terms without a translation")
