"""Moments as people write them: in the language and the time zone of the user, without seconds."""

from .core.template.formats import Formats


def written(env, moment, form="medium"):
    """*moment* (UTC, naive) for the user of *env*, such as ``24 lis 2026, 10:02``.

    *form*: ``short``, ``medium``, ``long`` or ``full``, as in CLDR.
    """
    zone = env.context.get("tz") or env.user.tz or "UTC"
    return Formats(env.lang or "en_US", zone).datetime(moment, form) if moment else ""
