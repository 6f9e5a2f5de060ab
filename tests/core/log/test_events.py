from core.log import KINDS, kind_of


def test_every_event_has_a_kind_and_an_unknown_one_is_no_error():
    events = {
        "connected": "connection", "connection_test": "connection", "sync_failed": "fetching",
        "stored": "fetching", "folder_failed": "fetching", "send_sent": "sending",
        "bounced": "sending", "quarantined": "quarantine", "setting_changed": "settings",
        "permission_changed": "permissions", "health_down": "health", "from_tomorrow": "other",
        "change_refused": "fetching", "draft_failed": "sending", "rule_failed": "settings",
        "sending_suspended": "settings",
        "": "other",
    }
    assert {event: kind_of(event) for event in events} == events
    assert set(events.values()) <= set(KINDS)
