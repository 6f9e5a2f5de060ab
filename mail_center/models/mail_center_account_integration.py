import base64
import binascii

from odoo import api, models
from odoo.exceptions import UserError
from odoo.http import request
from odoo.service.server import thread_local

from ..core.mime import not_addresses, parse_addresses

# The routes by which other programs call Odoo's models.
EXTERNAL_API = ("/json/", "/xmlrpc/", "/jsonrpc")


class MailCenterAccount(models.Model):
    _inherit = "mail.center.account"

    def integration_send(
        self,
        to,
        subject,
        body_html,
        cc=None,
        bcc=None,
        attachment_ids=None,
        files=None,
        res_model=None,
        res_id=None,
        type_id=None,
        reference=None,
    ):
        """Queue a mail from this account for a program: automation rule, server action, API.

        :param to, cc, bcc: addresses as a list or as one text separated by commas, each
            ``name@example.com`` or ``Name <name@example.com>``.
        :param body_html: the body; scripts and the like are removed.
        :param attachment_ids: ids of ``ir.attachment`` that the caller may read.
        :param files: list of ``{"name": …, "content": base64}``.
        :param res_model, res_id: the record the mail is linked to; answers are linked to it too.
        :param type_id: id of a ``mail.center.type`` that the caller may use; by default the
            account's outgoing type.
        :param reference: a text of the caller's, unique for each mail. A call that is repeated
            with the same one (after a lost connection, say) writes no second mail.
        :return: ``{"id": id of the mail.center.message, "message_id": "<…>", "state": "queued"}``

        The caller needs the permission *Send* on the account, and the account must be marked
        *Use for integration*; otherwise AccessError or UserError says which is missing. The mail
        leaves within moments, after the transaction is committed::

            account = env["mail.center.account"].search([("email", "=", "office@example.com")])
            account.integration_send(record.email, "Welcome", "<p>Hello</p>",
                                     res_model=record._name, res_id=record.id)
        """
        self.ensure_one()
        account = self.with_context(mail_center_integration=True)
        account._require("send")
        account._require_integration()
        if reference and (known := account._integration_message(reference)):
            return account._integration_answer(known)
        recipients = {
            name: account._integration_addresses(value)
            for name, value in (("to", to), ("cc", cc), ("bcc", bcc))
        }
        if not any(recipients.values()):
            raise UserError(self.env._("Name at least one recipient."))
        message = account.env["mail.center.writer"]._write_mail(
            account,
            **recipients,
            subject=subject or "",
            html=body_html or "",
            attachments=account._integration_files(attachment_ids, files),
            record=account._integration_record(res_model, res_id),
            message_type=account._integration_type(type_id),
        )
        if reference:
            message.sudo().integration_reference = reference
        return account._integration_answer(message)

    def _is_integration(self):
        """Whether a program asks, rather than a person in the web client."""
        if self.env.context.get("mail_center_integration"):
            return True
        if request:
            return request.httprequest.path.startswith(EXTERNAL_API)
        # XML-RPC and JSON-RPC hide the request from the models (odoo.http.dispatch_rpc) and note
        # the called method; scheduled jobs and the shell have neither.
        return bool(getattr(thread_local, "rpc_model_method", ""))

    def _require_integration(self):
        """Raise UserError if a program asks and the account is not marked for programs."""
        self.ensure_one()
        if self._is_integration() and not self.sudo().use_for_integration:
            raise UserError(
                self.env._(
                    "Automation rules, server actions and the external API may not use the "
                    "account “%s”. An email manager can allow it: tick “Use for integration” on "
                    "the account.",
                    self.sudo().name,
                )
            )

    def _integration_message(self, reference):
        return (
            self.env["mail.center.message"]
            .sudo()
            .search(
                [
                    ("account_id", "=", self.id),
                    ("user_id", "=", self.env.uid),
                    ("integration_reference", "=", reference),
                ],
                limit=1,
            )
        )

    def _integration_answer(self, message):
        message = message.sudo()
        return {"id": message.id, "message_id": message.message_id, "state": message.state}

    @api.model
    def _integration_addresses(self, value):
        found = []
        for text in [value] if isinstance(value, str) else value or []:
            if wrong := not_addresses(text or ""):
                raise UserError(
                    self.env._(
                        "“%s” is not an email address. Write it as name@example.com.", wrong[0]
                    )
                )
            found += parse_addresses(text or "")
        return found

    @api.model
    def _integration_files(self, attachment_ids, files):
        attachments = self.env["ir.attachment"].browse(attachment_ids or [])
        attachments.check_access("read")
        new = []
        for file in files or []:
            try:
                raw = base64.b64decode(file["content"], validate=True)
                name = str(file["name"])
            except (KeyError, TypeError, ValueError, binascii.Error):
                raise UserError(
                    self.env._('Each file is {"name": "…", "content": "…"}, with base64 content.')
                ) from None
            new.append({"name": name, "raw": raw})
        return attachments | self.env["ir.attachment"].create(new)

    def _integration_type(self, type_id):
        if not type_id:
            return self.sudo().outgoing_type_id
        found = self.env["mail.center.type"].browse(type_id).exists()
        if not found:
            raise UserError(self.env._("The type of the mail does not exist."))
        found.check_access("read")
        return found

    @api.model
    def _integration_record(self, res_model, res_id):
        if not res_model and not res_id:
            return None
        if res_model not in self.env or not res_id:
            raise UserError(self.env._("The record to link the mail to does not exist."))
        record = self.env[res_model].browse(res_id).exists()
        if not record:
            raise UserError(self.env._("The record to link the mail to does not exist."))
        return record
