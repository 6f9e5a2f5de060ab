from . import test_sign_in, test_sign_in_at_once
