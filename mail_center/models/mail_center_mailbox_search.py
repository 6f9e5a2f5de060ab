from ast import literal_eval

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from .mail_center_mailbox_find import NEWEST

SAVED_MAX = 50
FACETS_MAX = 20


class MailCenterMailbox(models.AbstractModel):
    """What is offered beside the search line: filters with their counts, and kept searches.

    Kept searches are filters of Odoo's that belong to the mailbox.
    """

    _inherit = "mail.center.mailbox"

    @api.model
    @api.readonly
    def facets(self, place, tokens, query=""):
        """How many mails of a place each further condition would leave: ``{"counts", "more"}``.

        ``counts``: token → how many of the newest mails that the query finds; with ``more`` there
        are older mails that were not counted.
        """
        Messages = self.env["mail.center.message"]
        sources, filters = self._sources(place or {})
        tokens = [str(token) for token in tokens][:FACETS_MAX]
        if not sources or not tokens:
            return {"counts": dict.fromkeys(tokens, 0), "more": False}
        here = Messages._search_conditions(Messages._search_query(query)) or [SQL("true")]
        counted = [
            SQL("count(*) FILTER (WHERE %s)", SQL(" AND ").join(
                Messages._search_conditions(Messages._search_query(token)) or [SQL("true")]
            ))
            for token in tokens
        ]
        # The newest mails are looked at alone: what it costs does not grow with the mailbox.
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "WITH newest AS MATERIALIZED (%s) SELECT (SELECT count(*) FROM newest), %s"
                " FROM newest JOIN mail_center_message message ON message.id = newest.id WHERE %s",
                self._newest(sources, conditions=filters), SQL(", ").join(counted),
                SQL(" AND ").join(here),
            )
        )
        looked_at, *numbers = self.env.cr.fetchone()
        return {"counts": dict(zip(tokens, numbers, strict=True)), "more": looked_at >= NEWEST}

    # ---- kept searches ------------------------------------------------------

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
