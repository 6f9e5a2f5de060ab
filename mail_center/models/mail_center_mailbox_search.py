from ast import literal_eval

from odoo import api, models
from odoo.exceptions import UserError

SAVED_MAX = 50


class MailCenterMailbox(models.AbstractModel):
    """Searches that a person keeps, as filters of Odoo's that belong to the mailbox."""

    _inherit = "mail.center.mailbox"

    @api.model
    def _saved_searches(self):
        # Anybody may keep filters in Odoo; those of the mailbox are of who has one.
        self.env["mail.center.message"].check_access("read")
        action = self.env.ref("mail_center.mail_center_mailbox_action")
        return self.env["ir.filters"].search(
            [("model_id", "=", "mail.center.message"), ("action_id", "=", action.id),
             ("user_ids", "in", [self.env.uid])], limit=SAVED_MAX, order="name, id",
        )

    @api.model
    @api.readonly
    def saved_searches(self):
        """One's own: ``[{"id", "name", "query"}]``."""
        found = []
        for saved in self._saved_searches():
            try:
                query = literal_eval(saved.context).get("mail_center_query", "")
            except (ValueError, SyntaxError, AttributeError):
                continue  # changed by hand into something else
            found.append({"id": saved.id, "name": saved.name, "query": str(query)})
        return found

    @api.model
    def save_search(self, name, query):
        """Keep a search line under a name; one of that name is replaced."""
        name, query = (name or "").strip(), (query or "").strip()
        if not name or not query:
            raise UserError(self.env._("A search to keep needs a name and something to search."))
        action = self.env.ref("mail_center.mail_center_mailbox_action")
        vals = {"context": repr({"mail_center_query": query[:2000]})}
        mine = self._saved_searches()
        same = mine.filtered(lambda saved: saved.name == name)
        if same:
            same.write(vals)
        elif len(mine) >= SAVED_MAX:
            raise UserError(self.env._("You keep %s searches already.", SAVED_MAX))
        else:
            self.env["ir.filters"].create(
                {**vals, "name": name[:100], "model_id": "mail.center.message", "domain": "[]",
                 "action_id": action.id, "user_ids": [(6, 0, self.env.user.ids)]}
            )
        return self.saved_searches()

    @api.model
    def forget_search(self, search_id):
        """Keep one's own search no longer."""
        self._saved_searches().filtered(lambda saved: saved.id == int(search_id)).unlink()
        return self.saved_searches()
