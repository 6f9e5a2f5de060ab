{
    "name": "Email Center: Sales",
    "version": "19.0.1.0.0",
    "category": "Productivity/Email Center",
    "summary": "Email from quotations and orders",
    "author": "mail_center team",
    "website": "https://github.com/mail-center/mail_center",
    "license": "LGPL-3",
    "depends": ["mail_center", "sale"],
    "data": ["data/mail_center_linkable.xml", "views/sale_order_views.xml"],
    "auto_install": True,
    "installable": True,
}
