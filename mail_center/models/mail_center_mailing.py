import psycopg2
from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError
from odoo.tools import email_normalize
from odoo.tools.sql import escape_psql

from ..core import unsubscribe
from ..core.mime import Address


class MailCenterMailing(models.AbstractModel):
    """Mailings, and who has asked for no more of them: Odoo's own ``mail.blacklist``."""

    _name = "mail.center.mailing"
    _description = "Mailings"

    @api.model
    def _list_fields(self, account, recipients):
        """The fields by which recipients unsubscribe; see :func:`core.unsubscribe.list_fields`."""
        return unsubscribe.list_fields(
            self.env["mail.center.linking"]._token_key(),
            account.id,
            account.sudo()._address(),
            recipients,
            self.env["ir.config_parameter"].sudo().get_param("web.base.url") or "",
        )

    # ---- who does not want any ----------------------------------------------

    @api.model
    def _forms(self, address):
        """The ways in which the blacklist may hold an address: Odoo compares texts."""
        return {email_normalize(form) or form for form in (address.email, address.ascii)}

    @api.model
    def _unwilling(self, addresses):
        """Those of the addresses (:class:`core.mime.Address`) that want no mailings."""
        forms = {form for address in addresses for form in self._forms(address)}
        if not forms:
            return []
        listed = self.env["mail.blacklist"].sudo().search([("email", "in", list(forms))])
        refused = set(listed.mapped("email"))
        found = {
            address.key: address for address in addresses if self._forms(address) & refused
        }
        return list(found.values())

    @api.model
    def _unwilling_text(self, addresses):
        if not addresses:
            return ""
        if len(addresses) == 1:
            return self.env._("%s does not want mailings: remove the address.", addresses[0].email)
        return self.env._(
            "These do not want mailings: %s. Remove the addresses.",
            ", ".join(address.email for address in addresses),
        )

    @api.model
    def _require_willing(self, addresses):
        """Raise UserError for a mailing that would go to somebody who wants none."""
        if refused := self._unwilling(addresses):
            raise UserError(self._unwilling_text(refused))

    @api.model
    def _is_listed(self, email):
        return bool(self._unwilling([Address("", email)]))

    @api.model
    def _leave_out_unwilling(self, outboxes):
        """Leave those out of mailings who have unsubscribed while the mail was waiting.

        Returns the mails that somebody is left to get.
        """
        left = outboxes
        outboxes.message_id.fetch(["type_id"])  # not their texts
        for outbox in outboxes.filtered("message_id.type_id.is_mailing"):
            waiting = {one: Address("", one.email) for one in outbox._open_recipients()}
            refused = {address.key for address in self._unwilling(list(waiting.values()))}
            for recipient, address in waiting.items():
                if address.key in refused:
                    recipient.write(
                        {
                            "state": "cancelled",
                            "reply": self.env._("Wants no mailings any more."),
                            "date": self.env.cr.now(),
                        }
                    )
            if refused and not outbox._open_recipients():
                outbox._set_state(outbox._summary(), phase=False, claim_token=False)
                outbox.account_id._notify_readers(outbox.message_id)
                left -= outbox
        return left

    # ---- unsubscribing ------------------------------------------------------

    @api.model
    def _token(self, text):
        """The genuine token in a text, or None."""
        return unsubscribe.read(self.env["mail.center.linking"]._token_key(), text)

    @api.model
    def _read_requests(self, account, messages):
        """Unsubscribe whoever wrote to the account with the token of a mailing in the subject."""
        for message in messages.filtered(lambda message: message.direction == "in"):
            token = self._token(message.subject or "")
            if not token or token.account_id != account.id:
                continue
            email = token.email or self._recipient_of_mailing(account, message.email_from or "")
            if email:
                self._unsubscribe(
                    account, email, self.env._("Asked by email for no more mailings.")
                )

    @api.model
    def _recipient_of_mailing(self, account, email):
        """The address, if it got a mailing of the account: a sender is quickly made up."""
        key = Address("", email).key
        recipients = self.env["mail.center.outbox.recipient"].sudo().search(
            [
                ("email", "=ilike", escape_psql(Address("", email).ascii)),
                ("outbox_id.account_id", "=", account.id),
                ("outbox_id.message_id.type_id.is_mailing", "=", True),
            ]
        )
        same = [one.email for one in recipients if Address("", one.email).key == key]
        return Address("", same[0]).email if same else ""

    @api.model
    def _unsubscribe(self, account, email, reason):
        """Put an address on the blacklist, with the reason in its history. Safe to repeat."""
        if self._is_listed(email):
            return
        account = account.sudo()
        note = reason
        if account:
            note = self.env._(
                "%(reason)s The mailing came from %(account)s.", reason=reason,
                account=account.email,
            )
        log = self.env["mail.center.log"]
        if not email_normalize(email):
            # Legal and never seen, such as "a@b"@example.com: a person has to remember it.
            text = self.env._("%s wants no more mailings, but can't be blacklisted.", email)
            log._add(account, "unsubscribed", text, level="warning", detail=note)
            return
        # Whoever opened the link, the program does it: the public user has no address to sign with.
        blacklist = self.env["mail.blacklist"].with_user(SUPERUSER_ID)
        try:
            with self.env.cr.savepoint():
                blacklist._add(email, message=note)
        except psycopg2.errors.UniqueViolation:
            # Another request has entered it just now.
            return
        text = self.env._("%s wants no more mailings.", email)
        log._add(account, "unsubscribed", text, detail=note)
