"""Passwords typed into the program are nowhere to be found afterwards.

Two are planted, one that is right and one that is refused. After a run with everything (typing,
test of the connection, fetching, sending, failing, exporting) the whole database, the file store,
the server's log and all that the browser was given are searched for them in every spelling.
"""

import base64
import json
import subprocess
from html import escape
from pathlib import Path
from urllib.parse import quote

from dev.odoo_server import DATA
from dev.postgres import ADMIN, Cluster
from tests.loop.conftest import eventually

BOX = "pwd.ula@loop.example"
RIGHT, WRONG = "Zielony-Żuraw\"7&<planted>", "Czerwona-Kaczka\"9&<planted>"


def spellings(password: str) -> dict[str, bytes]:
    """How a password may look where it was not meant to be."""
    raw = password.encode()
    found = {
        "as it is": raw,
        "without its letters of Polish": password.partition("-")[0].encode() + b"-",
        "in JSON": json.dumps(password)[1:-1].encode(),
        "in HTML": escape(password).encode(),
        "in a URL": quote(password).encode(),
        "in hexadecimal": raw.hex().encode(),
        "in UTF-16": password.encode("utf-16-le"),
        "as Python writes it": repr(password)[1:-1].encode(),
        "as Python writes its bytes": repr(raw)[2:-1].encode(),
    }
    # Base64 in each of its three positions, without the characters that neighbours change.
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + raw)
        found[f"in base64 ({shift})"] = coded[(0, 2, 3)[shift]:-4]
    return found


def places_of(passwords, haystacks: dict[str, bytes]) -> list[str]:
    return [
        f"{place}: {how}"
        for place, content in haystacks.items()
        for password in passwords
        for how, needle in spellings(password).items()
        if needle in content
    ]


def dump(database: str) -> bytes:
    cluster = Cluster()
    return subprocess.run(
        [cluster.bin("pg_dump"), "-h", str(cluster.socket_dir), "-U", ADMIN, "--inserts", database],
        check=True, capture_output=True,
    ).stdout  # fmt: skip


def test_the_search_finds_what_is_there():
    for how, needle in spellings(RIGHT).items():
        assert places_of([RIGHT], {"a log": b"before " + needle + b" after"}), how
    told = base64.b64encode(f"\0ula\0{RIGHT}".encode())
    assert places_of([RIGHT], {"a trace": told})


def test_no_planted_password_is_found_after_a_whole_run(erp, sandbox, server, login):
    user = erp.user("pwd_ula", "Ula Lis", "base.group_user", "base.group_allow_export",
                    "mail_center.group_manager")  # fmt: skip
    sandbox.add_mailbox(BOX, RIGHT)
    sandbox.add_mailbox("pwd.eve@outside.example", "x")
    account = erp.create(
        "mail.center.account",
        name=BOX, email=BOX, user_id=user,
        imap_host="localhost", imap_port=sandbox.ports["imaps"], imap_security="tls",
        imap_login=BOX, use_for_integration=True,
        smtp_host="localhost", smtp_port=sandbox.ports["smtp"], smtp_security="starttls",
        smtp_login=BOX, ca_pem=Path(sandbox.ca_file).read_text(),
    )  # fmt: skip
    owner = erp.of("pwd_ula")
    page = login("pwd_ula")
    given = {}

    def keep(response):
        if response.url.startswith(server.url) and "/web/assets/" not in response.url:
            try:
                given[f"{len(given)} {response.url}"] = response.body()
            except Exception:  # a redirect, or one that was left: it has no body
                return

    page.on("response", keep)
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: given.update(
        {f"{len(given)} websocket": frame if isinstance(frame, bytes) else frame.encode()}
    )))

    # Typed in the browser: first the wrong one, whose refusal must not repeat it.
    for password, working in ((WRONG, False), (RIGHT, True)):
        page.goto(f"{server.url}/odoo/mail.center.account/{account}")
        field = page.locator(".o_field_widget[name=imap_password] input").first
        field.fill(password)
        page.click(".o_form_button_save")
        page.wait_for_selector(".o_form_saved, .o_form_status_indicator_buttons.invisible",
                               state="attached")  # fmt: skip
        page.reload()
        assert page.locator(".o_field_widget[name=imap_password] input").first.input_value() == ""
        answer = page.request.post(
            f"{server.url}/mail_center/account/{account}/test",
            form={"csrf_token": page.evaluate("odoo.csrf_token")}, timeout=120_000,
        ).text()
        given[f"test of the connection {working}"] = answer.encode()
        assert json.loads(answer.splitlines()[-1])["ok"] is working, answer
        owner.call("mail.center.account", "action_sync_now", [account])
        wanted = "ok" if working else "failing"
        eventually(
            lambda wanted=wanted: owner.call(
                "mail.center.account", "read", [account], ["sync_state"]
            )[0]["sync_state"] == wanted, f"an account that is {wanted}",
        )

    # Sent with it as well.
    drafts = [{"account_id": account, "subject": "Hello", "body_html": "<p>Hello</p>",
               "recipients_to": [{"name": "", "email": "pwd.eve@outside.example"}]}]  # fmt: skip
    (draft,) = owner.call("mail.center.draft", "create", drafts)
    assert "problems" not in owner.call("mail.center.draft", "send", [draft], undo_seconds=0)
    eventually(lambda: sandbox.messages("pwd.eve@outside.example"), "the mail")

    # Everything that can be read or exported, by the owner and by the administrator.
    names = sorted(owner.call("mail.center.account", "fields_get"))
    for who in (owner, erp):
        for what, arguments in (
            ("read", [[account]]), ("export_data", [[account], names]), ("copy_data", [[account]]),
        ):
            given[f"{what} of {who.login}"] = repr(
                who.call("mail.center.account", what, *arguments)
            ).encode()
        given[f"log of {who.login}"] = repr(
            who.call("mail.center.log", "search_read", [])
        ).encode()
    given["dump"] = dump(server.database)
    given["server's log"] = server.log.read_bytes()
    store = [path for path in Path(DATA, "filestore", server.database).rglob("*")
             if path.is_file()]  # fmt: skip
    for path in store:
        given[str(path)] = path.read_bytes()

    # The search can only say something if there is something to search.
    assert len(given["dump"]) > 1_000_000 and BOX.encode() in given["dump"]
    assert BOX.encode() in given["log of admin"] or b"connection_test" in given["log of admin"]
    assert len(store) > 10
    found = places_of([RIGHT, WRONG], given)
    assert found == []
    print(
        f"\nplanted passwords: 2 in {len(spellings(RIGHT))} spellings, {len(given)} places, "
        f"{sum(map(len, given.values())) // 1024} KiB searched, found 0"
    )
