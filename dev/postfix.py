"""A Postfix of one's own, on loopback, with its queue and mailboxes in a folder: for the tests.

Its daemons need root to start. The addresses of its domain that exist are told by
:meth:`Postfix.write`: *late* ones are put off (450), *gone* ones are accepted and bounce later.
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from dev import certificates
from dev.console import DevError

PROGRAM = "/usr/sbin/postfix"
SIZE_LIMIT = 1024 * 1024  # bytes

MAIN = """\
compatibility_level = 3.6
queue_directory = {home}/queue
data_directory = {home}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
meta_directory = /etc/postfix
mail_owner = postfix
setgid_group = postdrop
maillog_file = {home}/postfix.log
maillog_file_prefixes = {home}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = postfix.{domain}
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
smtputf8_enable = yes
message_size_limit = {size}
smtpd_tls_security_level = may
smtpd_tls_cert_file = {home}/server.pem
smtpd_tls_key_file = {home}/server.key
smtpd_recipient_restrictions =
    check_recipient_access texthash:{home}/access, reject_unauth_destination
smtpd_delay_reject = yes
# Nobody is punished for mistakes, of which tests make many.
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 1000
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = texthash:{home}/mailboxes
virtual_mailbox_base = {home}/mail
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
virtual_minimum_uid = 1
virtual_transport = {transport}
transport_maps = texthash:{home}/transport
bounce_queue_lifetime = 1m
"""

# Only what is used; nothing in a chroot.
MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
lmtp unix - - n - - lmtp
gone unix - n n - - pipe
  flags=Rq user=nobody argv=/bin/sh -c {{echo 5.1.1 The mailbox was closed yesterday; exit 67}}
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
"""


def unusable() -> str:
    """Why there can be no Postfix here; empty when there can."""
    if not Path(PROGRAM).exists():
        return "Postfix is not installed"
    if os.geteuid() != 0:
        return "Postfix has to be started by root"
    return ""


class Postfix:
    """A context manager. ``lmtp``: host:port to deliver to, else it keeps the mail itself.

    ``ca_file``: the authority of its certificate, which is for localhost.
    """

    def __init__(self, domain: str, lmtp: str = ""):
        self.home = Path(tempfile.mkdtemp(prefix="mail_center-postfix-"))
        self.domain = domain
        self.port = _free_port()
        self.ca_file = self.home / "ca.pem"
        self._lmtp = lmtp

    def __enter__(self):
        owner, group = pwd.getpwnam("postfix"), grp.getgrnam("postdrop")
        self.home.chmod(0o755)
        certificates.ensure(self.home)
        for name in ("queue", "data", "mail"):
            (self.home / name).mkdir()
        os.chown(self.home / "data", owner.pw_uid, -1)
        os.chown(self.home / "mail", owner.pw_uid, group.gr_gid)
        (self.home / "main.cf").write_text(
            MAIN.format(
                home=self.home, domain=self.domain, size=SIZE_LIMIT, uid=owner.pw_uid,
                gid=group.gr_gid, transport=f"lmtp:inet:{self._lmtp}" if self._lmtp else "virtual",
            )
        )
        (self.home / "master.cf").write_text(MASTER.format(port=self.port))
        self.write()
        self._run("start")
        return self

    def __exit__(self, *_exc):
        self._run("stop")
        shutil.rmtree(self.home, ignore_errors=True)

    def write(self, mailboxes=(), late=(), gone=()) -> None:
        """The addresses that exist; a server that runs already takes them over."""
        tables = {
            "mailboxes": {one: f"{one}/" for one in [*mailboxes, *late, *gone]},
            "access": dict.fromkeys(late, "450 4.7.1 Greylisted, come again in a minute"),
            "transport": dict.fromkeys(gone, "gone:"),
        }
        for name, table in tables.items():
            lines = "".join(f"{key} {value}\n" for key, value in table.items())
            (self.home / name).write_text(lines)
        if (self.home / "queue" / "pid").exists():
            self._run("reload")

    def messages(self, address: str) -> list[bytes]:
        """What lies in the mailbox of ``address``."""
        folder = self.home / "mail" / address / "new"
        return [path.read_bytes() for path in sorted(folder.glob("*"))] if folder.exists() else []

    def wait_for(self, address: str, number: int = 1, seconds: float = 30) -> list[bytes]:
        """The same when so many have come. Raises DevError if they don't."""
        deadline = time.monotonic() + seconds
        while len(found := self.messages(address)) < number:
            if time.monotonic() > deadline:
                raise DevError(
                    f"{len(found)} of {number} mails for {address} came.\n{self.log()}"
                )
            time.sleep(0.05)
        return found

    def log(self) -> str:
        """The end of its log."""
        log = self.home / "postfix.log"
        return log.read_text()[-3000:] if log.exists() else ""

    def _run(self, command: str) -> None:
        done = subprocess.run(
            [PROGRAM, "-c", str(self.home), command], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise DevError(f"'postfix {command}' failed: {done.stderr}{done.stdout}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]
