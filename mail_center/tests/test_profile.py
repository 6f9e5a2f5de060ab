"""Profiles that are deleted or archived: nobody loses a record, and nothing opens to others."""

from odoo.exceptions import AccessError, RedirectWarning
from odoo.tests import tagged

from .template_common import TemplateCase


@tagged("post_install", "-at_install")
class TestProfile(TemplateCase):
    def setUp(self):
        super().setUp()
        self.account = self.env["mail.center.account"].create(
            {
                "name": "Sales office",
                "email": "sales@tp.example",
                "user_id": self.manager.id,
                "permission_ids": [
                    (0, 0, {"profile_id": self.sales.id, "can_read": True, "can_send": True})
                ],
            }
        )

    def types(self, user):
        return self.env["mail.center.type"].with_user(user).search([("name", "ilike", "TP")])

    def accounts(self, user):
        return self.env["mail.center.account"].with_user(user).search([("name", "ilike", "Sales")])

    # ---- deleting -----------------------------------------------------------

    def test_deleting_a_profile_that_is_used_names_what_uses_it_and_offers_archiving(self):
        letter = self.template(name="TP letter", profile_ids=[(6, 0, self.sales.ids)])
        old = self.template(
            name="TP archived", profile_ids=[(6, 0, self.sales.ids)], active=False
        )
        offer = self.env["mail.center.type"].create(
            {"name": "TP offer", "profile_ids": [(6, 0, self.sales.ids)]}
        )
        with self.assertRaises(RedirectWarning) as caught:
            self.sales.with_user(self.manager).unlink()
        message, action, _button, context = caught.exception.args
        for record in (letter, old, offer, self.account):
            self.assertIn(f"“{record.name}”", message)
        server_action = self.env["ir.actions.server"].with_user(self.manager).browse(action)
        shown = server_action.with_context(**context).run()
        self.assertEqual(shown["res_model"], "mail.center.profile")
        self.assertFalse(self.sales.active)
        self.assertEqual(letter.profile_ids, self.sales)
        self.assertEqual(offer.profile_ids, self.sales)
        self.assertTrue(self.account.permission_ids)

    def test_a_profile_that_many_use_names_some_and_counts_the_rest(self):
        for number in range(7):
            self.template(name=f"TP {number}", profile_ids=[(6, 0, self.sales.ids)])
        with self.assertRaisesRegex(RedirectWarning, "“TP 4”, and 2 more"):
            self.sales.unlink()

    def test_a_profile_that_nothing_uses_is_deleted(self):
        self.account.permission_ids.unlink()
        self.sales.with_user(self.manager).unlink()
        self.assertFalse(self.sales.exists())

    # ---- rights that are taken away -----------------------------------------

    def sends(self, user):
        """Whether *user* may send from the account, and finds it, in one transaction with all."""
        account = self.account.with_user(user)
        found = account.search([("can_send", "=", True), ("id", "=", account.id)])
        self.assertEqual(bool(found), account.can_send)
        self.assertEqual(bool(found), account.has_access("read"))
        return account.can_send

    def test_a_right_is_gone_as_soon_as_it_is_taken(self):
        self.assertTrue(self.sends(self.user))
        self.sales.user_ids -= self.user
        self.assertFalse(self.sends(self.user))
        self.sales.user_ids += self.user
        self.assertTrue(self.sends(self.user))
        self.account.permission_ids.write({"can_send": False})
        self.assertFalse(self.account.with_user(self.user).can_send)
        self.assertTrue(self.account.with_user(self.user).can_read)
        self.account.permission_ids.write({"can_send": True})
        self.assertTrue(self.sends(self.user))
        self.account.permission_ids.unlink()
        self.assertFalse(self.sends(self.user))
        self.account.user_id = self.user
        self.assertTrue(self.sends(self.user))
        self.account.user_id = self.manager
        self.assertFalse(self.sends(self.user))

    def test_a_right_by_a_group_goes_with_the_group(self):
        group = self.env["res.groups"].create({"name": "TP group"})
        self.sales.write({"user_ids": [(5,)], "group_ids": [(6, 0, group.ids)]})
        self.assertFalse(self.sends(self.user))
        self.user.group_ids += group
        self.assertTrue(self.sends(self.user))
        self.user.group_ids -= group
        self.assertFalse(self.sends(self.user))

    def test_a_right_that_was_given_and_not_kept_is_none(self):
        self.assertFalse(self.sends(self.other))
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.sales.user_ids += self.other
            self.assertTrue(self.sends(self.other))
            raise ZeroDivisionError
        self.assertFalse(self.sends(self.other))

    def test_a_right_counts_in_the_companies_that_one_works_for(self):
        company = self.env["res.company"].create({"name": "TP company"})
        self.assertTrue(self.sends(self.user))
        self.account.company_id = company
        self.assertFalse(self.account.with_user(self.user).can_send)
        self.user.company_ids += company
        both = self.account.with_user(self.user).with_context(
            allowed_company_ids=[self.user.company_id.id, company.id]
        )
        self.assertTrue(both.can_send)
        home = both.with_context(allowed_company_ids=self.user.company_id.ids)
        self.assertFalse(home.can_send)

    # ---- archiving ----------------------------------------------------------

    def test_an_archived_profile_opens_no_account_any_more(self):
        groups = self.env["mail.center.profile"].create(
            {
                "name": "TP everybody with email",
                "group_ids": [(6, 0, self.env.ref("mail_center.group_user").ids)],
            }
        )
        self.account.permission_ids = [(0, 0, {"profile_id": groups.id, "can_read": True})]
        self.assertTrue(self.accounts(self.user) and self.accounts(self.other))
        self.assertIn(self.other, self.account._readers())
        groups.with_user(self.manager).action_archive()
        self.assertFalse(self.accounts(self.other))
        self.assertFalse(self.account.with_user(self.other).can_read)
        self.assertNotIn(self.other, self.account._readers())
        self.assertTrue(self.account.with_user(self.user).can_send, "by the other profile")
        self.sales.with_user(self.manager).action_archive()
        self.assertFalse(self.accounts(self.user))
        self.assertEqual(self.sales.member_count, 0)
        with self.assertRaises(AccessError):
            self.account.with_user(self.user)._require("send")
        self.sales.with_user(self.manager).action_unarchive()
        self.assertTrue(self.account.with_user(self.user).can_send)
        self.assertEqual(self.sales.member_ids, self.user)

    def test_what_is_kept_for_an_archived_profile_is_opened_to_nobody(self):
        kept = self.template(name="TP kept", profile_ids=[(6, 0, self.sales.ids)])
        offer = self.env["mail.center.type"].create(
            {"name": "TP offer", "profile_ids": [(6, 0, self.sales.ids)]}
        )
        self.assertEqual(self.types(self.user), offer)
        self.assertTrue(kept.with_user(self.user).is_usable)
        self.sales.with_user(self.manager).action_archive()
        for user in (self.user, self.other):
            self.assertFalse(self.types(user))
            self.assertFalse(offer.with_user(user).has_access("read"))
            self.assertFalse(kept.with_user(user).has_access("read"))
        self.assertFalse(kept.with_user(self.manager).is_usable)

    def test_a_manager_who_reads_all_types_still_writes_with_none_of_an_archived_profile(self):
        self.sales.user_ids += self.manager
        self.env["mail.center.type"].create(
            {"name": "TP offer", "profile_ids": [(6, 0, self.sales.ids)]}
        )
        draft = self.env["mail.center.draft"].with_user(self.manager)._start({})

        def offered():
            return [choice["name"] for choice in draft._window()["types"]]

        self.assertIn("TP offer", offered())
        self.sales.action_archive()
        self.assertNotIn("TP offer", offered())

    def test_the_forms_still_show_an_archived_profile_instead_of_everyone(self):
        kept = self.template(name="TP kept", profile_ids=[(6, 0, self.sales.ids)])
        offer = self.env["mail.center.type"].create(
            {"name": "TP offer", "profile_ids": [(6, 0, self.sales.ids)]}
        )
        self.sales.action_archive()
        for record in (kept, offer):
            (shown,) = record.with_user(self.manager).web_read(
                {"profile_ids": {"fields": {"display_name": {}}}}
            )
            self.assertEqual([row["display_name"] for row in shown["profile_ids"]], ["TP sales"])

    def test_the_default_of_an_archived_profile_is_not_made_that_of_everyone(self):
        everyone = self.template(name="TP everyone", is_default=True)
        kept = self.template(
            name="TP kept", profile_ids=[(6, 0, self.sales.ids)], is_default=True
        )
        templates = self.env["mail.center.template"].with_user(self.user)
        self.assertEqual(templates._default_for(model="res.partner"), kept)
        self.sales.action_archive()
        kept.with_user(self.manager).is_default = False
        kept.with_user(self.manager).is_default = True
        self.assertFalse(kept.default_notice)
        self.assertTrue(everyone.is_default)
        self.assertEqual(templates._default_for(model="res.partner"), everyone)
        self.sales.action_unarchive()
        self.assertEqual(templates._default_for(model="res.partner"), kept)
