{
    "name": "Email Center: CRM",
    "version": "19.0.1.0.0",
    "category": "Productivity/Email Center",
    "summary": "Email from leads and opportunities",
    "author": "mail_center team",
    "website": "https://github.com/mail-center/mail_center",
    "license": "LGPL-3",
    "depends": ["mail_center", "crm"],
    "data": ["data/mail_center_linkable.xml", "views/crm_lead_views.xml"],
    "auto_install": True,
    "installable": True,
}
