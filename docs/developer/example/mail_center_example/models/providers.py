from odoo.addons.mail_center.core.providers import Provider, SendingLimits, Server, register

register(
    Provider(
        name="Example Hosting",
        domains=("example-hosting.example",),
        mx_suffixes=("mx.example-hosting.example",),
        imap=Server("imap.{domain}", 993, "tls"),
        smtp=Server("smtp.{domain}", 587, "starttls"),
        note="Switch IMAP on in the customer panel.",
        limits=SendingLimits(per_hour=100),
    )
)
