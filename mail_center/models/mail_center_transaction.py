import logging
import random
import zlib
from contextlib import contextmanager, suppress
from functools import partial

import psycopg2
from odoo import api, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from psycopg2.errors import InvalidSqlStatementName
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from ..core import error_texts
from ..core.net import MailServerError
from ..durable import is_disk_trouble

_logger = logging.getLogger(__name__)

ATTEMPTS = 6


def _prepared(query, types):
    """What makes a statement of *query* that is planned once, and what runs it; see
    ``_statements``."""
    # By its text: a pooler between may hand on a connection that knows the one of an older version.
    name = f"mail_center_{zlib.crc32(query.encode()):08x}"
    numbered = query % {key: f"${number}" for number, key in enumerate(types, 1)}
    values = ", ".join(f"%({key})s" for key in types)
    return (
        # Odoo keeps connections, and a connection its statements: it may be there already. The
        # setting is gone with the next one who gets the connection; without it a list of unknown
        # length is planned for anew each time, which is more than half of what it takes.
        "DEALLOCATE ALL; SET plan_cache_mode = force_generic_plan;"
        f" PREPARE {name} ({', '.join(types.values())}) AS {numbered}",
        f"EXECUTE {name} ({values})",
    )


class MailCenterTransaction(models.AbstractModel):
    """How jobs that use the network take turns with the database: never both at once."""

    _name = "mail.center.transaction"
    _description = "Email job transactions"

    @api.model
    def _commit(self):
        """Make durable what was done, and leave no transaction open for the network.

        Returns the seconds that are left to the scheduled job.
        """
        return self.env["ir.cron"]._commit_progress()

    @api.model
    def _for_owner(self, record):
        """Self and *record* (an account, a mail to send) with texts in the language of its user: a
        job itself has none."""
        lang = record.user_id.lang or self.env.lang
        return self.with_context(lang=lang), record.with_context(lang=lang)

    @api.model
    def _in_words(self, error):
        """What an *error* of the core says, in the language of the environment."""
        if is_disk_trouble(error):
            return self.env._(
                "Odoo's folder of files could not take it: %s. It is tried again; your"
                " administrator has to look at the disk.",
                error.strerror,
            )
        if not isinstance(error, MailServerError):
            return str(error)
        text, values = error_texts.parse(error.args[0])
        text = self.env._(text)
        text = text.format(**values) if values else text
        if error.server_text and error.server_text not in text:
            return self.env._(
                "%(problem)s The server said: %(answer)s", problem=text, answer=error.server_text
            )
        return text

    @api.model
    def _transaction(self, work, sql_only=False):
        """Run *work* and commit, again from the start where another transaction collided.

        *sql_only*: a short one in a loop; the cache holds nothing to be written and nothing of
        what is changed, and the job's progress is not told. The seconds left are None then.
        """
        for attempt in range(ATTEMPTS):
            try:
                result = work()
                if sql_only:
                    self.env.cr.commit()  # pylint: disable=invalid-commit
                    return result, None
                self.env.flush_all()
                left = self._commit()
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY as error:
                self.env.cr.rollback()
                self.env.invalidate_all()
                if attempt + 1 == ATTEMPTS:
                    raise
                _logger.info("Redoing a transaction after %s", type(error).__name__)
                self.env.cr.execute("SELECT pg_sleep(%s)", [random.random() * 0.1 * 2**attempt])
                self.env.cr.rollback()
            except psycopg2.Error:
                self.env.cr.rollback()
                self.env.invalidate_all()
                raise
            else:
                self.env.invalidate_all()
                return result, left
        raise AssertionError("unreachable")

    @contextmanager
    def _statements(self, query, types):
        """``run(params)`` → rows of *query*; each time it is a transaction, durable on return.

        *types*: name of each parameter → its type in PostgreSQL.

        Over a connection of its own it takes one round trip, in place of those of BEGIN, the
        statement and COMMIT, and is planned once. Where a transaction is open already, what it
        holds must not be waited for: then the statement is one of ours.
        """
        def by_transaction(params):
            return self._transaction(partial(self._rows, self.env.cr, query, params), True)[0]

        if not self._is_idle():
            yield by_transaction
            return

        prepare, execute = _prepared(query, types)

        def run(params):
            if self._is_idle():
                with suppress(*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, InvalidSqlStatementName):
                    return self._rows(cr, execute, params)
            return by_transaction(params)

        with self.env.registry.cursor() as cr:
            cr.connection.autocommit = True
            try:
                cr.execute(prepare)
                yield run
            finally:
                if not cr.closed:
                    cr.connection.autocommit = False

    def _is_idle(self):
        status = self.env.cr.connection.get_transaction_status()
        return status == TRANSACTION_STATUS_IDLE

    @api.model
    def _rows(self, cr, query, params):
        cr.execute(query, params, log_exceptions=False)
        return cr.fetchall()
