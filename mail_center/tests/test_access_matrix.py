"""Every model, every operation, every kind of user: through the ORM and over the external API."""

import xmlrpc.client

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged

KINDS = (
    "nobody",  # an employee without a right on email
    "portal",
    "user",  # an email user without a permission on the account
    "owner",
    "reader",
    "sender",
    "delegate",  # has the permission to manage the account
    "manager",
    "officer",  # may export and erase the data of a person, and read no mail
    "foreign",  # may read the account, but works for another company
)
OPERATIONS = ("read", "write", "create", "unlink")

# Model → who may do what: r(ead) w(rite) c(reate) u(nlink). Who is not named may do nothing.
SETTINGS = {
    **dict.fromkeys(("user", "owner", "reader", "sender", "delegate", "foreign"), "r"),
    "manager": "rwcu",
}
MATRIX = {
    "mail.center.profile": SETTINGS,
    "mail.center.type": SETTINGS,
    "mail.center.template": SETTINGS,
    "mail.center.template.default": {"manager": "r"},
    "mail.center.template.import": {"manager": "rwcu"},
    "mail.center.template.import.line": {"manager": "rwcu"},
    "mail.center.linkable": SETTINGS,
    "mail.center.account": {
        "owner": "rw", "reader": "r", "sender": "r", "delegate": "rw", "manager": "rwcu",
    },
    "mail.center.account.permission": {
        "owner": "rwcu", "reader": "r", "sender": "r", "delegate": "rwcu", "manager": "rwcu",
    },
    # Nobody's: what the mailer keeps for itself.
    **dict.fromkeys(
        ("mail.center.account.secret", "mail.center.rate.limit", "mail.center.unread",
         "mail.center.draft.copy", "mail.center.change", "mail.center.pop3.message",
         "mail.center.adopt.line", "mail.center.switch.line", "mail.center.thread.reference",
         "mail.center.link.undone", "mail.center.trigger.call"), {},
    ),
    # Wizards are of the one who opened them; only who manages the account switches it.
    **dict.fromkeys(
        ("mail.center.adopt", "mail.center.handover", "mail.center.sending",
         "mail.center.transfer"), {"manager": "c"},
    ),
    "mail.center.privacy": {"officer": "c"},
    "mail.center.erasure": {"officer": "r"},
    # It names mail, and a manager may read none.
    "mail.center.reading": {"owner": "r", "delegate": "r"},
    "mail.center.backfill": {"owner": "c", "delegate": "c", "manager": "c"},
    "mail.center.switch": {"owner": "c", "delegate": "c", "manager": "c"},
    "mail.center.trigger": {"manager": "rwcu"},
    "mail.center.upload.start": dict.fromkeys(("owner", "delegate"), "c"),
    "mail.center.upload": {"owner": "r", "delegate": "r"},
    "mail.center.folder": {"owner": "rw", "reader": "r", "delegate": "rw", "manager": "rw"},
    "mail.center.message": {"owner": "rw", "reader": "rw", "delegate": "rw"},
    "mail.center.message.location": {"owner": "r", "reader": "r", "delegate": "r"},
    "mail.center.thread": {"owner": "r", "reader": "r", "delegate": "r"},
    "mail.center.link": {"owner": "rcu", "reader": "rcu", "delegate": "rcu"},
    "mail.center.rule": {"owner": "rwcu", "delegate": "rwcu", "manager": "rwcu"},
    "mail.center.outbox": {"owner": "r", "reader": "r", "delegate": "r"},
    "mail.center.outbox.recipient": {"owner": "r", "reader": "r", "delegate": "r"},
    "mail.center.outbox.event": {"owner": "r", "reader": "r", "delegate": "r"},
    "mail.center.quarantine": {"owner": "r", "delegate": "r"},
    "mail.center.log.import": {"manager": "ru"},
    "mail.center.log": {"owner": "r", "delegate": "r", "manager": "r"},
    # Made by the mailbox, for the one who reads.
    "mail.center.trusted.sender": {"owner": "ru"},
    "mail.center.note": {"owner": "ru", "reader": "r", "delegate": "r"},
    "mail.center.snooze": {"owner": "ru"},
    # Unsent mail is the writer's alone; everybody with email writes his own.
    "mail.center.draft": dict.fromkeys(
        ("user", "owner", "reader", "sender", "delegate", "manager", "foreign"), "c"
    ),
}


class MatrixCase:
    """What both ways in have in common: one user of each kind and a fresh record for each cell."""

    def set_up_matrix(self):
        email = "base.group_user,mail_center.group_user"
        self.second_company = self.env["res.company"].create({"name": "Second"})
        self.users = {
            "nobody": self.make_user("nobody", "base.group_user"),
            "portal": self.make_user("portal", "base.group_portal"),
            "manager": self.make_user("manager", "base.group_user,mail_center.group_manager"),
            "officer": self.make_user("officer", "base.group_user,mail_center.group_privacy"),
            "foreign": self.make_user(
                "foreign", email, company_id=self.second_company.id,
                company_ids=[(6, 0, self.second_company.ids)],
            ),
            **{
                kind: self.make_user(kind, email)
                for kind in ("user", "owner", "reader", "sender", "delegate")
            },
        }
        self.account = self.env["mail.center.account"].create(
            self.account_values("office@mc.example")
        )
        self.partner = self.env["res.partner"].create({"name": "Eve"})
        self.some_type = self.env["mail.center.type"].create({"name": "Some type"})
        self.serial = 0

    def make_user(self, kind, groups, **vals):
        return new_test_user(
            self.env, login=f"matrix_{kind}", password=f"matrix_{kind}", groups=groups, **vals
        )

    def account_values(self, email):
        permissions = (
            ("reader", {"can_read": True}),
            ("foreign", {"can_read": True}),
            ("sender", {"can_read": False, "can_send": True}),
            ("delegate", {"can_read": False, "can_manage": True}),
        )
        return {
            "name": email,
            "email": email,
            "user_id": self.users["owner"].id,
            "company_id": self.env.company.id,
            "permission_ids": [
                (0, 0, {"user_id": self.users[kind].id, **rights}) for kind, rights in permissions
            ],
        }

    def values(self, model):
        """``(values to create a record, values to write)``, new ones at each call."""
        self.serial += 1
        number, account = self.serial, self.account.id
        name = {"name": f"new {number}"}
        plain = {
            "mail.center.handover": (
                {"user_id": self.users["owner"].id}, {"forget_passwords": True}
            ),
            "mail.center.log.import": ({"name": f"f{number}.jsonl"}, {"name": "changed"}),
            "mail.center.erasure": ({"reason": "request"}, {"message_count": 1}),
            "mail.center.privacy": ({"email": "eve@x.example"}, {"email": "eva@x.example"}),
            "mail.center.log": (
                {"account_id": account, "event": "e", "message": "m"}, {"message": "n"}
            ),
            "mail.center.adopt": ({}, {"line_ids": []}),
            "mail.center.sending": ({}, {}),
            "mail.center.transfer": ({}, {"update": True}),
            "mail.center.backfill": ({"account_id": account}, {"everything": False}),
            "mail.center.upload.start": ({"account_id": account}, {"folder_name": "changed"}),
        }
        if model in plain:
            return plain[model]
        if model == "mail.center.account":
            return self.account_values(f"n{number}@mc.example"), {"name": "changed"}
        if model in ("mail.center.profile", "mail.center.type", "mail.center.template"):
            return name, {"name": f"changed {number}"}
        if model == "mail.center.template.import":
            return {}, {"type_id": self.some_type.id}
        if model == "mail.center.template.import.line":
            source = self.env["mail.template"].create({"name": f"T{number}"})
            wizard = self.fresh("mail.center.template.import")
            return (
                {"import_id": wizard.id, "template_id": source.id, "state": "ready"},
                {"selected": True},
            )
        if model == "mail.center.template.default":
            message_type = self.env["mail.center.type"].create({"name": f"T{number}"})
            return (
                {"template_id": self.fresh("mail.center.template").id,
                 "type_id": message_type.id},
                {"type_id": self.some_type.id},
            )
        if model == "mail.center.linkable":
            # There are not many models with a chatter: the older ones are free again.
            linkables = self.env[model].with_context(active_test=False)
            linkables.search([], order="id desc")[1:].unlink()
            taken = linkables.search([]).model_id
            free = self.env["ir.model"].search(
                [("is_mail_thread", "=", True), ("transient", "=", False),
                 ("id", "not in", taken.ids)], limit=1,
            )
            return {"model_id": free.id}, {"sequence": 99}
        if model == "mail.center.account.permission":
            profile = self.env["mail.center.profile"].create({"name": f"P{number}"})
            return {"account_id": account, "profile_id": profile.id}, {"can_send": True}
        if model == "mail.center.account.secret":
            self.env[model].search([]).unlink()
            return {"account_id": account, "kind": "imap", "token": "t"}, {"token": "u"}
        if model == "mail.center.rate.limit":
            owner = self.users["owner"].id
            return {"user_id": owner, "kind": f"k{number}"}, {"kind": f"changed {number}"}
        if model == "mail.center.change":
            message = self.fresh("mail.center.message")
            folder = self.fresh("mail.center.folder")
            return {
                "message_id": message.id, "folder_id": folder.id, "kind": "flag", "flag": "x",
                "uid": number, "uidvalidity": 1,
            }, {"failures": 1}
        if model == "mail.center.draft.copy":
            return {"folder_id": self.fresh("mail.center.folder").id}, {"failures": 1}
        if model == "mail.center.pop3.message":
            return {"account_id": account, "uidl": f"u{number}"}, {"state": "gone"}
        if model == "mail.center.adopt.line":
            return {"adopt_id": self.fresh("mail.center.adopt").id}, {"selected": True}
        if model == "mail.center.switch":
            legacy = self.env["mail.center.account"]._create_legacy(
                {**self.account_values(f"pop{number}@mc.example"), "pop3_host": "pop.mc.example"}
            )
            return {"account_id": legacy.id}, {"imap_login": "changed"}
        if model == "mail.center.trigger":
            return {"name": f"T{number}", "url": "https://hook.example.com/"}, {"name": "changed"}
        if model == "mail.center.trigger.call":
            return (
                {"trigger_id": self.fresh("mail.center.trigger").id, "key": f"k{number}",
                 "message_id": self.fresh("mail.center.message").id},
                {"key": "changed"},
            )
        if model == "mail.center.upload":
            folder = self.fresh("mail.center.folder").id
            owner = self.users["owner"].id
            return (
                {"account_id": account, "folder_id": folder, "user_id": owner, "name": "f"},
                {"name": "changed"},
            )
        if model == "mail.center.switch.line":
            return {"switch_id": self.fresh("mail.center.switch").id, "uid": 1}, {"uid": 2}
        if model == "mail.center.folder":
            return {"account_id": account, "path": f"F{number}"}, {"policy": "off"}
        if model == "mail.center.thread":
            return {"account_id": account}, {"subject": "changed"}
        if model == "mail.center.rule":
            return (
                {"account_id": account, "name": f"R{number}", "senders": "a@b.c", "star": True},
                {"name": "changed"},
            )
        if model == "mail.center.quarantine":
            return {"account_id": account, "error": "e"}, {"error": "f"}
        if model == "mail.center.unread":
            owner, message = self.users["owner"].id, self.fresh("mail.center.message").id
            return (
                {"user_id": owner, "message_id": message, "account_id": account},
                {"user_id": self.users["reader"].id},
            )
        if model in ("mail.center.note", "mail.center.snooze"):
            owner, thread = self.users["owner"].id, self.fresh("mail.center.thread").id
            if model == "mail.center.note":
                return {"user_id": owner, "thread_id": thread, "body": "b"}, {"body": "c"}
            return (
                {"user_id": owner, "thread_id": thread, "until": "2099-01-01"},
                {"until": "2099-01-02"},
            )
        if model == "mail.center.trusted.sender":
            owner = self.users["owner"].id
            return {"user_id": owner, "email": f"n{number}@mc.example"}, {"email": "c@mc.example"}
        if model == "mail.center.draft":
            return {"subject": f"new {number}"}, {"subject": "changed"}
        if model == "mail.center.message":
            return {"account_id": account, "direction": "in"}, {"type_id": self.some_type.id}
        message = self.fresh("mail.center.message")
        if model == "mail.center.reading":
            now = self.env.cr.now()
            return (
                {"message_id": message.id, "user_id": self.users["reader"].id,
                 "first_date": now, "last_date": now},
                {"count": 9},
            )
        if model == "mail.center.message.location":
            folder = self.fresh("mail.center.folder").id
            return {"message_id": message.id, "folder_id": folder, "uid": 1}, {"flags": "x"}
        if model == "mail.center.thread.reference":
            thread = self.fresh("mail.center.thread").id
            return (
                {"account_id": account, "thread_id": thread, "message_id": f"<{number}@x>"},
                {"message_id": "<changed@x>"},
            )
        if model == "mail.center.link":
            self.env["mail.center.linkable"].search([("model", "!=", "res.partner")]).unlink()
            if not self.env["mail.center.linkable"].search([("model", "=", "res.partner")]):
                partners = self.env["ir.model"]._get("res.partner")
                self.env["mail.center.linkable"].create({"model_id": partners.id})
            return (
                {"message_id": message.id, "res_model": "res.partner", "res_id": self.partner.id},
                {"res_id": self.partner.id},
            )
        if model == "mail.center.link.undone":
            return (
                {"message_id": message.id, "res_model": "res.partner", "res_id": self.partner.id},
                {"res_id": self.partner.id},
            )
        if model == "mail.center.outbox":
            return (
                {"message_id": message.id, "account_id": account, "envelope_from": "a@b.c",
                 "user_id": self.users["owner"].id},
                {"error": "changed"},
            )
        if model == "mail.center.outbox.event":
            return {"outbox_id": self.fresh("mail.center.outbox").id, "state": "queued"}, {
                "state": "sent"
            }
        assert model == "mail.center.outbox.recipient", model
        return {"outbox_id": self.fresh("mail.center.outbox").id, "email": "a@b.c"}, {"code": "2"}

    def fresh(self, model):
        create, _write = self.values(model)
        record = self.env[model].create(create)
        self.env.flush_all()
        return record

    def run_matrix(self, attempt):
        """``attempt(kind, model, operation)`` is True when it was allowed; all cells at once."""
        wrong, cells = [], 0
        for model, rights in MATRIX.items():
            for kind in KINDS:
                for operation in OPERATIONS:
                    cells += 1
                    expected = operation[0] in rights.get(kind, "")
                    if attempt(kind, model, operation) != expected:
                        word = "may not" if expected else "may"
                        wrong.append(f"{kind} {word} {operation} {model}")
        self.assertFalse(wrong)
        print(f"access matrix: {cells} cells, wrong 0")


@tagged("post_install", "-at_install")
class TestAccessMatrix(MatrixCase, TransactionCase):
    def setUp(self):
        super().setUp()
        self.set_up_matrix()

    def test_no_model_is_forgotten(self):
        ours = {
            name for name, model in self.env.registry.items()
            if name.startswith("mail.center.") and not model._abstract
            and model._original_module == "mail_center"
        }
        self.assertEqual(ours, set(MATRIX))

    def test_the_matrix_holds_in_the_orm(self):
        def attempt(kind, model, operation):
            record = self.fresh(model)
            create, write = self.values(model)
            user = self.users[kind]
            records = self.env[model].with_user(user)
            try:
                with self.env.cr.savepoint():
                    if operation == "create":
                        records.create(create)
                    elif operation == "read":
                        found = records.search([("id", "=", record.id)])
                        records.browse(record.id).read(["id"])
                        assert found, "readable records are found"
                    elif operation == "write":
                        records.browse(record.id).write(write)
                    else:
                        records.browse(record.id).unlink()
                    self.env.flush_all()
            except (AccessError, UserError):
                return False
            return True

        self.run_matrix(attempt)


@tagged("post_install", "-at_install")
class TestAccessMatrixRpc(MatrixCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.set_up_matrix()

    def test_the_matrix_holds_over_the_external_api(self):
        def attempt(kind, model, operation):
            record = self.fresh(model)
            create, write = self.values(model)
            self.env.flush_all()
            arguments = {
                "read": [[record.id], ["id"]],
                "write": [[record.id], write],
                "create": [[create]],
                "unlink": [[record.id]],
            }[operation]
            user = self.users[kind]
            try:
                self.xmlrpc_object.execute_kw(
                    self.env.cr.dbname, user.id, user.login, model, operation, arguments
                )
            except xmlrpc.client.Fault as fault:
                # 4: AccessError, 2: a warning for the user; anything else is a fault of ours.
                self.assertIn(fault.faultCode, (2, 4), f"{kind} {operation} {model}: {fault}")
                return False
            finally:
                self.env.invalidate_all()
            return True

        self.run_matrix(attempt)
