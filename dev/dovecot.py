"""The configuration of the sandbox's Dovecot, which runs without root and on loopback only."""

from __future__ import annotations

import subprocess
from pathlib import Path

from dev.console import DevError

PROGRAM = "/usr/sbin/dovecot"
SERIES = "2.3"  # 2.4 has another language of configuration

TEMPLATE = """\
# Written by dev/dovecot.py at every start.
base_dir = {home}/run
state_dir = {home}/run
log_path = {home}/dovecot.log
protocols = imap pop3 lmtp
listen = {host}
instance_name = mail_center

default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_vsz_limit = 1 G
# A client that comes just as an idle process is being ended has its connection reset.
default_idle_kill = 1 hours
first_valid_uid = 1
first_valid_gid = 1

ssl = yes
ssl_cert = <{home}/server.pem
ssl_key = <{home}/server.key
ssl_min_protocol = TLSv1.2
# The accounts' security mode "none" is for servers on the same machine, as this one.
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_username_format = %Lu
auth_master_user_separator = *
auth_failure_delay = 0
mail_max_userip_connections = 500

passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/masters
  master = yes
  result_success = continue
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {home}/users/%Lu
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%Ld/%Ln
}}

mail_location = sdbox:~/sdbox
mail_plugins = $mail_plugins zlib
namespace inbox {{
  inbox = yes
  separator = /
{mailboxes}
}}

service imap-login {{
  chroot =
  service_count = 0
  client_limit = 2000
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  service_count = 0
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
  # No penalty for wrong passwords, of which tests have many from one address.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-urlauth-login {{
  chroot =
}}

protocol imap {{
  mail_plugins = $mail_plugins imap_zlib
}}
protocol lmtp {{
  postmaster_address = postmaster@localhost
}}
recipient_delimiter = +
"""

# More lines for it, with which it offers what RFC 3501 has and nothing since.
PLAIN = """
imap_capability = IMAP4rev1
protocol imap {
  imap_capability = IMAP4rev1
}
"""

SPECIAL = {
    "Sent": r"\Sent",
    "Drafts": r"\Drafts",
    "Trash": r"\Trash",
    "Junk": r"\Junk",
    "Archive": r"\Archive",
}


def require_version() -> None:
    """DevError unless a Dovecot that reads this configuration is installed."""
    try:
        answer = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise DevError(
            "Dovecot is missing. 'python3 -m dev setup' installs it, or: apt-get install "
            "dovecot-imapd dovecot-pop3d dovecot-lmtpd"
        ) from error
    if not answer.stdout.startswith(f"{SERIES}."):
        raise DevError(
            f"The mail sandbox needs Dovecot {SERIES}, as Debian 12 has it; here is "
            f"{answer.stdout.split()[0] if answer.stdout else 'another'}."
        )


def configuration(
    home: Path, host: str, ports: dict[str, int], user: str, group: str, uid: int, gid: int
) -> str:
    mailboxes = "\n".join(
        f"  mailbox {name} {{\n    special_use = {use}\n    auto = subscribe\n  }}"
        for name, use in SPECIAL.items()
    )
    return TEMPLATE.format(
        home=home,
        host=host,
        user=user,
        group=group,
        uid=uid,
        gid=gid,
        mailboxes=mailboxes,
        **ports,
    )
