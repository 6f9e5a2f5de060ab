"""What the server makes while a person asks for something else is filled by nobody but itself."""

import json

from odoo.models import BaseModel
from odoo.tests import TransactionCase, tagged

from ..by_server import KEY
from .test_access_matrix import MATRIX, MatrixCase

MADE_BY_ODOO = {"id", "create_uid", "create_date", "write_uid", "write_date", "display_name"}


@tagged("post_install", "-at_install")
class TestByServer(MatrixCase, TransactionCase):
    def setUp(self):
        super().setUp()
        self.set_up_matrix()
        self.person = self.users["owner"]

    def hostile(self, model, create):
        """A value for every field that the maker of the record leaves open."""
        found = {}
        for name, field in self.env[model]._fields.items():
            if not field.store or name in MADE_BY_ODOO or name in create:
                continue
            if field.type in ("char", "text", "html"):
                found[name] = "planted"
            elif field.type == "boolean":
                found[name] = True
            elif field.type in ("integer", "float"):
                found[name] = 7731
            elif field.type == "many2one" and field.comodel_name == "res.users":
                found[name] = self.users["nobody"].id
            elif field.type == "many2one" and field.comodel_name == "mail.center.account":
                found[name] = self.account.id
        return found

    def usual(self, model, values):
        for name, value in values.items():
            self.env["ir.default"].create(
                {"field_id": self.env["ir.model.fields"]._get(model, name).id,
                 "json_value": json.dumps(value), "user_id": self.person.id}
            )

    def made(self, records, create, values):
        """The fields of a new record that have the value of *values*."""
        with self.env.cr.savepoint() as savepoint:
            record = records.create(create)
            self.env.flush_all()
            self.env.invalidate_all()
            same = set()
            for name, value in values.items():
                got = record.sudo()[name]
                if (got.id if isinstance(got, BaseModel) else got) == value:
                    same.add(name)
            savepoint.rollback()
        self.env.invalidate_all()
        return same

    def test_no_default_of_who_asks_gets_into_what_the_server_makes(self):
        wrong, tried = [], 0
        for model in MATRIX:
            create, _write = self.values(model)
            values = self.hostile(model, create)
            records = self.env[model].with_user(self.person).sudo()
            own = self.made(records, create, values)
            context = {f"default_{name}": value for name, value in values.items()}
            for way in ("context", "context that claims to be the server's", "usual value"):
                create, _write = self.values(model)
                if way == "context":
                    asked = records.with_context(**context)
                elif way.startswith("context"):
                    asked = records.with_context(**context, **{KEY: True})
                else:
                    self.usual(model, values)
                    asked = records
                tried += len(values)
                wrong += [
                    f"{model}.{name} by a {way}"
                    for name in sorted(self.made(asked, create, values) - own)
                ]
        self.assertFalse(wrong, "\n".join(wrong))
        self.assertGreater(tried, 500)
        print(f"defaults of who asks in what the server makes: {tried} tried, taken 0")

    def test_the_companys_usual_values_count_for_what_the_server_makes(self):
        self.usual("mail.center.note", {"body": "mine"})
        field = self.env["ir.model.fields"]._get("mail.center.note", "body")
        self.env["ir.default"].create({"field_id": field.id, "json_value": '"ours"'})
        notes = self.env["mail.center.note"].with_user(self.person)
        self.assertEqual(notes.default_get(["body"]), {"body": "mine"})
        self.assertEqual(notes.sudo().default_get(["body"]), {"body": "ours"})

    def test_what_was_done_is_logged_whatever_run_its_doer_says_it_belongs_to(self):
        for run in ({"a": 1}, "nul\x00", ["x"], 7, "x" * 300, "run12"):
            logs = self.env["mail.center.log"].with_user(self.person)
            line = logs.with_context(mail_center_run=run)._add(
                self.account, "mail_deleted", f"Deleted under {run!r}.", mails=1, user=self.person
            )
            self.assertEqual(line.correlation, "run12" if run == "run12" else False)
            self.assertTrue(line.message)

    def test_files_that_the_server_stores_are_nobodys_to_publish(self):
        self.usual("ir.attachment", {"public": True})
        filing = self.env["mail.center.filing"].with_user(self.person).with_context(
            default_access_token="known", default_res_field="datas"
        )
        file = filing._attachments().create({"name": "contract.txt", "raw": b"x"})
        self.assertEqual((file.public, file.access_token, file.res_field), (False, False, False))
