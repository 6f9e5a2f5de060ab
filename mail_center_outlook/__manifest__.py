{
    "name": "Email Center: Outlook",
    "version": "19.0.1.0.0",
    "category": "Productivity/Email Center",
    "summary": "Sign in with Microsoft instead of a password",
    "author": "mail_center team",
    "website": "https://github.com/mail-center/mail_center",
    "license": "LGPL-3",
    "depends": ["mail_center", "microsoft_outlook"],
    "data": ["views/mail_center_account_views.xml"],
    "auto_install": True,
    "installable": True,
}
