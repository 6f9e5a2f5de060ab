"""What the tests of every glue addon have in common."""

from lxml import etree


class EmailButtonCase:
    """A document with an *Email* button; ``view`` is the form, ``make()`` makes a record.

    The record's contact is ``self.partner``, or has its address.
    """

    view = ""

    def make(self):
        raise NotImplementedError

    def setUp(self):
        super().setUp()
        self.partner = self.env["res.partner"].create({"name": "Eve", "email": "eve@x.example"})
        self.record = self.make()

    def test_the_form_has_an_email_button_in_its_header(self):
        form = self.record.get_view(self.env.ref(self.view).id, "form")["arch"]
        buttons = etree.fromstring(form).xpath(
            "//header/button[@name='action_mail_center_compose']"
        )
        self.assertEqual(len(buttons), 1)

    def test_a_mail_written_from_it_goes_to_its_contact(self):
        partners, emails = self.record._mail_center_recipients()
        addresses = [*partners.mapped("email"), *emails]
        self.assertEqual(len(addresses), 1)
        self.assertIn("eve@x.example", addresses[0])

    def test_it_carries_emails(self):
        self.assertIn(self.record._name, self.env["mail.center.linkable"]._models())
        form = self.record.get_view(self.env.ref(self.view).id, "form")["arch"]
        count = etree.fromstring(form).xpath(
            "//div[@name='button_box']/button[@name='action_mail_center_emails']"
            "/field[@name='mail_center_email_count']"
        )
        self.assertEqual(len(count), 1, "the smart button")
