from core.health import Facts, is_silent, light, parts, score


def points(**facts):
    return score(parts(Facts(**facts)))


def test_an_account_that_is_well_has_all_points_and_no_reason():
    assert parts(Facts()) == []
    assert points() == 100
    assert points(status="legacy") == points(status="paused") == points(status="syncing") == 100


def test_the_worse_it_gets_the_fewer_points_there_are():
    failing = [points(status="failing", failures=number) for number in (1, 3, 5)]
    assert failing == sorted(failing, reverse=True)
    assert points(status="blocked") == 0
    assert points(status="blocked", send_failing=True, quarantine=9) == 0
    assert points(status="late", lag=3600) < points(status="late", lag=60)


def test_points_are_explained_the_worst_first():
    found = parts(Facts(status="failing", failures=2, quarantine=1, queue=3, queue_age=7200))
    assert [part.code for part in found] == ["failing", "queue", "quarantine"]
    assert 100 - sum(part.points for part in found) == score(found)


def test_mail_that_has_only_just_been_queued_is_no_trouble():
    assert points(queue=5, queue_age=60) == 100


def test_the_light_follows_the_points():
    assert [light(number) for number in (100, 80, 79, 40, 39, 0)] == [
        "green", "green", "amber", "amber", "red", "red",
    ]


def test_a_busy_mailbox_that_went_quiet_is_noticed_and_a_quiet_one_is_not():
    assert is_silent(5, [20, 22, 18, 25])
    assert is_silent(5, [20, 22, 0, 25]), "one week was a holiday"
    assert not is_silent(5, [20, 0, 0, 25])
    assert not is_silent(60, [0, 1, 0, 2]), "every weekend is quiet"
    assert not is_silent(0.5, [20, 22, 18, 25]), "too short to tell"


def test_what_expires_soon_takes_points_and_the_more_the_nearer_it_is():
    assert points(expiry_days=None) == points(expiry_days=14) == 100
    assert 100 > points(expiry_days=13) > points(expiry_days=2) == points(expiry_days=-1)
