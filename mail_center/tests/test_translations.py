import io
import re
from collections import Counter

import polib
from odoo.exceptions import ValidationError
from odoo.tests import HttpCase, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import PoFileReader, trans_export

from .common import MailboxCase

# What a translation has to keep as it is: places that are filled in, and tags.
KEPT = re.compile(r"%\(\w+\)[a-z]|%[%sdr]|\{\{.*?\}\}|\{\w+\}|</?[a-zA-Z][\w-]*")


@tagged("post_install", "-at_install")
class TestTranslations(HttpCase):
    """The first users are Polish: nothing that they see is in another language."""

    def addons(self):
        modules = self.env["ir.module.module"].search(
            [("name", "=like", "mail\\_center%"), ("state", "=", "installed")]
        )
        return modules.mapped("name")

    def exported(self, addon):
        buffer = io.BytesIO()
        trans_export(None, [addon], buffer, "po", self.env)
        return polib.pofile(buffer.getvalue().decode())

    def polish(self, addon):
        """As Odoo reads it: what is not in the .pot does not count."""
        entries = PoFileReader(file_path(f"{addon}/i18n/pl.po")).pofile
        return {entry.msgid: entry for entry in entries if not entry.obsolete}

    def load_polish(self):
        self.env["res.lang"]._activate_lang("pl_PL")
        modules = self.env["ir.module.module"].search([("name", "in", self.addons())])
        modules._update_translations(["pl_PL"])

    def test_every_text_has_a_polish_translation(self):
        for addon in self.addons():
            texts, polish = self.exported(addon), self.polish(addon)
            self.assertTrue(texts)
            # The comment says whether the text is looked up on the server or in the browser.
            missing = [
                text.msgid
                for text in texts
                if text.msgid not in polish
                or not polish[text.msgid].msgstr
                or polish[text.msgid].comment != text.comment
            ]
            self.assertFalse(
                missing, f"{addon}: run 'python3 -m dev translations', and translate what it names"
            )

    def test_translations_keep_places_and_tags(self):
        for addon in self.addons():
            for text, entry in self.polish(addon).items():
                self.assertEqual(
                    Counter(KEPT.findall(text)), Counter(KEPT.findall(entry.msgstr)), text
                )

    def test_a_polish_user_reads_polish(self):
        self.load_polish()
        polish = self.env(context={"lang": "pl_PL"})
        accounts = polish["mail.center.account"]
        fields = accounts.fields_get(["verify_certificate"], ["string"])
        self.assertEqual(fields["verify_certificate"]["string"], "Weryfikuj certyfikat serwera")
        self.assertEqual(polish.ref("mail_center.menu_types").name, "Typy wiadomości")
        self.assertIn("Nie można pobierać poczty.", accounts.get_view(view_type="form")["arch"])
        with self.assertRaisesRegex(ValidationError, "Port to liczba od 1 do 65535"):
            accounts.create({"name": "Biuro", "email": "biuro@example.com", "imap_port": 70000})

    def test_the_browser_of_a_polish_user_gets_polish(self):
        self.load_polish()
        self.authenticate("admin", "admin")
        answer = self.url_open("/web/webclient/translations?lang=pl_PL&mods=mail_center").json()
        shown = {
            line["id"]: line["string"] for line in answer["modules"]["mail_center"]["messages"]
        }
        self.assertEqual(shown["Write new message"], "Napisz nową wiadomość")
        browser = [
            text.msgid for text in self.exported("mail_center") if "javascript" in text.comment
        ]
        self.assertFalse(set(browser) - set(shown))


@tagged("post_install", "-at_install")
class TestJobsSpeakPolish(MailboxCase):
    """What a scheduled job notes about an account is in the language of the account's owner."""

    def setUp(self):
        super().setUp()
        self.env["res.lang"]._activate_lang("pl_PL")
        self.user.lang = "pl_PL"

    def logged(self):
        lines = self.env["mail.center.log"].search([("account_id", "=", self.account.id)])
        return lines.mapped("message")

    def test_the_owner_reads_why_mail_cant_be_fetched(self):
        self.account.imap_password = "wrong"
        self.receive()
        self.assertIn("Serwer odrzuca login lub hasło.", self.account.sync_error)
        self.assertIn("Odpowiedź serwera:", self.account.sync_error)
        self.assertIn("Nie udało się pobrać poczty: Serwer odrzuca", self.logged()[0])

    def test_the_owner_reads_why_mail_cant_be_sent(self):
        self.account.smtp_host = "nowhere.invalid"
        self.account.smtp_password = "correct horse"
        self.write_mail("someone@mc.example")
        self.send()
        self.assertEqual(
            self.account.send_error, "Nie znaleziono nazwy serwera nowhere.invalid."
        )
        self.assertIn("Nie udało się wysłać poczty: Nie znaleziono", self.logged()[0])
