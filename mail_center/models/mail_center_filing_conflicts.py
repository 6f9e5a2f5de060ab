import re

from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from psycopg2 import errors

# In the detail of an error, whatever the language of PostgreSQL: "(columns)=(values)".
_KEY = re.compile(r"\((?P<columns>[^()]+)\)=\((?P<values>.*)\)", re.DOTALL)


class MailCenterFiling(models.AbstractModel):
    """Tells collisions with another transaction from faults of a mail."""

    _inherit = "mail.center.filing"

    @api.model
    def _reraise_concurrency(self, error):
        """A conflict with another transaction is nobody's fault: the whole chunk is redone.

        Raises *error*, or a SerializationFailure for what another transaction made or removed
        behind our snapshot; returns for all else. Called outside the savepoint that failed.
        """
        if isinstance(error, PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise error
        if self._is_unseen_row(error):
            raise errors.SerializationFailure(str(error)) from error

    @api.model
    def _is_unseen_row(self, error):
        """Whether a constraint failed for what this transaction's snapshot does not show.

        What it does show failed by our own doing, and would fail again for ever.
        """
        if not isinstance(error, (errors.UniqueViolation, errors.ForeignKeyViolation)):
            return False
        key = _KEY.search(error.diag.message_detail or "")
        if not key:
            return False
        if isinstance(error, errors.UniqueViolation):
            if error.diag.table_name != "mail_center_thread_reference":
                return False
            account, _comma, message_id = key["values"].partition(", ")
            return not self._sees(
                SQL(
                    "SELECT FROM mail_center_thread_reference"
                    " WHERE account_id = %s AND message_id = %s",
                    int(account), message_id,
                )
            )
        if not key["values"].isdecimal():
            return False
        # "is not present": made here with the number of a record that we still see.
        self.env.cr.execute(
            "SELECT confrelid::regclass::text FROM pg_constraint"
            " WHERE conname = %s AND conrelid = to_regclass(%s)",
            [error.diag.constraint_name, error.diag.table_name],
        )
        row = self.env.cr.fetchone()
        return bool(row) and self._sees(
            SQL("SELECT FROM %s WHERE id = %s", SQL.identifier(row[0]), int(key["values"]))
        )

    @api.model
    def _sees(self, query):
        self.env.cr.execute(query)
        return bool(self.env.cr.rowcount)
