from odoo.tests import new_test_user

from .common import MailboxCase


class TestViews(MailboxCase):
    def test_every_entry_of_the_menus_opens_for_whoever_sees_it(self):
        groups = "base.group_user,mail_center.group_user"
        people = [
            new_test_user(self.env, "views_user", groups=groups),
            new_test_user(self.env, "views_manager", groups=f"{groups},mail_center.group_manager"),
            new_test_user(self.env, "views_privacy", groups=f"{groups},mail_center.group_privacy"),
        ]
        opened = set()
        for person in people:
            menus = self.env["ir.ui.menu"].with_user(person)
            for number in menus._visible_menu_ids():
                action = menus.browse(number).sudo().action
                if not action or action._name != "ir.actions.act_window":
                    continue
                model = action.res_model
                if not model.startswith("mail.center."):
                    continue
                views = [(False, mode) for mode in action.view_mode.split(",")]
                self.env[model].with_user(person).get_views([*views, (False, "search")])
                opened.add(model)
        for name in ("message", "account", "log", "erasure"):
            self.assertIn(f"mail.center.{name}", opened)
