"""``python -m dev.demo.customer SANDBOX_JSON``: the customer who answers.

Watches the mailboxes of ``robots.ROBOTS`` over IMAP and answers each new mail after
``PATIENCE`` seconds by SMTP submission, as a person would (``answers`` has the words).

What is done is known to the server alone, so the robot can be killed at any time: an answered
mail is ``\\Answered``, one that needs no answer has the keyword ``$Ignored``, and every answer is
in Sent under a Message-ID that follows from the mail it answers. A crash between SMTP and the
flag can only repeat that same Message-ID.
"""

import fcntl
import imaplib
import json
import logging
import signal
import smtplib
import sys
import threading
import time
from pathlib import Path

from imapclient import imapclient
from imapclient.exceptions import IMAPClientError, LoginError

from . import answers, robots
from .mailbox import TIMEOUT, connect, special_folder, tls

PATIENCE = 3.0  # seconds between the arrival of a mail and its answer
POLL = 1.0  # seconds
MOST_ANSWERS = 20  # in one thread, so that two machines cannot talk for ever
_READ = 512 * 1024  # octets of a mail that are looked at
_BACKOFF = (1, 2, 5, 10, 15)  # seconds
IGNORED = b"$Ignored"

log = logging.getLogger("customer")


class Mailbox:
    """One address of the robot. ``poll`` is called every second or so."""

    def __init__(self, settings, address, name, password):
        self.settings, self.address, self.name = settings, address, name
        self.password = password
        self.robots = frozenset(map(str.lower, robots.ROBOTS))
        self.client, self.sent, self.due = None, "Sent", {}
        self.failures, self.not_before = 0, 0.0

    def poll(self):
        """Look for mail, answer what has waited long enough. Raises OSError, IMAPClientError."""
        now = time.monotonic()
        if now < self.not_before:
            return
        try:
            self._open()
            self.client.noop()
            waiting = self.client.search(["UNANSWERED", "UNKEYWORD", IGNORED])
            self.due = {uid: self.due.get(uid, now + PATIENCE) for uid in waiting}
            for uid in [uid for uid, due in self.due.items() if due <= now]:
                self._handle(uid)
            self.failures = 0
        except (OSError, IMAPClientError, imaplib.IMAP4.error) as error:
            self.close()
            pause = _BACKOFF[min(self.failures, len(_BACKOFF) - 1)]
            self.failures += 1
            self.not_before = time.monotonic() + pause
            log.info("%s: %s, trying again in %d s", self.address, type(error).__name__, pause)
            if not isinstance(error, LoginError):
                raise

    def _open(self):
        if self.client:
            return
        host, ports = self.settings["host"], self.settings["ports"]
        self.client = connect(host, ports["imap"], self.settings["ca_file"], self.address,
                              self.password)
        self.sent = special_folder(self.client, imapclient.SENT, "Sent")
        self.client.select_folder("INBOX")
        self.due = {}

    def close(self):
        """Drop the connection."""
        if self.client:
            try:
                self.client.shutdown()
            except (OSError, IMAPClientError, imaplib.IMAP4.error):
                log.debug("connection was gone already")
        self.client = None

    def _handle(self, uid):
        fetched = self.client.fetch([uid], [f"BODY.PEEK[]<0.{_READ}>"])
        if uid not in fetched:  # expunged meanwhile
            return
        raw = fetched[uid][b"BODY[]<0>"]
        try:
            message = answers.parse(raw)
            reason = answers.silence(message, self.address, self.robots) or self._enough(
                message, raw)
            reply = None if reason else answers.answer(
                raw, self.address, self.name, answers.utc_now(), self.robots)
        except Exception as error:  # a mail may hold anything; the next one must be answered
            log.warning("%s: cannot read mail %d: %s", self.address, uid, type(error).__name__)
            reason, reply = "it cannot be read", None
        if reply and not self._is_sent("Message-ID", answers.answer_id(
                message, raw, self.address)):
            reason = self._submit(uid, *reply)
        if reason:
            log.info("%s leaves mail %d: %s", self.address, uid, reason)
            self.client.add_flags([uid], [IGNORED])
        else:
            self.client.add_flags([uid], [imapclient.ANSWERED, imapclient.SEEN])

    def _submit(self, uid, raw, recipients):
        """Send an answer and file it in Sent; a reason if it is refused for good."""
        host, ports = self.settings["host"], self.settings["ports"]
        try:
            with smtplib.SMTP(host, ports["smtp"], timeout=TIMEOUT) as smtp:
                smtp.starttls(context=tls(self.settings["ca_file"]))
                smtp.login(self.address, self.password)
                smtp.sendmail(self.address, recipients, raw)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            if min(codes) < 500:
                raise
            return "the recipients are refused"
        except smtplib.SMTPResponseException as error:
            if error.smtp_code < 500 or isinstance(error, smtplib.SMTPAuthenticationError):
                raise
            return f"the server refuses it with {error.smtp_code}"
        log.info("%s answers mail %d to %s", self.address, uid, ", ".join(recipients))
        self.client.append(self.sent, raw, [imapclient.SEEN])
        return None

    def _enough(self, message, raw):
        """A reason if this thread, or this correspondent and subject, had its share."""
        if self._is_sent("X-Demo-Thread", answers.thread_key(message, raw), MOST_ANSWERS) or \
                self._is_sent("X-Demo-Topic", answers.topic_key(message), MOST_ANSWERS):
            return f"the thread has {MOST_ANSWERS} answers"
        return None

    def _is_sent(self, header, value, count=1):
        """Whether Sent holds at least *count* mails with this header."""
        self.client.select_folder(self.sent, readonly=True)
        try:
            return len(self.client.search(["HEADER", header, value])) >= count
        finally:
            self.client.select_folder("INBOX")


def work(settings, stop, mailboxes=None):
    """Serve until the event *stop* is set. A server that is down is tried again and again."""
    if mailboxes is None:
        mailboxes = [Mailbox(settings, address, name, robots.MAILBOXES[address])
                     for address, name in robots.ROBOTS.items()]
    while not stop.is_set():
        for mailbox in mailboxes:
            if stop.is_set():
                break
            try:
                mailbox.poll()
            except (OSError, IMAPClientError, imaplib.IMAP4.error):
                break  # the server is away; asking it for the others now would only wait
            except Exception:  # of our own making; the other mailboxes must not suffer
                log.exception("%s: unexpected error", mailbox.address)
                mailbox.close()
                mailbox.not_before = time.monotonic() + _BACKOFF[-1]
        stop.wait(POLL)
    for mailbox in mailboxes:
        mailbox.close()


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.splitlines()[0], file=sys.stderr)
        return 2
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    file = Path(arguments[0])
    settings = json.loads(file.read_text())
    with open(file.with_name("customer.lock"), "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("the demo customer is running already", file=sys.stderr)
            return 1
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        # Work in a thread: a signal must end the process even while a server does not answer.
        worker = threading.Thread(target=work, args=(settings, stop), daemon=True)
        log.info("answering for %d addresses", len(robots.ROBOTS))
        worker.start()
        while worker.is_alive() and not stop.wait(1):
            pass
        worker.join(2)
    return 0 if stop.is_set() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
