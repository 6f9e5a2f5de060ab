from . import test_email_button
