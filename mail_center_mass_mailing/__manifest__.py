{
    "name": "Email Center: Email Marketing",
    "version": "19.0.1.0.0",
    "category": "Productivity/Email Center",
    "summary": "Mailings through the queue of an account, with their figures",
    "author": "mail_center team",
    "website": "https://github.com/mail-center/mail_center",
    "license": "LGPL-3",
    "depends": ["mail_center", "mass_mailing"],
    "data": [],
    "auto_install": True,
    "installable": True,
}
