from . import (
    test_access,
    test_access_matrix,
    test_compose,
    test_receive,
    test_secrets,
    test_send,
)
