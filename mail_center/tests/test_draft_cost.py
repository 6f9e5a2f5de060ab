"""Writing a mail fetches what it shows, and not all there is of what it looks at."""

import odoo.sql_db

from .template_common import TemplateCase


class TestDraftCost(TemplateCase):
    def setUp(self):
        super().setUp()
        self.account = self.env["mail.center.account"].create(
            {
                "name": "Office", "email": "office@tp.example", "user_id": self.user.id,
                "imap_host": "localhost", "smtp_host": "localhost", "sync_enabled": False,
            }
        )
        self.letter = self.template("<p>Dear {{ recipient.name }}, {{ sender.name }}</p>")
        self.drafts = self.env["mail.center.draft"].with_user(self.user)
        self.start = {"res_model": "res.partner", "res_id": self.partner.id}

    def statements(self, work):
        """What is asked of the database, as a request begins: with nothing in memory."""
        asked = []
        execute = odoo.sql_db.Cursor.execute

        def noting(cr, query, *args, **options):
            asked.append(str(getattr(query, "code", query)))
            return execute(cr, query, *args, **options)

        work()  # what is kept from request to request
        self.env.flush_all()
        self.env.invalidate_all()
        self.env.cr.cache.clear()
        self.patch(odoo.sql_db.Cursor, "execute", noting)
        work()
        self.env.flush_all()
        self.patch(odoo.sql_db.Cursor, "execute", execute)
        return asked

    def asking(self, asked, *words):
        return [query for query in asked if all(word in query for word in words)]

    def test_a_window_fetches_little_of_accounts_companies_and_contacts(self):
        asked = self.statements(lambda: self.drafts.open_new(self.start))
        self.assertTrue(self.asking(asked, '"mail_center_account"."name"'))
        for column in ('"mail_center_account"."imap_host"', '"res_company"."name"'):
            self.assertFalse(self.asking(asked, column))
        self.assertEqual(len(self.asking(asked, '"res_partner"."email_normalized"', "SELECT")), 2,
                         "the contact as the document that it is, and all who are asked of")

    def test_a_template_looks_once_at_what_it_needs(self):
        draft = self.drafts.browse(self.drafts.open_new(self.start)["id"])
        asked = self.statements(lambda: draft.insert_template(self.letter.id))
        self.assertEqual(len(self.asking(asked, 'FROM "mail_center_draft_copy"')), 1)
        self.assertFalse(self.asking(asked, '"mail_center_account"."imap_host"'))
        self.assertFalse(self.asking(asked, 'FROM "mail_center_type"'), "it has no type")

    def test_the_right_to_ones_own_files_is_looked_at_and_not_to_those_of_others(self):
        draft = self.drafts._start(self.start)
        mine = draft._add_file("mine.txt", b"mine")
        files = self.env["ir.attachment"]
        other = files.create(
            {"name": "other.txt", "raw": b"x", "res_model": "res.partner",
             "res_id": self.partner.id}
        )
        secret = files.create(
            {"name": "secret.txt", "raw": b"x", "res_model": "ir.config_parameter",
             "res_id": self.env["ir.config_parameter"].search([("key", "!=", False)], limit=1).id}
        )
        draft.sudo().attachment_ids += secret  # as a right that was lost leaves it
        self.env.flush_all()
        self.env.invalidate_all()
        looked_at = set()
        real = type(files)._filtered_access

        def filtered_access(records, operation):
            looked_at.update(records._ids)
            return real(records, operation)

        self.patch(type(files), "_filtered_access", filtered_access)
        self.assertEqual([file["name"] for file in draft._files()], ["mine.txt"])
        self.assertLessEqual({mine.id, secret.id}, looked_at)
        self.assertNotIn(other.id, looked_at)
