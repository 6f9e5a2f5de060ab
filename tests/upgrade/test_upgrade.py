"""The last release was filled by dev/upgrade_fill.py and updated to what is here."""

import base64
import os

from odoo.tests import TransactionCase, tagged

from dev.databases import Databases
from dev.postgres import Cluster
from dev.upgrade import DATABASE, FRESH, released, tables


@tagged("post_install", "-at_install")
class TestUpgrade(TransactionCase):
    def setUp(self):
        super().setUp()
        self.assertEqual(self.env.cr.dbname, DATABASE)
        self.user = self.env["res.users"].search([("login", "=", "olga.old")])
        self.account = self.env["mail.center.account"].search([("email", "=", "olga@old.example")])
        self.mine = self.env(user=self.user)

    def test_the_tables_are_those_of_a_fresh_installation(self):
        databases = Databases(Cluster())
        fresh, updated = tables(databases, os.environ[FRESH]), tables(databases, DATABASE)
        self.assertTrue(fresh)
        self.assertEqual(updated - fresh, set(), "left behind: it wants a script in migrations/")
        self.assertEqual(fresh - updated, set(), "not made by the update")

    def test_the_modules_are_of_the_new_version(self):
        module = self.env["ir.module.module"].search([("name", "=", "mail_center")])
        self.assertEqual(module.state, "installed")
        self.assertNotEqual(module.latest_version, released()[0])

    def test_the_password_of_a_mailbox_still_opens(self):
        self.assertEqual(self.account._password("imap"), "old secret")

    def test_people_keep_their_permissions(self):
        permission = self.account.permission_ids
        self.assertEqual(permission.profile_id.name, "Old team")
        self.assertTrue(permission.can_send)
        self.assertEqual(
            self.mine["mail.center.account"].search([]).mapped("name"), ["Old mailbox"]
        )

    def test_mail_is_there_with_its_source_folder_and_link(self):
        mail = self.mine["mail.center.message"].search([("subject", "=", "Old mail")])
        self.assertEqual(mail.type_id.name, "Old type")
        self.assertEqual(mail.location_ids.uid, 7)
        self.assertIn(b"Hello.", base64.b64decode(mail.sudo().raw_source))
        link = self.env["mail.center.link"].search([("message_id", "=", mail.id)])
        self.assertEqual(self.env[link.res_model].browse(link.res_id).name, "Kasia Old")

    def test_unread_mail_is_counted_in_its_folder(self):
        mail = self.env["mail.center.message"].search([("subject", "=", "Old mail")])
        self.assertEqual((mail.direction, mail.is_read), ("in", False))
        (account,) = self.mine["mail.center.mailbox"].sidebar()["accounts"]
        unread = {folder["id"]: folder["unread"] for folder in account["folders"]}
        self.assertEqual(unread[mail.location_ids.folder_id.id], 1)

    def test_mail_is_found_by_a_part_of_its_senders_address(self):
        rows = self.mine["mail.center.mailbox"].page({"view": "all"}, query="from:asia@old")["rows"]
        self.assertEqual([row["subject"] for row in rows], ["Old mail"])

    def test_templates_and_half_written_mail_are_there(self):
        template = self.mine["mail.center.template"].search([("name", "=", "Old template")])
        self.assertIn("Dear customer", template.body_html)
        self.assertTrue(template.is_default)
        draft = self.mine["mail.center.draft"].search([("subject", "=", "Old draft")])
        self.assertIn("Half written", draft.body_html)

    def test_what_waited_to_be_sent_still_does(self):
        waiting = self.env["mail.center.outbox"].search([("account_id", "=", self.account.id)])
        self.assertEqual(waiting.state, "queued")
        self.assertEqual(waiting.recipient_ids.email, "kasia@old.example")

    def test_quarantine_and_log_are_there(self):
        lines = self.env["mail.center.quarantine"].search([("account_id", "=", self.account.id)])
        self.assertEqual(lines.error, "Old error")
        line = self.env["mail.center.log"].search([("message", "=", "Old sentence")])
        self.assertEqual((line.event, line.kind, line.level), ("sync_failed", "fetching", "error"))

    def test_settings_that_people_made_stay(self):
        value = self.env["ir.config_parameter"].sudo().get_param("mail_center.undo_seconds")
        self.assertEqual(value, "30")

