{
    "name": "Email Center: Job Queue",
    "version": "19.0.1.0.0",
    "category": "Productivity/Email Center",
    "summary": "Mailboxes and outgoing mail shared by several Odoo machines",
    "author": "mail_center team",
    "website": "https://github.com/mail-center/mail_center",
    "license": "LGPL-3",
    "depends": ["mail_center", "queue_job"],
    "data": ["data/queue_job_function.xml"],
    "auto_install": True,
    "installable": True,
}
