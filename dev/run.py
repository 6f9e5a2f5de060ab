"""``make run``: the demo, from nothing to a browser's address, and its orderly end."""

from __future__ import annotations

import os
import runpy
import signal
import time
from pathlib import Path

from dev import addons, odoo_server, setup
from dev.console import DevError, Steps, note, print_error, say
from dev.databases import Databases, install, template_fingerprint
from dev.interpreter import environment
from dev.odoo_process import OdooServer, choose_port
from dev.paths import CACHE, LOG, PYTHON, ROOT, ensure_cache
from dev.process import PidFile, in_use, interruptible, lock, run_logged, start_background
from dev.sandbox import ENVIRONMENT, Sandbox

APPS = ["crm", "sale_management", "account", "purchase", "project", "contacts", "hr"]
# Ours that join an app which the demo goes without: it would take longer to make and to load.
LEFT_OUT = {"mail_center_mass_mailing"}
TEMPLATE = "mail_center_template_demo"
DATABASE = "mail_center_demo"
SERVER = "odoo"
RUNNER = PidFile(CACHE / "runner.pid")
CUSTOMER = PidFile(CACHE / "customer.pid")
DEMO = ROOT / "dev" / "demo"


def run(*, detach: bool = False, fresh: bool = False, port: str | None = None) -> int:
    """Start everything; in the foreground until Ctrl-C, or (``detach``) leave it running."""
    ensure_cache()
    try:
        with lock("run"):
            return _run(detach, fresh, port)
    except BlockingIOError:
        pid = RUNNER.pid()
        where = f" (pid {pid})" if pid else ""
        raise DevError(
            f"'make run' is already running on this clone{where}{_address()}. End it with Ctrl-C "
            "in its terminal, or with: python3 -m dev stop"
        ) from None


def _address() -> str:
    try:
        return f" at {OdooServer.from_json(CACHE / f'{SERVER}.json').url}"
    except (OSError, ValueError, TypeError):
        return ""


def _run(detach: bool, fresh: bool, port: str | None) -> int:
    detached = CACHE / "detached"
    server_pid = PidFile(CACHE / f"{SERVER}.pid")
    if server_pid.pid():
        if detached.exists():
            raise DevError(
                f"The demo is already running in the background{_address()}. "
                "End it with: python3 -m dev stop"
            )
        # Its runner was killed, so nobody watches over it: begin again.
        server_pid.stop()
    detached.unlink(missing_ok=True)
    CUSTOMER.stop()
    RUNNER.write(os.getpid())
    chosen = choose_port(port)  # a taken port is told before minutes of work, not after
    interruptible()
    sandbox = server = cluster = None
    started_cluster = False
    stay = False
    try:
        with in_use("postgresql"):
            steps = Steps(setup.STEPS + 5)
            cluster, started_cluster = setup.prepare(steps)
            with steps.step("Mail servers") as word:
                sandbox = Sandbox.at("run")
                word(sandbox.start())
            databases = Databases(cluster)
            with steps.step("Demo data of Odoo's apps") as word:
                word(databases.template(TEMPLATE, APPS, demo=True))
            with steps.step("Demo mailboxes") as word:
                word(_seed_mailboxes(sandbox))
            with steps.step("Demo database") as word:
                word(_demo_database(databases, sandbox, fresh))
            with steps.step("Odoo server"):
                server = OdooServer(SERVER, DATABASE, chosen)
                server.start()
                _start_customer(sandbox)
            _tell(server, detach)
            if detach:
                detached.touch()
                stay = True
                return 0
            return _watch(server)
    except KeyboardInterrupt:
        say("\nStopping …")
        return 0 if server else 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        RUNNER.path.unlink(missing_ok=True)
        if not stay:
            _stop(sandbox, cluster if started_cluster else None)


def _stop(sandbox, cluster) -> None:
    CUSTOMER.stop()
    PidFile(CACHE / f"{SERVER}.pid").stop(timeout=30)
    if sandbox is not None:
        sandbox.stop()
    if cluster is not None:
        setup.release(cluster)


def _watch(server: OdooServer) -> int:
    while server.running():
        time.sleep(0.5)
    print_error(f"Odoo has ended by itself; see {server.log}")
    return 1


def _demo_environment(sandbox: Sandbox) -> dict[str, str]:
    return {**environment(), ENVIRONMENT: str(sandbox.json_file)}


def _seed_mailboxes(sandbox: Sandbox) -> str:
    marker = sandbox.home / "seeded"
    if not (DEMO / "seed_mailboxes.py").exists():
        return "none to fill"
    if marker.exists():
        return "already filled"
    run_logged(
        [PYTHON, "-m", "dev.demo.seed_mailboxes", sandbox.json_file],
        "demo-mailboxes",
        hint="The demo mailboxes could not be filled.",
        cwd=ROOT,
        env=_demo_environment(sandbox),
    )
    marker.touch()
    return "filled"


def _demo_database(databases: Databases, sandbox: Sandbox, fresh: bool) -> str:
    """Make the demo database, or bring it up to the addons' present code; a progress word."""
    names = [name for name in addons.installable(addons.ours()) if name not in LEFT_OUT]
    hashes = addons.fingerprints(names)
    made_from = template_fingerprint(APPS, True)
    known = databases.comment(DATABASE) if databases.exists(DATABASE) else None
    if known is not None and not fresh:
        if known.get("template") == made_from:
            return _update(databases, sandbox, names, hashes, known)
        note("the list of apps or Odoo itself has changed: the demo database is made anew")
    building = f"{DATABASE}_building"
    databases.copy(TEMPLATE, building)
    if names:
        install(building, "demo-install", names)
    seeded = _seed_odoo(building, sandbox)
    databases.set_comment(building, {"template": made_from, "addons": hashes, "seeded": seeded})
    databases.rename(building, DATABASE)
    return f"made with {', '.join(names) or 'no addons'}"


def _update(databases, sandbox, names, hashes, known) -> str:
    before = known.get("addons", {})
    new = [name for name in names if name not in before]
    changed = [name for name in names if name in before and before[name] != hashes[name]]
    word = "already there"
    if new or changed:
        install(DATABASE, "demo-install", new, update=changed)
        known["addons"] = {**before, **hashes}
        databases.set_comment(DATABASE, known)
        word = f"updated {', '.join(new + changed)}"
    if not known.get("seeded") and _seed_odoo(DATABASE, sandbox):
        known["seeded"] = True
        databases.set_comment(DATABASE, known)
        word += ", accounts added"
    return word


def _seed_odoo(database: str, sandbox: Sandbox) -> bool:
    script = DEMO / "seed_odoo.py"
    if not script.exists():
        return False
    with open(script, "rb") as stream:
        run_logged(
            odoo_server.command("shell", "-d", database, "--no-http"),
            "demo-seed",
            hint="The demo's accounts could not be made.",
            stdin=stream,
            cwd=str(CACHE),
            env={**_demo_environment(sandbox), "PYTHONPATH": str(ROOT)},
        )
    return True


def _start_customer(sandbox: Sandbox) -> None:
    if (DEMO / "customer.py").exists():
        start_background(
            [PYTHON, "-m", "dev.demo.customer", sandbox.json_file],
            LOG / "customer.log",
            CUSTOMER,
            cwd=ROOT,
            env=_demo_environment(sandbox),
        )


def logins() -> list[tuple[str, str, str]]:
    """``(login, password, who)`` of the demo's users."""
    found = [("admin", "admin", "Administrator")]
    path = DEMO / "logins.py"
    if path.exists():
        found += [tuple(row) for row in runpy.run_path(str(path)).get("LOGINS", ())]
    seen: dict[str, tuple] = {}
    for row in found:
        seen.setdefault(row[0], row)
    return list(seen.values())


def _tell(server: OdooServer, detach: bool) -> None:
    say(f"\nOpen {server.url} and log in as:")
    rows = logins()
    width = max(len(row[0]) for row in rows) + 2
    word_width = max(len(row[1]) for row in rows) + 2
    for login, password, who in rows:
        say(f"  {login:<{width}}{password:<{word_width}}{who}")
    logs = Path(server.log.parent).relative_to(ROOT)
    end = "python3 -m dev stop ends it." if detach else "Ctrl-C ends it."
    say(f"Logs are in {logs}/. {end}")
