from . import test_email_button, test_from_mail, test_links, test_meetings, test_rules
