"""A mailbox on a real server, with every extension and with none."""

from datetime import datetime, timezone

import pytest

from core.imap import FolderState, MailServerError, Session, chunks, plan
from core.imap.plan import compare
from tests.core.dovecot import mail


def fill(session, count, folder="INBOX"):
    for number in range(1, count + 1):
        session.append(folder, mail(number))
    session.select(folder)
    return session.uids()


@pytest.mark.parametrize("security", ["tls", "starttls", "none"])
def test_each_kind_of_security_opens_the_mailbox(any_dovecot, security):
    with Session.open(any_dovecot.account(security, password="secret")) as session:
        assert session.select("INBOX").exists == 0


def test_a_password_with_quotes_and_polish_letters_is_accepted(dovecot):
    with Session.open(dovecot.account()) as session:
        assert session.select("INBOX").exists == 0


def test_a_wrong_password_is_an_account_problem_and_stays_secret(any_dovecot):
    endpoint = any_dovecot.account(password="right")
    any_dovecot.add_mailbox(endpoint.login, "other")
    with pytest.raises(MailServerError) as failure:
        Session.open(endpoint)
    assert failure.value.kind == "auth"
    assert not failure.value.retryable
    assert "right" not in f"{failure.value!r} {failure.value} {endpoint!r}"


def test_a_certificate_of_another_name_is_refused_before_the_login(dovecot):
    with pytest.raises(MailServerError) as failure:
        Session.open(dovecot.account(host="mail.example.com"))
    assert (failure.value.kind, failure.value.reason) == ("certificate", "hostname")


def test_an_unknown_authority_is_refused_unless_the_check_is_off(dovecot):
    with pytest.raises(MailServerError) as failure:
        Session.open(dovecot.account(ca_pem=""))
    assert (failure.value.kind, failure.value.reason) == ("certificate", "unknown_issuer")
    Session.open(dovecot.account(ca_pem="", verify=False, host="mail.example.com")).close()


def test_reading_does_not_mark_a_mail_as_seen(session):
    uids = fill(session, 2)
    assert [message.raw for message in session.fetch(uids)] == [mail(1), mail(2)]
    assert set(session.headers(uids)) == set(uids)
    session.find_message_id("INBOX", "<1@example.com>")
    assert all("\\Seen" not in flags for flags in session.flags(uids).values())


def test_messages_come_whole_with_size_flags_and_date(session):
    when = datetime(2020, 2, 29, 23, 30, tzinfo=timezone.utc)
    raw = mail(body="żółw ".encode().decode("latin-1") + "x" * 100_000)
    session.append("INBOX", raw, ["\\Seen", "$Label1"], when)
    session.select("INBOX")
    (message,) = session.fetch(session.uids())
    assert (message.raw, message.size, message.internal_date) == (raw, len(raw), when)
    assert message.flags == {"\\Seen", "$Label1"}
    assert session.sizes([message.uid]) == {message.uid: len(raw)}


def test_asking_from_uidnext_on_does_not_bring_the_last_mail_again(session):
    uids = fill(session, 3)
    status = session.select("INBOX")
    assert status.uidnext == uids[-1] + 1
    assert session.uids(status.uidnext) == []
    assert session.uids(uids[1]) == uids[1:]
    assert session.uids(1, uids[0]) == uids[:1]
    assert session.uids(5, 4) == []


def test_an_empty_folder_is_empty_everywhere(session):
    status = session.select("INBOX")
    assert status.exists == 0
    assert session.uids() == []
    assert session.flags() == {}
    assert list(session.fetch([])) == []
    assert list(session.fetch([1, 2, 3])) == []


def test_mails_deleted_in_between_are_left_out_and_the_rest_arrives(session, account):
    uids = fill(session, 4)
    with Session.open(account) as other:
        other.select("INBOX", readonly=False)
        other.add_flags(uids[1:3], ["\\Deleted"])
        other._imap.expunge()
    assert [message.uid for message in session.fetch(uids)] == [uids[0], uids[3]]


def test_flag_changes_of_others_are_seen(session, account):
    uids = fill(session, 3)
    before = session.select("INBOX").highestmodseq
    with Session.open(account) as other:
        other.select("INBOX", readonly=False)
        other.add_flags(uids[:1], ["\\Flagged"])
        other.add_flags(uids[1:2], ["\\Seen"])
        other.remove_flags(uids[1:2], ["\\Seen"])
    session.select("INBOX")
    changed = session.flags(changed_since=before)
    assert changed[uids[0]] == {"\\Flagged"}
    if before is None:
        assert set(changed) == set(uids)  # without CONDSTORE all flags are read
    else:
        assert set(changed) == set(uids[:2])


def test_special_folders_are_recognised_even_where_the_server_says_nothing(session):
    uses = {folder.special_use: folder.path for folder in session.folders()}
    assert (uses["inbox"], uses["sent"], uses["trash"]) == ("INBOX", "Sent", "Trash")
    assert (uses["drafts"], uses["junk"], uses["archive"]) == ("Drafts", "Junk", "Archive")


@pytest.mark.parametrize(
    "name",
    ["Zażółć gęślą jaźń", "R&D", 'with "quotes" and \\ backslash', "日本語", "2024", "NIL", "a&b-c",
     "emoji 😀", "Klienci/Nowy"],
)
def test_folders_of_any_name_can_be_made_listed_and_opened(session, name):
    session.create_folder(name)
    session.create_folder(name)  # again: no harm
    assert name in [folder.path for folder in session.folders()]
    session.append(name, mail(7))
    assert session.select(name).exists == 1


@pytest.mark.parametrize("name", ["", "a\r\nb", "a\nA1 DELETE INBOX", "a\0", "a\x7f", "\ud800"])
def test_a_folder_name_can_not_carry_a_second_command(session, name):
    for attempt in (session.select, session.create_folder):
        with pytest.raises(ValueError, match="folder"):
            attempt(name)
    with pytest.raises(ValueError, match="folder"):
        session.append(name, mail())
    assert session.select("INBOX").exists == 0  # still in step with the server


@pytest.mark.parametrize("flag", ["\\Seen)", "a b", "", "a\r\nb", "(", '"', "żółw", "\\*"])
def test_what_is_no_flag_is_refused_before_it_is_sent(session, flag):
    session.append("INBOX", mail())
    session.select("INBOX", readonly=False)
    with pytest.raises(ValueError, match="flag"):
        session.add_flags([1], [flag])
    assert session.usable


def test_a_missing_folder_is_refused_and_the_session_goes_on(session):
    with pytest.raises(MailServerError) as failure:
        session.select("No such folder")
    assert failure.value.kind == "refused"
    with pytest.raises(ValueError, match="No folder"):
        session.uids()
    assert session.select("INBOX").exists == 0


def test_a_stored_mail_gets_a_place_that_can_be_remembered(session):
    place = session.append("Sent", mail(1), ["\\Seen"])
    status = session.select("Sent")
    uids = session.uids()
    assert place == (status.uidvalidity, uids[0])
    assert session.find_message_id("Sent", "<1@example.com>") == uids


def test_nul_bytes_are_refused_instead_of_breaking_the_connection(session):
    with pytest.raises(ValueError, match="NUL"):
        session.append("INBOX", b"Subject: x\r\n\r\n\0\r\n")
    assert session.append("INBOX", mail()) or session.usable


def test_a_mail_is_found_by_exactly_its_message_id(session):
    fill(session, 12)
    session.select("Sent")
    assert session.find_message_id("INBOX", "<1@example.com>") == [1]
    assert session.find_message_id("INBOX", "1@example.com") == []  # also part of 11@…
    assert session.find_message_id("INBOX", '<"quoted\\"@example.com>') == []
    assert session.find_message_id("INBOX", "<żółw@example.com>") == []
    with pytest.raises(ValueError, match="Message-ID"):
        session.find_message_id("INBOX", "<a>\r\nA1 DELETE INBOX")
    session.append("Sent", mail(99))
    session.noop()
    assert session.uids() == [1]  # Sent is open again


def test_a_draft_is_found_by_its_mark_and_removed_without_taking_others_along(session):
    marked = b"X-Mail-Center-Draft: 0123456789abcdef\r\n"
    session.append("INBOX", marked + mail(1))
    session.append("INBOX", mail(2), ["\\Deleted"])
    session.append("INBOX", marked.replace(b"cdef", b"cdef0") + mail(3))
    assert session.find_header("INBOX", "X-Mail-Center-Draft", "0123456789abcdef") == [1]
    session.select("INBOX", readonly=False)
    alone = session.delete([1])
    assert alone == ("UIDPLUS" in session.capabilities)
    session.noop()
    left = session.flags()
    assert set(left) == ({2, 3} if alone else {1, 2, 3})
    assert alone or "\\Deleted" in left[1]
    with pytest.raises(ValueError, match="X-Mail-Center-Draft"):
        session.find_header("INBOX", "X-Mail-Center-Draft", " ")


def test_a_mail_stored_by_another_program_is_found_in_the_open_folder(session, account):
    session.select("INBOX")
    with Session.open(account) as other:
        other.append("INBOX", mail(5))
    assert session.find_message_id("INBOX", "<5@example.com>") == [1]


def test_moved_mails_are_in_the_target_once_and_gone_here(session):
    uids = fill(session, 3)
    session.select("INBOX", readonly=False)
    moved = session.move(uids[:2], "Archive")
    remaining = [uid for uid, flags in session.flags().items() if "\\Deleted" not in flags]
    assert remaining == uids[2:]
    status = session.select("Archive")
    assert [message.raw for message in session.fetch(session.uids())] == [mail(1), mail(2)]
    if "UIDPLUS" in session.capabilities:
        assert moved == (status.uidvalidity, dict(zip(uids[:2], session.uids(), strict=True)))


def test_removing_mails_spares_those_that_others_marked_as_deleted(dovecot):
    with Session.open(dovecot.account()) as session:
        uids = fill(session, 3)
        session.select("INBOX", readonly=False)
        session.add_flags(uids[:2], ["\\Deleted"])
        session.expunge_uids(uids[1:])
        assert session.uids() == [uids[0], uids[2]]


def test_without_uidplus_removing_is_refused_instead_of_taking_too_much(plain_dovecot):
    with Session.open(plain_dovecot.account(password="x" * 9)) as session:
        uids = fill(session, 2)
        session.select("INBOX", readonly=False)
        session.add_flags(uids, ["\\Deleted"])
        with pytest.raises(MailServerError, match="UIDPLUS"):
            session.expunge_uids(uids[:1])
        assert session.uids() == uids


def test_a_folder_opened_for_reading_can_not_be_changed(session):
    uids = fill(session, 1)
    for change in (
        lambda: session.add_flags(uids, ["\\Deleted"]),
        lambda: session.move(uids, "Trash"),
        lambda: session.expunge_uids(uids),
    ):
        with pytest.raises(ValueError, match="read-only"):
            change()
    assert session.flags() == {uids[0]: frozenset()}


def test_closing_does_not_remove_mails_marked_as_deleted(account):
    with Session.open(account) as session:
        uids = fill(session, 1)
        session.select("INBOX", readonly=False)
        session.add_flags(uids, ["\\Deleted"])
    with Session.open(account) as session:
        assert session.select("INBOX").exists == 1


def test_a_closed_session_says_so(session):
    session.close()
    session.close()
    with pytest.raises(MailServerError) as failure:
        session.folders()
    assert failure.value.kind == "closed"


def test_scattered_messages_by_the_thousand_come_in_commands_of_bearable_length(dovecot):
    endpoint = dovecot.account()
    with Session.open(endpoint) as session:
        for number in range(1, 4):
            session.append("INBOX", mail(number))
        session.select("INBOX")
        scattered = [*range(1, 6000, 2)]
        sent = []
        original = session._imap.send
        session._imap.send = lambda data: (sent.append(len(data)), original(data))
        assert [message.uid for message in session.fetch(scattered)] == [1, 3]
        assert len(sent) > 1
        assert max(sent) < 8000


def test_a_folder_that_was_deleted_and_made_again_starts_over(any_dovecot, session, account):
    session.create_folder("Orders")
    uids = fill(session, 3, "Orders")
    status = session.select("Orders")
    state = FolderState.after(status, known_uids=3, last_uid=uids[-1])
    assert plan(state, session.select("Orders")).action == "nothing"
    session.select("INBOX")
    any_dovecot.doveadm("mailbox", "delete", "-s", "-u", account.login, "Orders")
    with pytest.raises(MailServerError):
        session.select("Orders")
    session.create_folder("Orders")
    session.append("Orders", mail(9))
    made = plan(state, session.select("Orders"))
    assert (made.action, made.reason) == ("reset", "uidvalidity")
    assert [m.raw for m in session.fetch(session.uids(made.low, made.high))] == [mail(9)]


def test_syncing_by_plan_follows_arrivals_and_deletions_of_others(session, account):
    known, state = {}, FolderState()

    def sync():
        nonlocal state
        status = session.select("INBOX")
        made = plan(state, status)
        if made.action != "nothing":
            new = [u for u in session.uids(made.low, made.high) if u not in known]
            for part in chunks(session.sizes(new), max_bytes=300, max_count=3):
                known.update((m.uid, m.raw) for m in session.fetch(part))
        if made.must_compare(len(known)):
            missing, gone = compare(known, session.uids(), status.uidnext - 1)
            assert not missing
            for uid in gone:
                del known[uid]
        state = FolderState.after(status, len(known), max(known, default=0))
        return made

    with Session.open(account) as other:
        for number in range(1, 8):
            other.append("INBOX", mail(number))
        assert (sync().reason, sync().action) == ("first", "nothing")
        other.select("INBOX", readonly=False)
        other.add_flags([2, 3], ["\\Deleted"])
        other._imap.expunge()
        other.append("INBOX", mail(8))
        assert (sync().reason, sync().action) == ("arrived", "nothing")
        other.add_flags([8], ["\\Deleted"])
        other._imap.expunge()
        assert sync().compare
    assert list(known.values()) == [mail(n) for n in (1, 4, 5, 6, 7)]


def test_a_move_whose_answer_was_lost_is_done_again_without_a_second_copy(session):
    session.append("INBOX", mail(1))
    session.append("INBOX", mail(2))
    session.create_folder("Archive")
    session.select("INBOX", readonly=False)
    first, second = session.uids()
    session._ok(session._imap.uid("COPY", str(first), "Archive"))
    session.move([first, second], "Archive", again=True)
    left = [uid for uid, flags in session.flags().items() if "\\Deleted" not in flags]
    assert left == []
    session.select("Archive")
    found = sorted(message.raw for message in session.fetch(session.uids()))
    # With MOVE the first one was never half done: COPY stands for another program's copy there.
    assert found == [mail(1)] * (1 if "MOVE" not in session.capabilities else 2) + [mail(2)]
