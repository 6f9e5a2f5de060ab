from . import (
    test_access,
    test_compose,
    test_receive,
    test_secrets,
    test_send,
)
