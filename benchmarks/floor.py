"""The least that anybody could do: bytes read by imapclient, or sent by smtplib, and no more.

``python -m benchmarks.floor fetch HOST PORT LOGIN PASSWORD`` or ``send HOST PORT COUNT SIZE``;
prints the seconds.
"""

from __future__ import annotations

import smtplib
import sys
import time
from email.message import EmailMessage


def fetch(host: str, port: str, login: str, password: str) -> None:
    from imapclient import IMAPClient

    begin = time.perf_counter()
    with IMAPClient(host, int(port), ssl=False) as client:
        client._imap.debug = 0
        client.login(login, password)
        client.select_folder("INBOX", readonly=True)
        uids = client.search()
        for start in range(0, len(uids), 500):
            client._imap.uid(
                "FETCH", ",".join(map(str, uids[start : start + 500])), "(UID FLAGS BODY.PEEK[])"
            )
    print(time.perf_counter() - begin)


def send(host: str, port: str, count: str, size: str) -> None:
    mails = []
    for number in range(int(count)):
        mail = EmailMessage()
        mail["From"], mail["To"] = "anna@mc.example", f"p{number}@x.example"
        mail["Subject"], mail["Message-ID"] = f"Mail {number}", f"<{number}@mc.example>"
        mail.set_content(f"{'word ' * 14}\n" * (int(size) // 71))
        mails.append((mail["To"], mail.as_bytes()))
    begin = time.perf_counter()
    with smtplib.SMTP(host, int(port)) as client:
        for to, raw in mails:
            client.sendmail("anna@mc.example", [to], raw)
    print(time.perf_counter() - begin)


if __name__ == "__main__":
    {"fetch": fetch, "send": send}[sys.argv[1]](*sys.argv[2:])
