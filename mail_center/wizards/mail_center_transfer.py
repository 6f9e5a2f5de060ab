import base64
import json

from odoo import fields, models
from odoo.exceptions import UserError

SIZE_MAX = 100 * 1024 * 1024


class MailCenterTransfer(models.TransientModel):
    """Moves types, templates and accounts between databases, as a file."""

    _name = "mail.center.transfer"
    _description = "Move the email configuration"

    file = fields.Binary(string="File to import")
    update = fields.Boolean(
        string="Change what is here already",
        help="Types and templates of the same name are overwritten. Accounts never are.",
    )
    exported = fields.Binary(readonly=True)
    exported_name = fields.Char(readonly=True)
    report = fields.Text(readonly=True)

    def action_export(self):
        """Make the file; the window then offers it."""
        self.ensure_one()
        content = self.env["mail.center.configuration"].export_configuration()
        text = json.dumps(content, ensure_ascii=False, indent=1, default=str)
        self.exported = base64.b64encode(text.encode())
        self.exported_name = f"email-configuration-{fields.Date.today()}.json"
        return self._again()

    def action_import(self):
        """Take the chosen file over, and say what became of it."""
        self.ensure_one()
        raw = base64.b64decode(self.file or b"")
        if not raw or len(raw) > SIZE_MAX:
            raise UserError(self.env._("Choose the file that was exported."))
        try:
            content = json.loads(raw)
        except ValueError:
            raise UserError(self.env._("This is no exported configuration.")) from None
        done = self.env["mail.center.configuration"].import_configuration(content, self.update)
        lines = [
            (self.env._("New: %s"), done["created"]),
            (self.env._("Changed: %s"), done["updated"]),
            (self.env._("Left as they are: %s"), done["left"]),
        ]
        self.report = "\n".join(text % ", ".join(names) for text, names in lines if names)
        self.file = False
        return self._again()

    def _again(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Move the configuration"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
