"""The demo's message templates: what people of the company write every day."""

#: (name, type by xmlid, document, its report by xmlid, subject, body); a template whose document
#: is not installed is left out.
LETTERS = [
    (
        "Offer with the quotation", "mail_center.type_offer", "sale.order",
        "sale.action_report_saleorder",
        "Your quotation {{ document.name }}",
        """<p>Dear {{ recipient.name }},</p>
<p>thank you for your enquiry. Attached you find our quotation <strong>{{ document.name }}</strong>
over {{ document.amount_total }}{% if document.validity_date %}, valid until
{{ document.validity_date }}{% endif %}.</p>
<p>Do call me if anything is open.</p>
<p>{{ sender.name }}<br/>{{ company.name }}</p>""",
    ),
    (
        "Reply to an enquiry", "mail_center.type_enquiry", "crm.lead", None,
        "{{ document.name }}",
        """<p>Dear {{ recipient.name }},</p>
<p>thank you for your interest. I have your enquiry on my desk and will come back to you with a
proposal by tomorrow noon.</p>
<p>{{ sender.name }}<br/>{{ company.name }}</p>""",
    ),
    (
        "Thank you for the talk", "mail_center.type_general", None, None,
        "Thank you for the talk",
        """<p>Dear {{ recipient.name }},</p>
<p>thank you for your time today. As promised I sum up what we agreed on:</p>
<ul><li>…</li></ul>
<p>{{ sender.name }}<br/>{{ company.name }}</p>""",
    ),
]  # fmt: skip


def seed(env, once):
    """Make the templates that are missing. *once*: ``seed_odoo._once``."""
    for name, message_type, model, report, subject, body in LETTERS:
        if model and model not in env:
            continue
        kind = env.ref(message_type, raise_if_not_found=False)
        once(env, "mail.center.template", [("name", "=", name)], {
            "name": name, "subject": subject, "body_html": body,
            "type_id": kind and kind.id,
            "model_id": env["ir.model"]._get_id(model) if model else False,
            "report_ids": [(6, 0, env.ref(report).ids)] if report else False,
        })
