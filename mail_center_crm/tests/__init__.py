from . import test_email_button, test_links
