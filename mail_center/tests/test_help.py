import ast
from pathlib import Path

from lxml import etree
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools.misc import file_path


@tagged("post_install", "-at_install")
class TestHelp(HttpCase):
    """Whoever looks at a form finds the page of the guide that is about it."""

    def forms(self):
        views = self.env["ir.ui.view"].search(
            [("type", "=", "form"), ("mode", "=", "primary"), ("model", "=like", "mail.center.%")]
        )
        self.assertGreater(len(views), 10)
        return views

    def test_every_form_leads_to_a_page_that_is_there(self):
        pages = set()
        for view in self.forms():
            arch = etree.fromstring(self.env[view.model].get_view(view.id, "form")["arch"])
            links = arch.xpath("//widget[@name='mail_center_help']")
            self.assertEqual(len(links), 1, f"the help of {view.name}")
            page = self.page(links[0].get("page"))
            if section := links[0].get("section"):
                self.assertEqual(len(page.xpath(f"//*[@id='{section}']")), 1, view.name)
            pages.add(links[0].get("page"))
        self.assertGreater(len(pages), 5, "a form leads to the page about it, not all to one")

    def test_a_list_that_leads_to_no_form_has_its_help_itself(self):
        actions = self.env["ir.actions.act_window"].search(
            [("view_mode", "=", "list"), ("res_model", "=like", "mail.center.%")]
        )
        self.assertGreaterEqual(len(actions), 4)
        for action in actions:
            view = self.env[action.res_model].get_view(action.view_id.id, "list")
            arch = etree.fromstring(view["arch"])
            self.assertEqual(arch.get("js_class"), "mail_center_help_list", action.name)
            help_page = ast.literal_eval(action.context)["mail_center_help"]
            page, has_section, section = help_page.partition("#")
            found = self.page(page).xpath("//@id")
            self.assertEqual(found.count(section), 1 if has_section else 0, action.name)

    def page(self, name):
        path = Path(file_path(f"mail_center/static/guide/{name}.html"))
        return etree.HTML(path.read_text())

    def test_a_line_of_the_log_leads_to_its_event(self):
        view = self.env.ref("mail_center.mail_center_log_view_form")
        arch = etree.fromstring(view.arch)
        (link,) = arch.xpath("//widget[@name='mail_center_help']")
        self.assertEqual(link.get("field"), "event")
        rows = self.page(link.get("page")).xpath("//table//tr[td]/td[1]")
        events = [row.xpath("string(.//span)").strip() for row in rows]
        self.assertIn("sync_failed", events)
        # Written as static/src/help/help.js does.
        self.assertEqual(
            [row.xpath("string(.//@id)") for row in rows],
            [event.replace("_", "-") for event in events],
        )

    def test_the_guide_is_served_and_fetches_nothing_from_elsewhere(self):
        answer = self.url_open("/mail_center/static/guide/user/first-mailbox.html")
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Connect your first mailbox", answer.text)
        page = etree.HTML(answer.text)
        for link in page.xpath("//@src | //link/@href"):
            self.assertFalse(link.startswith(("http:", "https:", "//")), link)


@tagged("post_install", "-at_install")
class TestOnboarding(TransactionCase):
    def setUp(self):
        super().setUp()
        self.env["mail.center.account"].search([("id", "!=", 0)]).active = False
        self.manager = new_test_user(
            self.env, login="first_manager", groups="base.group_user,mail_center.group_manager"
        )
        self.user = new_test_user(
            self.env, login="first_user", groups="base.group_user,mail_center.group_user"
        )

    def steps(self, user=None):
        self.env.flush_all()
        self.env.invalidate_all()
        board = self.env["mail.center.dashboard"].with_user(user or self.manager).overview()
        return dict(board["onboarding"])

    def connect(self):
        return self.env["mail.center.account"].with_user(self.manager).create(
            {"name": "Box", "email": "box@first.example", "imap_host": "imap.first.example"}
        )

    def test_the_first_step_is_to_connect_a_mailbox(self):
        self.assertEqual(
            self.steps(), {"connect": False, "fetch": False, "share": False, "write": False}
        )
        self.connect()
        self.assertTrue(self.steps()["connect"])
        self.assertFalse(self.steps()["fetch"])

    def test_steps_that_are_done_are_ticked_and_the_last_one_ends_them(self):
        account = self.connect()
        account.sudo().last_sync = self.env.cr.now()
        self.env["mail.center.account.permission"].create(
            {"account_id": account.id, "user_id": self.user.id, "can_read": True}
        )
        steps = self.steps()
        self.assertEqual([steps["fetch"], steps["share"], steps["write"]], [True, True, False])
        message = self.env["mail.center.message"].create(
            {"account_id": account.id, "direction": "out", "state": "sent"}
        )
        self.env["mail.center.outbox"].create(
            {"message_id": message.id, "account_id": account.id, "user_id": self.manager.id,
             "state": "sent", "envelope_from": account.email}
        )
        self.assertEqual(self.steps(), {})

    def test_only_managers_see_the_steps_and_may_hide_them(self):
        self.assertEqual(self.steps(self.user), {})
        dashboard = self.env["mail.center.dashboard"]
        with self.assertRaisesRegex(Exception, "Only email managers"):
            dashboard.with_user(self.user).hide_onboarding()
        dashboard.with_user(self.manager).hide_onboarding()
        self.assertEqual(self.steps(), {})
