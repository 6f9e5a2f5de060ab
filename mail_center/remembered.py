"""Who may do what, found out once in a transaction.

Rules of access ask for it with every search and every record. What is remembered is gone with the
end of the transaction, with a savepoint that is rolled back, and by :func:`forget`: nobody keeps a
right, in another process or another thread, that was taken from him. Other things that hold for a
transaction and end with it (a lock) are kept here too.
"""

KEY = "mail_center_remembered"


def remembered(env, key, find):
    """What ``find()`` gave for *key* in this transaction."""
    known = env.cr.cache.setdefault(KEY, {})
    if key not in known:
        known[key] = find()
    return known[key]


def forget(env):
    """Something has changed that rights are made of."""
    env.cr.cache.pop(KEY, None)
