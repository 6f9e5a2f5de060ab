import logging
from datetime import timedelta

from odoo import api, models

from ..by_server import without_defaults
from ..core.html import from_text
from ..core.mime import parse_addresses

_logger = logging.getLogger(__name__)

# Older mail that comes with an import is sorted and linked, but nothing is made of it or moved.
FRESH_DAYS = 7
# Records made of the mail of one sender within a day; more are a loop of two machines.
MADE_A_DAY = 10
DESCRIPTION_MAX = 10_000


class MailCenterRuleRun(models.AbstractModel):
    """Carries out the rules of an account on its new mail."""

    _name = "mail.center.rule.run"
    _description = "Email rules at work"

    @api.model
    def _run(self, account, messages):
        """Try the account's rules on new mail. No rule can keep mail away: it is logged then."""
        rules = self.env["mail.center.rule"].sudo().search([("account_id", "=", account.id)])
        if not rules:
            return
        for message in messages.filtered(
            lambda one: one.direction == "in" and one.state == "received"
        ):
            for rule in rules:
                try:
                    with self.env.cr.savepoint():
                        if not rule._matching(message):
                            continue
                        self._act(rule, message)
                except Exception as error:
                    self.env["mail.center.filing"]._reraise_concurrency(error)
                    _logger.warning("Rule %s failed", rule.id, exc_info=True)
                    self._tell(rule, self.env._("The rule “%s” failed.", rule.name), str(error))
                    continue
                if rule.stop or rule.block:
                    break

    @api.model
    def _tell(self, rule, text, detail=""):
        self.env["mail.center.log"]._add(
            rule.account_id, "rule_failed", text, level="warning", detail=detail[:1000]
        )

    @api.model
    def _act(self, rule, message):
        if rule.block:
            self._block(rule, message)
            return
        values = {}
        if rule.type_id:
            values["type_id"] = rule.type_id.id
        if rule.mark_read:
            values["is_read"] = True
        if rule.star:
            values["is_starred"] = True
        if values:
            self._mark(message, values)
        if rule.link_record and rule.link_record.exists():
            self._link(rule, message, rule.link_record)
        fresh = message.date > self.env.cr.now() - timedelta(days=FRESH_DAYS)
        if rule.create_model and fresh:
            self._make(rule, message)
        if rule.handler_id and fresh:
            self._assign(rule, message)
        if rule.folder_id and fresh:
            self._move(rule, message, rule.folder_id)

    @api.model
    def _assign(self, rule, message):
        """Give the conversation to a person, unless a person has said otherwise."""
        thread, handler = message.thread_id, rule.handler_id
        if not thread or thread.user_id:
            return
        if handler not in rule._may_handle():
            self._tell(rule, self.env._(
                "The rule “%(rule)s” gives no mail to %(person)s any more, who may not read the "
                "account now.", rule=rule.name, person=handler.name))
            return
        thread.user_id = handler
        handler._bus_send(
            "mail_center/assigned",
            {"by": self.env._("The rule “%s”", rule.name), "subject": thread.subject or "",
             "count": 1, "message_id": message.id},
        )

    @api.model
    def _mark(self, message, values):
        message.write(values)
        changes = self.env["mail.center.change"].sudo()
        for name, flag in (("is_read", "\\Seen"), ("is_starred", "\\Flagged")):
            if name in values:
                # On the server too where the folder is two-way.
                changes._queue_flag(message, flag, values[name])
        message.thread_id._refresh()

    @api.model
    def _block(self, rule, message):
        words = (message.traits or "").split()
        if "blocked" not in words:
            message.traits = " ".join([*words, "blocked"])
        message.link_ids.unlink()
        self._mark(message, {"is_read": True})
        junk = rule.account_id._folder("junk")
        if junk and message.date > self.env.cr.now() - timedelta(days=FRESH_DAYS):
            self._move(rule, message, junk, quiet=True)

    @api.model
    def _link(self, rule, message, record):
        links = message.link_ids.filtered(
            lambda one: one.res_model == record._name and one.res_id == record.id
        )
        if not links:
            self.env["mail.center.link"].sudo().create(
                {"message_id": message.id, "res_model": record._name, "res_id": record.id,
                 "reason": "rule", "note": rule.name}
            )

    @api.model
    def _move(self, rule, message, folder, quiet=False):
        """Move on the server too; a folder that is read-only leaves the mail where it is."""
        place = message.location_ids.filtered(lambda one: one.folder_id != folder)[:1]
        if not place:
            return
        if {"two_way"} != {folder.policy, place.folder_id.policy}:
            if not quiet:
                self._tell(rule, self.env._(
                    "The rule “%(rule)s” could not move a mail: “%(from)s” and “%(to)s” have to "
                    "be two-way.", rule=rule.name, to=folder.path, **{"from": place.folder_id.path}
                ))
            return
        self.env["mail.center.change"].sudo()._queue_move(place, folder)

    # ---- new records --------------------------------------------------------

    @api.model
    def _make(self, rule, message):
        """A new lead, ticket or the like from a mail, with the rights of the rule's writer.

        None of a mail that belongs to one already, nor of what a machine wrote: an answer to it
        would make the next one (RFC 3834, 2).
        """
        model = rule.create_model
        linked = message.link_ids.filtered(lambda one: one.res_model == model)
        if linked or model not in self.env or not message._may_machine_answer():
            return
        if not rule.user_id.active:
            self._tell(rule, self.env._(
                "The rule “%s” makes nothing any more: its writer has left.", rule.name))
            return
        if not rule.account_id.with_user(rule.user_id).sudo(False).can_manage:
            self._tell(rule, self.env._(
                "The rule “%s” makes nothing any more: its writer no longer manages the account.",
                rule.name))
            return
        if self._made_lately(model, message) >= MADE_A_DAY:
            self._tell(rule, self.env._(
                "%(count)s records within a day were made of mail from %(sender)s: the rule "
                "“%(rule)s” makes no more of it today.",
                count=MADE_A_DAY, sender=message.email_from, rule=rule.name))
            return
        Records = without_defaults(self.env[model].with_user(rule.user_id)).with_company(
            message.account_id.company_id or rule.user_id.company_id
        )
        # Who is told by mail of each new record would be told of a loop's, too.
        record = Records.with_context(mail_create_nosubscribe=True).create(
            {name: value for name, value in self._new_values(message).items()
             if value and name in Records._fields}
        )
        self._link(rule, message, record)

    @api.model
    def _new_values(self, message):
        """What a record made of a mail says, by the names that leads, tasks and tickets share."""
        sender = next(iter(parse_addresses(message.from_display or "")), None)
        name = (sender and sender.name) or message.email_from or ""
        return {
            "name": message.subject or name,
            "partner_id": message.partner_id.id,
            "email_from": message.email_from,
            "contact_name": not message.partner_id and name,
            "description": from_text((message.body_text or "")[:DESCRIPTION_MAX]),
        }

    @api.model
    def _made_lately(self, model, message):
        return self.env["mail.center.link"].sudo().search_count(
            [
                ("reason", "=", "rule"),
                ("res_model", "=", model),
                ("create_date", ">", self.env.cr.now() - timedelta(days=1)),
                ("message_id.account_id", "=", message.account_id.id),
                ("message_id.email_from", "=", message.email_from),
            ],
            limit=MADE_A_DAY,
        )
