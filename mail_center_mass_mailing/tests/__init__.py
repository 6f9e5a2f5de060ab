from . import test_mailings
