import io
import re
from collections import Counter

import polib
from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export

# What a translation has to keep as it is: places that are filled in, and tags.
KEPT = re.compile(r"%\(\w+\)[a-z]|%[sdr]|\{\{.*?\}\}|\{\w+\}|</?[a-zA-Z][\w-]*")


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """The first users are Polish: nothing that they see is in another language."""

    def addons(self):
        modules = self.env["ir.module.module"].search(
            [("name", "=like", "mail\\_center%"), ("state", "=", "installed")]
        )
        return modules.mapped("name")

    def polish(self, addon):
        return {entry.msgid: entry for entry in polib.pofile(file_path(f"{addon}/i18n/pl.po"))}

    def test_every_text_has_a_polish_translation(self):
        for addon in self.addons():
            exported = io.BytesIO()
            trans_export(None, [addon], exported, "po", self.env)
            texts = {entry.msgid for entry in polib.pofile(exported.getvalue().decode())}
            self.assertTrue(texts)
            polish = self.polish(addon)
            missing = {text for text in texts if text not in polish or not polish[text].msgstr}
            self.assertFalse(missing, f"{addon}: run 'python3 -m dev translations', translate")

    def test_translations_keep_places_and_tags(self):
        for addon in self.addons():
            for text, entry in self.polish(addon).items():
                self.assertEqual(
                    Counter(KEPT.findall(text)), Counter(KEPT.findall(entry.msgstr)), text
                )

    def test_a_polish_user_reads_polish(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        modules = self.env["ir.module.module"].search([("name", "in", self.addons())])
        modules._update_translations(["pl_PL"])
        polish = self.env(context={"lang": "pl_PL"})
        fields = polish["mail.center.account"].fields_get(["verify_certificate"], ["string"])
        self.assertEqual(fields["verify_certificate"]["string"], "Weryfikuj certyfikat serwera")
        menu = polish.ref("mail_center.menu_types")
        self.assertNotEqual(menu.name, menu.with_context(lang="en_US").name)
        scripts, _language = self.env["ir.http"]._get_translations_for_webclient(
            ["mail_center"], "pl_PL"
        )
        shown = {line["id"]: line["string"] for line in scripts["mail_center"]["messages"]}
        self.assertEqual(
            shown.get("Write new message"), self.polish("mail_center")["Write new message"].msgstr
        )
