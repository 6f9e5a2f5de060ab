from . import test_sign_in
