"""The demo against real servers: filling mailboxes, and the customer who answers.

On a sandbox of its own, for it is restarted here while other tests use theirs.
"""

import dataclasses
import os
import signal
import smtplib
import subprocess
import sys
import threading
import time
import uuid
from email.message import EmailMessage

import pytest

from dev.demo import customer, logins, robots, seed_mailboxes
from dev.demo.mailbox import tls
from dev.demo.mails import CUSTOM_FOLDER, demo_mails
from dev.paths import ROOT
from tests.dev.own_sandbox import own_sandbox

PASSWORD = "secret"


@pytest.fixture(scope="module")
def sandbox():
    with own_sandbox() as instance:
        instance.start()
        yield instance


@pytest.fixture
def boxes(sandbox):
    """Addresses ``(anna, robot)`` of two new mailboxes."""
    domain = f"{uuid.uuid4().hex[:10]}.example"
    addresses = [f"{name}@{domain}" for name in ("anna", "robot")]
    for address in addresses:
        sandbox.add_mailbox(address, PASSWORD)
    return addresses


def make_robot(sandbox, address):
    robot = customer.Mailbox(sandbox.settings, address, "Robot", PASSWORD)
    robot.robots = frozenset({address})
    return robot


@pytest.fixture
def serve(sandbox, boxes, monkeypatch):
    """Starts a patient-less robot for the second mailbox; ends it after the test."""
    monkeypatch.setattr(customer, "PATIENCE", 0.2)
    monkeypatch.setattr(customer, "POLL", 0.05)
    monkeypatch.setattr(customer, "_BACKOFF", (0.1,))
    running = []

    def start():
        stop = threading.Event()
        worker = threading.Thread(target=customer.work, args=(
            sandbox.settings, stop, [make_robot(sandbox, boxes[1])]))
        worker.start()
        running.append((stop, worker))

        def end():
            stop.set()
            worker.join(30)
            assert not worker.is_alive()
        return end

    yield start
    for stop, worker in running:
        stop.set()
        worker.join(30)


def write(sandbox, sender, to, **headers):
    message = EmailMessage()
    fields = {"From": sender, "To": to, "Subject": "Offer",
              "Message-ID": f"<{uuid.uuid4()}@mailcenter.example>"} | headers
    for name, value in fields.items():
        message[name] = value
    message.set_content("Here it is.")
    with smtplib.SMTP(sandbox.host, sandbox.ports["smtp"]) as smtp:
        smtp.starttls(context=tls(sandbox.ca_file))
        smtp.login(sender, PASSWORD)
        smtp.send_message(message)
    return message["Message-ID"]


def wait_flag(sandbox, address, flag, count=1):
    deadline = time.monotonic() + 30
    while sum(flag in flags for _uid, flags, _raw in sandbox.messages(address)) < count:
        assert time.monotonic() < deadline, sandbox.messages(address)
        time.sleep(0.05)


def test_mail_is_answered_once_even_after_a_restart(sandbox, boxes, serve):
    anna, robot = boxes
    end = serve()
    own = write(sandbox, anna, robot)
    wait_flag(sandbox, robot, "\\Answered")
    end()
    end = serve()
    second = write(sandbox, anna, robot)
    wait_flag(sandbox, robot, "\\Answered", 2)
    end()
    answers = [raw.decode() for _uid, _flags, raw in sandbox.messages(anna)]
    assert len(answers) == 2
    assert f"In-Reply-To: {own}" in answers[0]
    assert f"In-Reply-To: {second}" in answers[1]
    assert len(sandbox.messages(robot, "Sent")) == 2


def test_an_answer_whose_flag_was_lost_is_not_sent_again(sandbox, boxes, serve):
    anna, robot = boxes
    end = serve()
    write(sandbox, anna, robot)
    wait_flag(sandbox, robot, "\\Answered")
    end()
    sandbox.store_flags(robot, 1, "-FLAGS (\\Answered)")
    serve()
    wait_flag(sandbox, robot, "\\Answered")
    assert len(sandbox.messages(anna)) == 1


def test_automatic_mail_stays_unanswered_and_the_next_mail_is_answered(sandbox, boxes, serve):
    anna, robot = boxes
    write(sandbox, anna, robot, **{"Auto-Submitted": "auto-replied"})
    sandbox.deliver(robot, b"From: =?utf-8?b?4?= <x>\r\nContent-Type: multipart/mixed; "
                           b"boundary=\"\"\r\n\r\n--\r\n", sender=anna)
    own = write(sandbox, anna, robot)
    serve()
    wait_flag(sandbox, robot, "\\Answered")
    wait_flag(sandbox, robot, "$Ignored", 2)
    [(_uid, _flags, raw)] = sandbox.messages(anna)
    assert f"In-Reply-To: {own}" in raw.decode()


def test_a_refused_recipient_does_not_hold_up_the_others(sandbox, boxes, serve):
    anna, robot = boxes
    write(sandbox, anna, robot, **{"Reply-To": f"gone@{anna.partition('@')[2]}"})
    write(sandbox, anna, robot)
    serve()
    wait_flag(sandbox, robot, "\\Answered")
    wait_flag(sandbox, robot, "$Ignored")
    assert len(sandbox.messages(anna)) == 1


@pytest.mark.parametrize("headers", [{"References": "<root@mailcenter.example>"}, {}])
def test_two_machines_stop_talking(sandbox, boxes, serve, monkeypatch, headers):
    monkeypatch.setattr(customer, "MOST_ANSWERS", 3)
    anna, robot = boxes
    for _ in range(5):
        write(sandbox, anna, robot, **headers)
    serve()
    wait_flag(sandbox, robot, "$Ignored", 2)
    assert len(sandbox.messages(anna)) == 3


def test_the_robot_survives_a_restart_of_both_servers(sandbox, boxes, serve):
    anna, robot = boxes
    serve()
    write(sandbox, anna, robot)
    wait_flag(sandbox, robot, "\\Answered")
    sandbox.stop()
    try:
        time.sleep(0.5)
    finally:
        sandbox.start()
    write(sandbox, anna, robot)
    wait_flag(sandbox, robot, "\\Answered", 2)
    assert len(sandbox.messages(anna)) == 2


def test_the_process_ends_on_sigterm_and_lets_no_second_one_in(sandbox, tmp_path):
    copy = tmp_path / "sandbox.json"
    copy.write_text(sandbox.json_file.read_text())
    command = [sys.executable, "-m", "dev.demo.customer", str(copy)]
    environment = dict(os.environ, PYTHONUNBUFFERED="1")
    with subprocess.Popen(command, cwd=ROOT, env=environment, text=True,
                          stderr=subprocess.PIPE) as process:
        assert "answering for" in process.stderr.readline()
        second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert "running already" in second.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(15) == 0


def test_the_mailboxes_are_filled_once(sandbox, monkeypatch):
    """A later run brings back neither what was deleted nor what was moved."""
    def here(address):
        return f"{address.lower().partition('@')[0]}@{domain}"

    domain = f"{uuid.uuid4().hex[:10]}.example"
    anna = here(logins.ANNA)
    mails = [dataclasses.replace(mail, mailbox=here(mail.mailbox)) for mail in demo_mails()]
    monkeypatch.setattr(seed_mailboxes, "demo_mails", lambda: mails)
    monkeypatch.setattr(robots, "MAILBOXES", {
        here(address): password for address, password in robots.MAILBOXES.items()})
    assert seed_mailboxes.seed(sandbox) == len(mails)
    assert robots.MAILBOXES.items() <= sandbox.mailboxes().items()
    for folder in ("INBOX", "Sent", "Archive", CUSTOM_FOLDER):
        wanted = [mail for mail in mails if (mail.mailbox, mail.folder) == (anna, folder)]
        found = sandbox.messages(anna, folder)
        assert [raw for _uid, _flags, raw in found] == [mail.raw for mail in wanted]
        assert [flags - {"\\Recent"} for _uid, flags, _raw in found] == [
            set(mail.flags) for mail in wanted]
    sandbox.expunge(anna, 1)
    assert seed_mailboxes.seed(sandbox) == 0
    assert len(sandbox.messages(anna)) == sandbox.status(anna)["uidnext"] - 2
