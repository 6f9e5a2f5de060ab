import logging
from datetime import timedelta

from odoo import api, models

from ..core.document_numbers import document_numbers

_logger = logging.getLogger(__name__)

# What is open today says nothing about a mail of last year that is imported now.
FRESH_DAYS = 7
# So many mails of a sender linked to one record by hand, and the next ones follow.
LEARNED = 2
SUGGESTED = 6


class MailCenterLinking(models.AbstractModel):
    """Links that are guessed: by document numbers, open documents, and what people did before."""

    _inherit = "mail.center.linking"

    @api.model
    def _wanted(self, messages):
        wanted = super()._wanted(messages)
        try:
            with self.env.cr.savepoint():
                return self._guessed(messages, dict(wanted))
        except Exception as error:
            # A filter that an upgrade made invalid, say: no reason not to take the mail in.
            self.env["mail.center.filing"]._reraise_concurrency(error)
            _logger.warning("Mail was linked without guessing", exc_info=True)
            return wanted

    @api.model
    def _guessed(self, messages, wanted):
        """*wanted* with what can be guessed beside it."""
        numbered, _strange = self._by_number(messages)
        for key, note in numbered.items():
            wanted.setdefault(key, ("number", note))
        # What is known already is not guessed about.
        known = {message for message, model, _res_id in wanted if model != "res.partner"}
        rest = messages.filtered(
            lambda one: one.id not in known and one.direction == "in" and not one.is_automatic
        )
        learned = self._learned(rest)
        for key, note in learned.items():
            wanted.setdefault(key, ("learned", note))
        rest -= rest.browse(message for message, _model, _res_id in learned)
        fresh = self.env.cr.now() - timedelta(days=FRESH_DAYS)
        for message, records in self._open_documents(
            rest.filtered(lambda one: one.date > fresh)
        ).items():
            if len(records) == 1:
                (model, res_id), = records
                wanted.setdefault((message, model, res_id), ("document", False))
        return wanted

    # ---- the kinds of documents ---------------------------------------------

    @api.model
    def _document_models(self):
        """Linkable models whose documents are of a partner."""
        found = []
        for name in sorted(self.env["mail.center.linkable"]._models()):
            field = name in self.env and self.env[name]._fields.get("partner_id")
            if field and field.store and field.comodel_name == "res.partner":
                found.append(name)
        return found

    @api.model
    def _of_company(self, records, account):
        """Those that the company of the account may work with."""
        company = account.sudo().company_id
        if not company or "company_id" not in records._fields:
            return records
        return records.filtered(lambda one: not one.company_id or one.company_id == company)

    # ---- numbers ------------------------------------------------------------

    @api.model
    def _by_number(self, messages):
        """``({(message id, model, res_id): number}, the same for documents of other partners)``.

        Anyone can write a number into a subject: only who the document is for is believed.
        """
        numbers = {one: document_numbers(one.subject or "") for one in messages}
        every = list({number for found in numbers.values() for number in found})
        mine, strange = {}, {}
        if not every:
            return mine, strange
        for model in self._document_models():
            Records = self.env[model].sudo()
            field = Records._fields.get(Records._rec_name or "name")
            if not field or not field.store or field.type != "char":
                continue
            records = Records.search([(field.name, "in", every)], limit=500)
            for message, found in numbers.items():
                for record in self._of_company(
                    records.filtered(lambda one, f=field, n=found: one[f.name] in n),
                    message.account_id,
                ):
                    partner = message.partner_id.commercial_partner_id
                    same = partner and record.partner_id.commercial_partner_id == partner
                    target = mine if same else strange
                    target[message.id, model, record.id] = record[field.name]
        return mine, strange

    # ---- open documents -----------------------------------------------------

    @api.model
    def _open_documents(self, messages):
        """Message id → [(model, res_id)] of the open documents of its correspondent."""
        found = {}
        partners = messages.partner_id.commercial_partner_id
        if not partners:
            return found
        kinds = self.env["mail.center.linkable"].sudo().search(
            [("model", "in", self._document_models()), ("open_domain", "!=", False)]
        )
        for kind in kinds:
            model = kind.model
            records = kind._open_documents(
                [("partner_id.commercial_partner_id", "in", partners.ids)]
            )
            by_partner = records.grouped(lambda one: one.partner_id.commercial_partner_id)
            for message in messages.filtered("partner_id"):
                mine = by_partner.get(message.partner_id.commercial_partner_id, records.browse())
                for record in self._of_company(mine, message.account_id):
                    found.setdefault(message.id, []).append((model, record.id))
        return found

    # ---- what people did before ---------------------------------------------

    @api.model
    def _learned(self, messages):
        """``{(message id, model, res_id): note}``: people linked the sender's mail there before.

        The last mails of the sender that were linked to that kind of document by hand must all
        have been linked to the one record.
        """
        senders = [one for one in set(messages.mapped("email_from")) if one]
        if not senders:
            return {}
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT account_id, email_from, res_model, min(res_id), count(*)
              FROM (SELECT message.account_id, message.email_from, link.res_model, link.res_id,
                           row_number() OVER (
                               PARTITION BY message.account_id, message.email_from, link.res_model
                                   ORDER BY link.id DESC) AS place
                      FROM mail_center_link link
                      JOIN mail_center_message message ON message.id = link.message_id
                     WHERE link.reason = 'person' AND message.account_id IN %s
                       AND message.email_from IN %s AND link.res_model <> 'res.partner'
                   ) AS lately
             WHERE place <= %s
          GROUP BY account_id, email_from, res_model
            HAVING count(*) = %s AND min(res_id) = max(res_id)
            """,
            [tuple(messages.account_id.ids), tuple(senders), LEARNED, LEARNED],
        )
        lessons = {}
        for account, sender, model, res_id, _count in self.env.cr.fetchall():
            lessons.setdefault((account, sender), []).append((model, res_id))
        linkable = self.env["mail.center.linkable"]._models()
        return {
            (message.id, model, res_id): message.email_from
            for message in messages
            for model, res_id in lessons.get((message.account_id.id, message.email_from), ())
            if model in linkable
        }

    # ---- for a person to decide ---------------------------------------------

    @api.model
    def _suggested(self, message):
        """``[(model, res_id, why)]``: what is not certain enough to be linked by itself."""
        message = message.sudo()
        _mine, strange = self._by_number(message)
        found = {(model, res_id): self.env._("Its number is in the subject.")
                 for _message, model, res_id in strange}
        if message.direction == "in" and not message.is_automatic:
            for target in self._open_documents(message).get(message.id, [])[:SUGGESTED]:
                found.setdefault(target, self.env._("An open document of the sender."))
        linked = {(link.res_model, link.res_id) for link in message.link_ids}
        if linked - {("res.partner", message.partner_id.id)}:
            # It has its place; more would only be in the way.
            return []
        undone = self._undone(message)
        return [
            (*target, why) for target, why in found.items()
            if target not in linked and (message.id, *target) not in undone
        ][:SUGGESTED]
