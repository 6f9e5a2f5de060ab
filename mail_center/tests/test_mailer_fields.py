"""What the mailer writes is written by nobody else: every stored field of every model is tried."""

from contextlib import contextmanager

from odoo.tests import TransactionCase, tagged

from ..mailer_fields import is_mailers
from .test_access_matrix import MATRIX, MatrixCase

ODOOS = {"id", "create_uid", "create_date", "write_uid", "write_date"}
# A wizard shows to the one who opened it what he did with it, and to nobody else.
ONES_OWN = {
    "mail.center.privacy": {"archive", "erasure_id"},
    "mail.center.transfer": {"exported", "exported_name", "report"},
}
# One's own record, made by oneself: another's is out of reach altogether.
OF_ONESELF = (
    "mail.center.draft", "mail.center.adopt", "mail.center.adopt.line", "mail.center.handover",
    "mail.center.privacy", "mail.center.backfill", "mail.center.switch", "mail.center.sending",
    "mail.center.template.import", "mail.center.template.import.line",
)  # fmt: skip
FORGED = "2031-01-01"


@tagged("post_install", "-at_install")
class TestMailerFields(MatrixCase, TransactionCase):
    def setUp(self):
        super().setUp()
        self.set_up_matrix()
        self.elsewhere = self.env["mail.center.account"].create(
            {"name": "Elsewhere", "email": "elsewhere@mc.example",
             "user_id": self.users["manager"].id}
        )

    def forged(self, record, field):
        """Another value than the one it has."""
        now = record[field.name]
        if field.type in ("char", "text", "html", "binary"):
            return "Zm9yZ2Vk"
        if field.type == "boolean":
            return not now
        if field.type in ("date", "datetime"):
            return FORGED if field.type == "date" else f"{FORGED} 00:00:00"
        if field.type == "selection":
            return next((one for one in field.get_values(self.env) if one != now), now)
        if field.type == "many2one":
            others = self.env[field.comodel_name].with_context(active_test=False)
            # Not a user who tries it: his own name is no forgery.
            own = [user.id for user in self.users.values()] if others._name == "res.users" else []
            return others.search([("id", "not in", now.ids + own)], limit=1, order="id desc").id
        if field.type in ("many2many", "one2many"):
            return [(5,)] if now else []
        return 77

    def mine(self, model, kind):
        """A record that this kind of user has to do with, else None."""
        if model not in OF_ONESELF:
            return self.fresh(model).with_user(self.users[kind])
        if MATRIX[model].get(kind, "").find("c") < 0 and model != "mail.center.adopt.line":
            return None
        records = self.env[model].with_user(self.users[kind])
        if model == "mail.center.adopt.line":
            if kind != "manager":
                return None
            wizard = self.env["mail.center.adopt"].with_user(self.users[kind]).create({})
            line = self.env[model].sudo().create({"adopt_id": wizard.id})
            return line.with_user(self.users[kind])
        create, _write = self.values(model)
        return records.create(create)

    @contextmanager
    def undone(self):
        """What is tried in here leaves nothing behind, and need not succeed."""
        with self.env.cr.savepoint() as savepoint:
            try:
                yield
            except Exception:
                self.env.clear()
            finally:
                savepoint.rollback()
                self.env.invalidate_all()

    def gets_through(self, record, field):
        """Whether the user of *record* changes it."""
        with self.undone():
            before = record.sudo()[field.name]
            record.write({field.name: self.forged(record.sudo(), field)})
            self.env.flush_all()
            self.env.invalidate_all()
            after = record.sudo()[field.name]
            # Whoever changes a record may become the one who answers for it.
            return after not in (before, record.env.user)
        return False

    def test_no_field_that_the_mailer_writes_is_written_by_anybody_else(self):
        wrong, tried = [], 0
        for model in MATRIX:
            for kind in ("user", "owner", "delegate", "reader", "manager", "officer"):
                record = self.mine(model, kind)
                if not record:
                    continue
                for name, field in record._fields.items():
                    if not field.store or name in ODOOS or not is_mailers(field):
                        continue
                    tried += 1
                    if name not in ONES_OWN.get(model, ()) and self.gets_through(record, field):
                        wrong.append(f"{kind} writes {model}.{name}")
        self.assertFalse(wrong, "\n".join(wrong))
        self.assertGreater(tried, 1000)
        print(f"fields that the mailer writes: {tried} tried by others, written 0")

    def test_no_record_is_moved_into_an_account_that_one_has_no_right_on(self):
        wrong, tried = [], 0
        for model in MATRIX:
            for kind in ("user", "owner", "delegate", "reader"):
                record = self.mine(model, kind)
                field = record is not None and record._fields.get("account_id")
                if not field or not field.store:
                    continue
                tried += 1
                with self.undone():
                    record.write({"account_id": self.elsewhere.id})
                    self.env.flush_all()
                    self.env.invalidate_all()
                    if record.sudo().account_id == self.elsewhere:
                        wrong.append(f"{kind} moves {model} into a foreign account")
        self.assertFalse(wrong, "\n".join(wrong))
        print(f"moves into a foreign account: {tried} tried, done 0")

    def is_made(self, model, kind, create, field, way):
        """Whether a new record has the value that is given by the values or the context."""
        with self.undone():
            value = self.forged(self.fresh(model), field)
            records = self.env[model].with_user(self.users[kind])
            if way == "context":
                records = records.with_context(**{f"default_{field.name}": value})
                record = records.create(create)
            else:
                record = records.create({**create, field.name: value})
            self.env.flush_all()
            self.env.invalidate_all()
            got = record.sudo()[field.name]
            got = got.id if field.type == "many2one" else got
            return bool(got) and str(got) == str(value)
        return False

    def test_nothing_that_the_mailer_writes_is_given_to_a_new_record(self):
        wrong, tried = [], 0
        for model in MATRIX:
            for kind in ("owner", "delegate", "manager", "officer"):
                if "c" not in MATRIX[model].get(kind, ""):
                    continue
                for name, field in self.env[model]._fields.items():
                    if not field.store or name in ODOOS or not is_mailers(field):
                        continue
                    create, _write = self.values(model)
                    if name in create or name in ONES_OWN.get(model, ()):
                        continue
                    for way in ("values", "context"):
                        tried += 1
                        if self.is_made(model, kind, create, field, way):
                            wrong.append(f"{kind} makes a {model} with its {name} by its {way}")
        self.assertFalse(wrong, "\n".join(wrong))
        print(f"new records with what the mailer writes: {tried} tried, made 0")
