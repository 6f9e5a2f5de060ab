"""Event codes are stable words such as ``send_sent``; each belongs to one kind."""

from __future__ import annotations

LEVELS = ("debug", "info", "warning", "error")
KINDS = ("connection", "fetching", "sending", "quarantine", "settings", "permissions", "health",
         "other")

_EXACT = {
    "bounced": "sending",
    "change_refused": "fetching",
    "copy_failed": "sending",
    "draft_failed": "sending",
    "unsubscribed": "sending",
    "adopted": "settings",
    "adoption_undone": "settings",
    "pop3_compared": "settings",
    "pop3_ended": "settings",
    "handed_over": "permissions",
}
_PREFIXES = (
    ("connect", "connection"),
    ("sync_", "fetching"),
    ("folder_", "fetching"),
    ("stored", "fetching"),
    ("send_", "sending"),
    ("quarantin", "quarantine"),
    ("setting_", "settings"),
    ("password_", "settings"),
    ("sending_", "settings"),
    ("rule_", "settings"),
    ("oauth_", "connection"),
    ("upload_", "fetching"),
    ("trigger_", "settings"),
    ("account_", "settings"),
    ("permission_", "permissions"),
    ("health_", "health"),
)


def kind_of(event: str) -> str:
    """The kind that an event belongs to, *other* for what is not known (yet)."""
    if event in _EXACT:
        return _EXACT[event]
    return next((kind for prefix, kind in _PREFIXES if event.startswith(prefix)), "other")
