import io
import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger


class ExchangeCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, login="exchange_manager", password="exchange_manager",
            groups="base.group_user,mail_center.group_manager",
        )
        cls.user = new_test_user(
            cls.env, login="exchange_user", password="exchange_user",
            groups="base.group_user,mail_center.group_user",
        )
        cls.account = cls.env["mail.center.account"].create(
            {"name": "Exchange", "email": "box@exchange.example", "user_id": cls.user.id}
        )
        cls.log = cls.env["mail.center.log"]
        cls.live = [("account_id", "=", cls.account.id), ("event", "=like", "x%")]
        for number in range(3):
            cls.log._add(cls.account, f"x{number}", f"Line {number}.", level="warning",
                         detail="a1 NO secret protocol", duration=1.5)

    def rows(self, user):
        rows, _last = self.log.with_user(user)._export_batch(self.live, 0)
        return rows

    def file(self, *extra):
        log = self.log.with_user(self.manager)
        text = log._export_header() + b"".join(
            json.dumps(row).encode() + b"\n" for row in self.rows(self.manager)
        )
        return io.BytesIO(text + b"".join(line + b"\n" for line in extra))

    def bring_in(self, stream, user=None):
        imports = self.env["mail.center.log.import"].with_user(user or self.manager)
        return imports._import_file("customer.jsonl", stream)


class TestLogExchange(ExchangeCase):
    def test_a_file_that_is_imported_twice_changes_nothing(self):
        first = self.bring_in(self.file())
        second = self.bring_in(self.file())
        self.assertEqual((first.imported, first.known, first.refused), (3, 0, 0))
        self.assertEqual((second.imported, second.known, second.refused), (0, 3, 0))
        lines = self.log.search([("import_id", "=", first.id)])
        self.assertEqual(len(lines), 3)
        self.assertEqual(lines.with_user(self.manager).search([("id", "in", lines.ids)]), lines)
        for imported in (first, second):
            shown = self.log.search(imported.action_open_lines()["domain"])
            self.assertEqual(shown, lines, "known lines are shown too")
        self.assertEqual(set(lines.mapped("account_name")), {"Exchange"})
        self.assertEqual(set(lines.mapped("duration")), {1.5})

    def test_imported_lines_are_of_no_account_here_and_not_in_the_log_of_this_database(self):
        imported = self.bring_in(self.file())
        lines = self.log.search([("import_id", "=", imported.id)])
        self.assertFalse(lines.account_id)
        self.assertEqual(len(self.log.search(self.live)), 3)
        action = self.env["ir.actions.act_window"]._for_xml_id("mail_center.mail_center_log_action")
        self.assertEqual(action["domain"], "[('import_id', '=', False)]")
        self.assertFalse(self.log.with_user(self.user).search([("import_id", "!=", False)]))
        imported.unlink()
        self.assertFalse(lines.exists())

    def test_bad_lines_are_refused_one_by_one_and_the_good_ones_come_in(self):
        imported = self.bring_in(self.file(b"nonsense", b'{"key": "k"}', b"", b"[]"))
        self.assertEqual((imported.imported, imported.refused), (3, 3))
        self.assertEqual(
            imported.report.splitlines(),
            ["Line 5: it is no JSON.", "Line 6: “date” is missing.",
             "Line 8: it is no JSON object."],
        )

    def test_a_line_that_was_counted_up_since_is_brought_up_to_date(self):
        self.bring_in(self.file())
        self.log._add(self.account, "x0", "Line 0.", level="warning")
        again = self.bring_in(self.file())
        self.assertEqual((again.imported, again.known), (0, 3))
        self.assertEqual(
            self.log.search([("key", "=like", "%"), ("event", "=", "x0")]).repeats, 2
        )

    def test_what_is_no_log_is_refused_as_a_whole(self):
        with self.assertRaisesRegex(UserError, "no log of Email Center"):
            self.bring_in(io.BytesIO(b"From: eve\n\nHello"))
        with self.assertRaisesRegex(UserError, "newer Email Center"):
            self.bring_in(io.BytesIO(b'{"schema": "mail_center.log", "version": 99}\n'))

    def test_only_managers_import_and_only_they_export_protocol_detail(self):
        with self.assertRaises(AccessError):
            self.bring_in(self.file(), self.user)
        self.assertFalse(any(row["detail"] for row in self.rows(self.user)))
        self.assertTrue(all(row["detail"] for row in self.rows(self.manager)))


@tagged("post_install", "-at_install")
class TestLogFiles(ExchangeCase, HttpCase):
    def export(self, login, **values):
        self.authenticate(login, login)
        return self.url_open(
            "/mail_center/log/export",
            data={"csrf_token": self.csrf_token(), "domain": json.dumps(self.live), **values},
        )

    def csrf_token(self):
        from odoo.http import Request

        return Request.csrf_token(self)

    def test_the_file_comes_over_http_and_goes_in_again(self):
        answer = self.export("exchange_manager", format_name="jsonl")
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(len(answer.text.splitlines()), 4)
        result = self.url_open(
            "/mail_center/log/import", data={"csrf_token": self.csrf_token()},
            files={"ufile": ("log.jsonl", answer.content)},
        ).json()
        self.assertEqual((result["imported"], result["refused"]), (3, 0))

    def test_csv_has_the_same_lines(self):
        answer = self.export("exchange_user", format_name="csv")
        self.assertEqual(len(answer.content.decode("utf-8-sig").splitlines()), 4)

    def test_nonsense_is_no_error_of_ours(self):
        for values in ({"format_name": "exe"}, {"domain": "[1]"}, {"domain": "nonsense"}):
            with self.subTest(values), mute_logger("odoo.http"):
                self.assertEqual(self.export("exchange_user", **values).status_code, 400)
