"""Every method that RPC can call and every route, called by who has no right on the mail.

The lists come from the registry and the routing map: what is new is tried without anyone's doing.
"""

import inspect
import re
import threading
from types import SimpleNamespace

from odoo import http
from odoo.models import BaseModel
from odoo.service.model import call_kw, get_public_method
from odoo.tests import HttpCase, TransactionCase, tagged

from .test_access_matrix import MATRIX, MatrixCase

# Whoever finds one of these words has seen what is not his.
PRIVATE = "zebrafinch"  # what is in the account; the email user without a permission is a stranger
EMAIL_ONLY = "okapihouse"  # what every email user may see, and nobody else

NO_EMAIL, STRANGERS = ("portal", "nobody"), ("user", "foreign")
SOUGHT = PRIVATE[:5]  # finds it where one may look, and is no leak when it is only repeated
WRITES = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+\"?([a-z_0-9]+)", re.IGNORECASE)
BASE = "odoo.addons.mail_center.models.base"
# Odoo's own book-keeping, whatever is called: no data of anyone's.
HOUSEKEEPING = {"bus_presence", "ir_logging"}


def is_ours(thing):
    module = getattr(thing, "__module__", "")
    # What is added to all models of Odoo only hands on to them: see mail_center/models/base.py.
    return module.startswith("odoo.addons.mail_center") and module != BASE


class PlantedCase(MatrixCase):
    """One record of every model of ours, with a word in each text that only some may see."""

    def plant(self):
        self.set_up_matrix()
        # Here the foreign user has no permission either, and a link shares nothing.
        self.account.permission_ids.filtered(
            lambda one: one.user_id == self.users["foreign"]
        ).unlink()
        profile = self.env["mail.center.profile"].create(
            {"name": "Board", "user_ids": [(6, 0, self.users["owner"].ids)]}
        )
        self.planted = {model: self.fresh(model) for model in MATRIX}
        owner = self.users["owner"]
        for model in ("mail.center.type", "mail.center.template"):
            self.planted[model].profile_ids = profile
        self.planted["mail.center.account"] = self.account
        self.message = self.planted["mail.center.message"]
        self.message.thread_id = self.planted["mail.center.thread"]
        self.planted["mail.center.draft"].sudo().user_id = owner
        self.env.flush_all()
        for model, record in self.planted.items():
            self.mark(record, EMAIL_ONLY if model in (
                "mail.center.profile", "mail.center.linkable") else PRIVATE)
        self.file = self.env["ir.attachment"].create(
            {"name": f"{PRIVATE}.txt", "raw": PRIVATE.encode(), "description": "picture@here",
             "res_model": "mail.center.message", "res_id": self.message.id}
        )
        attachments = self.env["ir.attachment"]
        for record in (self.message, self.planted["mail.center.quarantine"]):
            attachments.create(attachments._mail_source_vals(record, PRIVATE.encode()))
        self.planted["mail.center.draft"].attachment_ids = self.file.copy(
            {"res_model": "mail.center.draft", "res_id": self.planted["mail.center.draft"].id}
        )
        self.env["mail.center.link"].create(
            {"message_id": self.message.id, "res_model": "res.partner", "res_id": self.partner.id}
        )
        self.env.flush_all()
        self.env.invalidate_all()

    def values(self, model):
        if model == "mail.center.account.secret" and hasattr(self, "message"):
            # The matrix makes room for another one; the planted one has to stay.
            return {"account_id": self.account.id, "kind": "smtp", "token": "t"}, {"token": "u"}
        return super().values(model)

    def mark(self, record, word):
        """Put the word into every stored text of the record that has no meaning of its own."""
        if record._name == "mail.center.linkable":
            return
        for name, field in record._fields.items():
            if not field.store or not field.column_type or name in (
                "message_id", "res_model", "model", "uidl", "kind", "login", "delimiter",
                "claim_token", "claim_until", "claim_worker", "tz", "lang",
            ):
                continue
            if field.type in ("char", "text", "html") and not field.related:
                value = f"{word}@mc.example" if "email" in name else f"{word} {name}"
                if field.translate:
                    record.with_context(lang=None)[name] = value
                    continue
                self.env.cr.execute(
                    f'UPDATE "{record._table}" SET "{name}" = %s WHERE id IN %s',
                    [value, tuple(record.ids)],
                )
        self.env.invalidate_all()

    def leaks(self, kind, answer):
        text = repr(answer)
        words = (PRIVATE, EMAIL_ONLY) if kind in NO_EMAIL else (PRIVATE,)
        return [word for word in words if word in text]


class Statements:
    """Notes which tables are written to."""

    def __init__(self, cr):
        self.cr, self.tables = cr, []
        self.execute = cr.execute

    def __enter__(self):
        def execute(query, *args, **kwargs):
            text = query if isinstance(query, str) else getattr(query, "code", str(query))
            if found := WRITES.match(text):
                self.tables.append(found[1])
            return self.execute(query, *args, **kwargs)

        self.cr.execute = execute
        return self

    def __exit__(self, *_error):
        del self.cr.execute


@tagged("post_install", "-at_install")
class TestEveryMethod(PlantedCase, TransactionCase):
    def setUp(self):
        super().setUp()
        self.plant()

    def methods(self):
        """``(model, method)`` of all that RPC can call: on our models everything, on others what
        our addons define."""
        for model, cls in sorted(self.env.registry.items()):
            ours = (cls._original_module or "").startswith("mail_center")
            defined = set()
            for base in cls.mro():
                if is_ours(base):
                    defined |= vars(base).keys()
            if not ours and not defined:
                continue
            for name in dir(cls) if ours else sorted(defined):
                try:
                    method = get_public_method(self.env[model], name)
                except Exception:  # not for RPC
                    continue
                if inspect.isclass(method) or not callable(method):
                    continue
                yield model, name, method

    def is_defined_here(self, model, name):
        """Whether one of our addons says what the method does."""
        return any(is_ours(base) and name in vars(base) for base in self.env.registry[model].mro())

    def arguments(self, model, method):
        """Arguments that make sense of the parameters' names."""
        fields = sorted(
            name for name, field in self.env[model]._fields.items() if not field.groups
        )
        create, write = ({}, {})
        if model in MATRIX:
            create, write = self.values(model)
        account, message = self.account, self.message
        known = {
            "vals_list": [create], "vals": write, "values": write, "default": {}, "domain": [],
            "fields": fields, "field_names": fields, "allfields": fields, "fnames": fields,
            "fields_to_export": fields, "fields_spec": {name: {} for name in fields},
            "specification": {name: {} for name in fields}, "spec": {name: {} for name in fields},
            "name": SOUGHT, "term": SOUGHT, "text": SOUGHT, "query": SOUGHT, "value": SOUGHT,
            "res_model": "res.partner", "res_id": self.partner.id, "res_ids": self.partner.ids,
            "model": "res.partner", "message_id": message.id, "message_ids": message.ids,
            "place": {"view": "all"}, "start": {"mode": "forward", "parent_id": message.id},
            "template_id": self.planted["mail.center.template"].id,
            "attachment_id": self.file.id, "attachment_ids": self.file.ids,
            "groupby": [], "aggregates": ["__count"], "field_name": "create_uid", "views": [],
            "to": "a@b.example", "subject": "s", "body_html": "<p>b</p>", "html": "<p>b</p>",
            "path": "document.name", "columns": ["document.name"], "step": None, "data": [],
            "help_message": "", "operation": "read", "func": "id", "translations": {},
            "country": False, "account_id": account.id, "view_type": "form", "order": "id",
            "signature": None, "offset": 0, "limit": 10, "lang": "en_US",
        }
        chosen = {}
        for name, parameter in list(inspect.signature(method).parameters.items())[1:]:
            if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
                continue
            if name in known:
                chosen[name] = known[name]
            elif parameter.default is parameter.empty:
                chosen[name] = None
        return chosen

    def call(self, kind, model, name, method, which, chosen):
        """What it answers and the tables it writes to; everything is undone."""
        ids = self.planted[model].ids if model in self.planted else (
            self.partner.ids if model in ("res.partner", "mail.thread") else []
        )
        args = [] if getattr(method, "_api_model", False) else [ids if which == "private" else []]
        user = self.users[kind]
        with self.env.cr.savepoint() as savepoint, Statements(self.env.cr) as written:
            try:
                target = self.env[model].with_user(user).with_context(
                    allowed_company_ids=user.company_ids.ids
                )
                answer = call_kw(target, name, args, dict(chosen))
                if isinstance(answer, BaseModel):
                    answer = answer.ids
                elif inspect.isgenerator(answer):
                    answer = list(answer)
                self.env.flush_all()
                outcome = SimpleNamespace(tables=set(written.tables) - HOUSEKEEPING, answer=answer)
                if kind in STRANGERS and outcome.tables:
                    outcome.changed = self.changed()
                return outcome
            except Exception as error:
                return SimpleNamespace(tables=set(), answer=str(error), refused=True)
            finally:
                self.env.clear()
                savepoint.rollback()

    def changed(self):
        """The tables in which something of the planted records is different now."""
        now = self.planted_rows()
        return {table for table, rows in self.before.items() if now[table] != rows}

    def planted_rows(self):
        rows = {}
        for _model, record in self.planted.items():
            self.env.cr.execute(
                f'SELECT t::text FROM "{record._table}" t WHERE id IN %s ORDER BY id',
                [tuple(record.ids)],
            )
            rows[record._table] = self.env.cr.fetchall()
        return rows

    def test_no_method_shows_or_changes_anything_to_who_has_no_right(self):
        self.before = self.planted_rows()
        walked, calls, refused, wrong = set(), 0, 0, []
        for model, name, method in self.methods():
            walked.add((model, name))
            chosen = self.arguments(model, method)
            self.env.flush_all()
            here = self.is_defined_here(model, name)
            # Odoo's own methods do nothing with no records, and only ask the rules.
            for kind in (*NO_EMAIL, *STRANGERS) if here else (*NO_EMAIL, "user"):
                for which in ("private", "empty") if here else ("private",):
                    calls += 1
                    outcome = self.call(kind, model, name, method, which, chosen)
                    refused += hasattr(outcome, "refused")
                    place = f"{kind}: {model}.{name} ({which})"
                    if found := self.leaks(kind, outcome.answer):
                        wrong.append(f"{place} shows {found[0]}: {str(outcome.answer)[:200]}")
                    if kind in NO_EMAIL and outcome.tables:
                        wrong.append(f"{place} writes to {sorted(outcome.tables)}")
                    if getattr(outcome, "changed", None):
                        wrong.append(f"{place} changes {sorted(outcome.changed)}")
        self.assertFalse(wrong, "\n".join(wrong))
        # The walk has to have found what everybody knows to be there.
        for known in (("mail.center.account", "action_sync_now"), ("mail.center.draft", "send"),
                      ("mail.center.mailbox", "page"), ("mail.center.message", "web_search_read"),
                      ("res.partner", "action_mail_center_emails")):
            self.assertIn(known, walked)
        print(f"RPC: {len(walked)} methods walked, {calls} calls, {refused} refused, unguarded 0")

    def test_no_name_is_told_to_who_may_not_read_what_it_is_of(self):
        records = [one.exists() for one in self.planted.values()]
        wrong, tried = [], 0
        for record in records:
            for kind in (*NO_EMAIL, *STRANGERS):
                tried += 1
                self.env.invalidate_all()
                # Odoo asks for the name of what a many2one points at as superuser.
                name = record.with_user(self.users[kind]).sudo().display_name
                if self.leaks(kind, name):
                    wrong.append(f"{kind} is told that a {record._name} is called {name}")
        self.assertFalse(wrong, "\n".join(wrong))
        owners = self.account.with_user(self.users["owner"]).sudo()
        self.assertIn(PRIVATE, owners.display_name)
        print(f"names: {tried} asked for, told 0")

    def pointers(self, model):
        """``(field, value)`` by which a form says that it points at what is planted."""
        ids = {name: record.id for name, record in self.planted.items()}
        ids["ir.attachment"] = self.file.id
        for name, field in self.env[model]._fields.items():
            if field.type == "reference":
                for target in ("mail.center.message", "mail.center.account", "mail.center.note"):
                    yield name, f"{target},{ids[target]}"
            number = ids.get(field.comodel_name) if field.relational else None
            if number:
                yield name, number if field.type == "many2one" else [(4, number)]

    def test_no_form_shows_what_one_may_not_read_whatever_it_is_said_to_point_at(self):
        wrong, tried, shown = [], 0, 0
        for model in MATRIX:
            spec = {
                name: {"fields": {"display_name": {}}} if field.relational else {}
                for name, field in self.env[model]._fields.items() if not field.groups
            }
            for name, value in self.pointers(model):
                for kind in STRANGERS:
                    form = self.env[model].with_user(self.users[kind])
                    for changed in ([name], []):
                        tried += 1
                        with self.env.cr.savepoint() as savepoint:
                            try:
                                answer = form.onchange({name: value}, changed, spec)
                                shown += 1
                            except Exception as error:
                                answer = str(error)
                            self.env.clear()
                            savepoint.rollback()
                        if self.leaks(kind, answer):
                            place = str(answer).index(PRIVATE)
                            wrong.append(f"{kind}: {model}.{name} = {value} shows "
                                         f"{str(answer)[max(place - 80, 0):place + 60]}")
        self.assertFalse(wrong, "\n".join(wrong))
        self.assertGreater(shown, 20)
        print(f"forms that point at private records: {tried} tried, {shown} shown, leaks 0")


@tagged("post_install", "-at_install")
class TestEveryRoute(PlantedCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.plant()
        # The map of the routes is made for the database of the thread.
        threading.current_thread().dbname = self.env.cr.dbname
        self.addCleanup(threading.current_thread().__dict__.pop, "dbname")

    def routes(self):
        rules = self.env["ir.http"].routing_map().iter_rules()
        return sorted(
            {rule.rule: rule for rule in rules if is_ours(rule.endpoint.func)}.values(),
            key=lambda rule: rule.rule,
        )

    def url(self, rule):
        numbers = {
            "message_id": self.message.id,
            "attachment_id": self.file.id,
            "line_id": self.planted["mail.center.quarantine"].id,
            "account_id": self.account.id,
            "draft_id": self.planted["mail.center.draft"].id,
            "upload_id": self.planted["mail.center.upload"].id,
            "cid": "picture@here",
            "token": "forged",
        }
        unknown = rule.arguments - numbers.keys()
        self.assertFalse(unknown, f"say what to put into {rule.rule}")
        _subdomain, path = rule.build({name: numbers[name] for name in rule.arguments})
        return path

    def test_no_route_shows_or_changes_anything_to_who_has_no_right(self):
        before, wrong, requests = self.planted_rows(), [], 0
        routes = self.routes()
        self.assertGreater(len(routes), 5)
        for kind in ("public", *NO_EMAIL, *STRANGERS):
            if kind == "public":
                self.authenticate(None, None)
            else:
                self.authenticate(f"matrix_{kind}", f"matrix_{kind}")
            for rule in routes:
                for verb in sorted((rule.methods or {"GET", "POST"}) & {"GET", "POST"}):
                    requests += 1
                    token = http.Request.csrf_token(self)
                    data = {"csrf_token": token, "offset": "0"} if verb == "POST" else None
                    files = {"ufile": ("planted.txt", b"x")} if "upload" in rule.rule else None
                    answer = self.url_open(
                        self.url(rule), data=data, files=files, allow_redirects=False,
                        method=verb, timeout=60,
                    )
                    place = f"{kind}: {verb} {rule.rule} → {answer.status_code}"
                    if self.leaks(kind if kind in STRANGERS else "nobody", answer.text):
                        wrong.append(f"{place} shows private mail")
                    if answer.status_code >= 500:
                        wrong.append(f"{place} breaks: {answer.text[:300]}")
                    self.env.invalidate_all()
                    if self.planted_rows() != before:
                        wrong.append(f"{place} changes something")
                        before = self.planted_rows()
        self.assertFalse(wrong, "\n".join(wrong))
        print(f"routes: {len(routes)} walked, {requests} requests, unguarded 0")

    planted_rows = TestEveryMethod.planted_rows
