import logging

from odoo import api, models

_logger = logging.getLogger(__name__)

EVENTS = [
    ("received", "An email came"),
    ("sent", "An email was sent"),
    ("failed", "An email could not be sent"),
]
# States of an outgoing mail that are events.
STATE_EVENTS = {"sent": "sent", "failed": "failed", "partly_sent": "failed"}


class MailCenterEvent(models.AbstractModel):
    """What happens to mail, for others to hang something on.

    An addon extends :meth:`_on_event`::

        class MailCenterEvent(models.AbstractModel):
            _inherit = "mail.center.event"

            @api.model
            def _on_event(self, event, messages):
                result = super()._on_event(event, messages)
                if event == "received":
                    messages.filtered("partner_id").partner_id.my_counter += 1
                return result
    """

    _name = "mail.center.event"
    _description = "Email events"

    @api.model
    def _happened(self, event, messages):
        """Tell everybody; what goes wrong there is logged and holds no mail up."""
        if not messages:
            return
        try:
            with self.env.cr.savepoint():
                self._on_event(event, messages.sudo())
        except Exception as error:
            self.env["mail.center.filing"]._reraise_concurrency(error)
            _logger.exception("Something that waits for “%s” failed", event)

    @api.model
    def _on_event(self, event, messages):
        """*event*, one of *received*, *sent*, *failed*, happened to *messages* (sudo).

        Called inside the transaction in which it happens, before its commit: what takes long or
        uses the network has to be queued, as the automations here are.
        """
        self.env["mail.center.trigger"].sudo()._queue(event, messages)
