{
    "name": "Email Center: Invoicing",
    "version": "19.0.1.0.0",
    "category": "Productivity/Email Center",
    "summary": "Email from invoices and bills",
    "author": "mail_center team",
    "website": "https://github.com/mail-center/mail_center",
    "license": "LGPL-3",
    "depends": ["mail_center", "account"],
    "data": ["data/mail_center_linkable.xml", "views/account_move_views.xml"],
    "auto_install": True,
    "installable": True,
}
