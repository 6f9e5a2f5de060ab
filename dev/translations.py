"""``python3 -m dev translations``: bring the addons' ``i18n/*.pot`` and ``i18n/pl.po`` up to date.

Terms that are new are added without a translation and named; terms that are gone are removed;
nothing that was translated is lost. The terms are read from a database made for it, with all our
addons and no others than they need: on any other the files would differ with what is installed.

The lower half runs in Odoo's shell on that database, where ``env`` is.
"""

from __future__ import annotations

import io
from pathlib import Path

DATABASE = "mail_center_translations"
# Their plural forms, which translation tools want in the header; Odoo leaves them out.
LANGUAGES = {
    "pl": "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);"
}
NAMED = 20


def run() -> int:
    """The command: 1 if a term has no translation, or the terms could not be read."""
    from dev import setup
    from dev.console import DevError, Steps
    from dev.paths import ensure_cache
    from dev.process import in_use, interruptible, lock

    ensure_cache()
    interruptible()
    cluster, started = None, False
    try:
        with lock("test"):  # the template of the databases is the tests'
            try:
                with in_use("postgresql"):
                    steps = Steps(setup.STEPS + 3)
                    cluster, started = setup.prepare(steps)
                    return _export(cluster, steps)
            finally:
                if started:
                    setup.release(cluster)
    except BlockingIOError:
        raise DevError("'make test' is running on this clone. Wait for it, or end it.") from None


def _export(cluster, steps) -> int:
    from dev import addons, odoo_server, testing
    from dev.console import say
    from dev.databases import Databases, install

    databases = Databases(cluster)
    manifests = addons.ours()
    names = addons.installable(manifests)
    apps = sorted({"crm"} | addons.foreign_dependencies(manifests, names) - {"base"})
    with steps.step("Odoo's apps for the tests") as word:
        word(databases.template(testing.TEMPLATE, apps, demo=False))
    try:
        with steps.step(f"Install {', '.join(names)}"):
            databases.copy(testing.TEMPLATE, DATABASE)
            install(DATABASE, "translations-install", names)
        steps.number += 1
        say(f"[{steps.number}/{steps.total}] Texts without a translation")
        return odoo_server.run_script(DATABASE, Path(__file__))
    finally:
        databases.drop(DATABASE)


def update(env, root: Path, addons: list[str]) -> dict[str, list[str]]:
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
        for language, plural_forms in LANGUAGES.items():
            path = folder / f"{language}.po"
            translated = polib.pofile(str(path)) if path.exists() else polib.POFile()
            known = {entry.msgid: entry.msgstr for entry in translated}
            merged = polib.pofile(str(template))
            merged.metadata["Language"] = language
            merged.metadata["Plural-Forms"] = plural_forms
            for entry in merged:
                entry.msgstr = known.get(entry.msgid, "")
            merged.save(str(path))
            missing[f"{addon}/i18n/{language}.po"] = [
                entry.msgid for entry in merged if not entry.msgstr
            ]
    return missing


def _update_all(env) -> int:
    """In Odoo's shell: update all our addons, and print what has no translation."""
    root = Path.cwd()
    names = sorted(path.parent.name for path in root.glob("mail_center*/__manifest__.py"))
    missing = update(env, root, names)
    for file, terms in missing.items():
        print(f"  {file}: {len(terms)}")
        for term in terms[:NAMED]:
            print(f"    {term!r}")
        if len(terms) > NAMED:
            print("    …")
    return 1 if any(missing.values()) else 0


if "env" in globals():  # given by Odoo's shell
    raise SystemExit(_update_all(globals()["env"]))
