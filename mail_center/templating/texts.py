"""The names of special fields that are no fields of a record, in the language of the user."""


def _texts(env):
    """English text of ``core.template`` → the same for the user. Literal, so that Odoo's export
    of terms finds each."""
    _ = env._
    return {
        "Document": _("Document"),
        "Recipient": _("Recipient"),
        "Sender": _("Sender"),
        "Company": _("Company"),
        "Mail account": _("Mail account"),
        "Date": _("Date"),
        "Name": _("Name"),
        "First name": _("First name"),
        "Last name": _("Last name"),
        "Email address": _("Email address"),
        "Phone": _("Phone"),
        "Job position": _("Job position"),
        "Street": _("Street"),
        "ZIP": _("ZIP"),
        "City": _("City"),
        "Country": _("Country"),
        "Language": _("Language"),
        "Tax ID": _("Tax ID"),
        "Signature": _("Signature"),
        "Website": _("Website"),
        "Currency": _("Currency"),
        "Sender display name": _("Sender display name"),
        "Today": _("Today"),
        "Now": _("Now"),
    }


def root_label(env):
    """A function that translates the labels of the fixed special fields."""
    texts = _texts(env)
    return lambda english: texts.get(english, english)
