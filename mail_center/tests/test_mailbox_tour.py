"""The tour that shows newcomers the mailbox, as Odoo runs it."""

from odoo.tests import HttpCase, tagged

from .mailbox_common import StoredMailCase


@tagged("post_install", "-at_install")
class TestMailboxTour(StoredMailCase, HttpCase):
    def test_every_step_of_the_tour_is_where_it_points(self):
        customer = self.env["res.partner"].create({"name": "Tour Customer"})
        self.mail("Roof", partner_id=customer.id, from_display="Ewa <ewa@lis.example>",
                  body_html="<p>How much is it?</p>")  # fmt: skip
        self.start_tour("/odoo", "mail_center_tour", login="mc_owner")

    def test_the_tour_is_among_those_that_odoo_offers(self):
        tour = self.env["web_tour.tour"].search([("name", "=", "mail_center_tour")])
        self.assertFalse(tour.custom)
        self.assertIn("Good mail", tour.rainbow_man_message)
