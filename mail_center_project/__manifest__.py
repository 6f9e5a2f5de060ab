{
    "name": "Email Center: Project",
    "version": "19.0.1.0.0",
    "category": "Productivity/Email Center",
    "summary": "Email from tasks",
    "author": "mail_center team",
    "website": "https://github.com/mail-center/mail_center",
    "license": "LGPL-3",
    "depends": ["mail_center", "project"],
    "data": ["data/mail_center_linkable.xml", "views/project_task_views.xml"],
    "auto_install": True,
    "installable": True,
}
