{
    "name": "Email Center: Employees",
    "version": "19.0.1.0.0",
    "category": "Productivity/Email Center",
    "summary": "Email to employees",
    "author": "mail_center team",
    "website": "https://github.com/mail-center/mail_center",
    "license": "LGPL-3",
    "depends": ["mail_center", "hr"],
    "data": ["data/mail_center_linkable.xml", "views/hr_employee_views.xml"],
    "auto_install": True,
    "installable": True,
}
