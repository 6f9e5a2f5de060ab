from . import test_email_button, test_number_links
