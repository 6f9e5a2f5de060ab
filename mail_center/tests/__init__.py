from . import (
    test_access,
    test_access_matrix,
    test_account_probe,
    test_account_setup,
    test_compose,
    test_draft,
    test_pop3,
    test_receive,
    test_secrets,
    test_send,
)
