"""The names of special fields that are no fields of a record, in the language of the user."""


def _texts(env):
    """English text of ``core.template`` → the same for the user. Literal, so that Odoo's export
    of terms finds each."""
    return {
        "Document": env._("Document"),
        "Recipient": env._("Recipient"),
        "Sender": env._("Sender"),
        "Company": env._("Company"),
        "Mail account": env._("Mail account"),
        "Date": env._("Date"),
        "Name": env._("Name"),
        "First name": env._("First name"),
        "Last name": env._("Last name"),
        "Email address": env._("Email address"),
        "Phone": env._("Phone"),
        "Job position": env._("Job position"),
        "Street": env._("Street"),
        "ZIP": env._("ZIP"),
        "City": env._("City"),
        "Country": env._("Country"),
        "Language": env._("Language"),
        "Tax ID": env._("Tax ID"),
        "Signature": env._("Signature"),
        "Website": env._("Website"),
        "Currency": env._("Currency"),
        "Sender display name": env._("Sender display name"),
        "Today": env._("Today"),
        "Now": env._("Now"),
    }


def root_label(env):
    """A function that translates the labels of the fixed special fields."""
    texts = _texts(env)
    return lambda english: texts.get(english, english)
