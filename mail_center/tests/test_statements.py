"""Short statements that are durable at once, beside the transaction of a job."""

from contextlib import contextmanager

import odoo.sql_db
from odoo import SUPERUSER_ID, api
from odoo.tests import TransactionCase

KEY = "mail_center.test_statements"
STORE = """
    UPDATE ir_config_parameter SET value = %(value)s WHERE key = ANY(%(keys)s) RETURNING key
"""
STORE_TYPES = {"keys": "text[]", "value": "text"}


class TestStatements(TransactionCase):
    """Works with what is really committed: two transactions have to see each other."""

    def setUp(self):
        super().setUp()
        self.database = odoo.sql_db.db_connect(self.env.cr.dbname)
        self.store("INSERT INTO ir_config_parameter (key, value) VALUES (%s, 'before')")
        self.addCleanup(self.store, "DELETE FROM ir_config_parameter WHERE key = %s")

    def store(self, query):
        with self.database.cursor() as cr:
            cr.execute(query, [KEY])

    @contextmanager
    def statements(self, query, types):
        """``run``, the job and its cursor, which holds no transaction."""
        with self.database.cursor() as cr:
            job = api.Environment(cr, SUPERUSER_ID, {})["mail.center.transaction"]
            with job._statements(query, types) as run:
                yield run, job

    def stored(self):
        with self.database.cursor() as cr:
            cr.execute("SELECT value FROM ir_config_parameter WHERE key = %s", [KEY])
            return cr.fetchone()[0]

    def test_each_is_durable_when_it_returns(self):
        with self.statements(STORE, STORE_TYPES) as (run, job):
            for value in ("one", "two"):
                self.assertEqual(run({"value": value, "keys": [KEY, "none"]}), [(KEY,)])
                self.assertEqual(self.stored(), value)
                self.assertTrue(job._is_idle(), "the job's own transaction is not used")

    def test_it_is_planned_once_for_lists_of_any_length(self):
        plans = """
            SELECT generic_plans, custom_plans FROM pg_prepared_statements
             WHERE name LIKE 'mail!_center!_%%' ESCAPE '!' AND 1 = ANY(%(ids)s)
        """
        for _again in range(2):  # the connection comes from Odoo's pool the second time
            with self.statements(plans, {"ids": "int[]"}) as (run, _job):
                for number in range(1, 9):
                    self.assertEqual(run({"ids": [1] * number}), [(number, 0)])

    def test_a_connection_that_does_not_know_it_costs_nothing_but_time(self):
        with self.statements(STORE, STORE_TYPES) as (run, job):
            rows = type(job)._rows

            def forgetful(sender, cr, query, params):
                if cr != job.env.cr:
                    cr.execute("DEALLOCATE ALL")
                return rows(sender, cr, query, params)

            self.patch(type(job), "_rows", forgetful)
            self.assertEqual(run({"value": "one", "keys": [KEY]}), [(KEY,)])
            self.assertEqual(self.stored(), "one")

    def test_what_the_jobs_transaction_holds_is_not_waited_for(self):
        with self.statements(STORE, STORE_TYPES) as (run, job):
            job.env.cr.execute("UPDATE ir_config_parameter SET value = '' WHERE key = %s", [KEY])
            self.assertEqual(run({"value": "one", "keys": [KEY]}), [(KEY,)])
            self.assertEqual(self.stored(), "one")
