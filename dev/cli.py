"""The command line: ``python3 -m dev run | test | lint | shell | stop | clean | …``."""

from __future__ import annotations

import argparse
import os

from dev.console import DevError, Steps, note, print_error, say

PARTS = ("lint", "pure", "odoo", "upgrade", "loop")


def cmd_setup(_arguments) -> int:
    from dev import setup

    setup.prepare(Steps(setup.STEPS))
    return 0


def cmd_run(arguments) -> int:
    from dev import run

    return run.run(detach=arguments.detach, fresh=arguments.fresh, port=os.environ.get("PORT"))


def cmd_stop(_arguments) -> int:
    from dev import stop

    for name in stop.stop() or ["nothing was running"]:
        say(name if name.startswith("nothing") else f"stopped {name}")
    return 0


def cmd_test(arguments) -> int:
    from dev import testing

    words = arguments.arguments
    return testing.test(arguments.only, words[1:] if words[:1] == ["--"] else words)


def cmd_lint(_arguments) -> int:
    from dev import interpreter, lint, odoo_source, paths, process

    paths.ensure_cache()
    with process.lock("setup", wait_note=lambda: note("waiting for another command's setup")):
        interpreter.ensure_venv(odoo_source.IMPORT_PATH)
    return lint.lint()


def cmd_shell(_arguments) -> int:
    from dev import odoo_server, run, setup
    from dev.databases import Databases
    from dev.paths import ensure_cache
    from dev.process import in_use

    ensure_cache()
    with in_use("postgresql"):
        cluster, started = setup.prepare(Steps(setup.STEPS))
        try:
            if not Databases(cluster).exists(run.DATABASE):
                raise DevError("There is no demo database yet: 'make run' makes it.")
            return odoo_server.shell(run.DATABASE)
        finally:
            if started:
                setup.release(cluster)


def cmd_translations(_arguments) -> int:
    from dev import translations

    return translations.run()


def cmd_docs(_arguments) -> int:
    return _in_venv("dev.docs")


def cmd_wheels(arguments) -> int:
    from dev import wheels

    return wheels.run(check=arguments.check)


def cmd_clean(arguments) -> int:
    from dev import stop

    stop.clean(keep_downloads=arguments.keep_downloads)
    return 0


def cmd_sandbox(arguments) -> int:
    from dev.paths import ensure_cache
    from dev.sandbox import ENVIRONMENT, Sandbox

    ensure_cache()
    sandbox = Sandbox.at(arguments.name)
    if arguments.action == "start":
        say(f"{sandbox.start()}: {ENVIRONMENT}={sandbox.json_file}")
        for service, port in sandbox.ports.items():
            say(f"  {service:6}{sandbox.host}:{port}")
    elif arguments.action == "stop":
        say("stopped" if sandbox.stop() else "was not running")
    else:
        say("running" if sandbox.running() else "not running")
    return 0


def cmd_screenshots(_arguments) -> int:
    from dev.odoo_process import OdooServer
    from dev.paths import CACHE
    from dev.run import SERVER

    server_file = CACHE / f"{SERVER}.json"
    if not server_file.exists() or not OdooServer.from_json(server_file).running():
        raise DevError("The demo does not run. Start it: python3 -m dev run --detach")
    return _in_venv("dev.screenshots", OdooServer.from_json(server_file).url)


def _in_venv(module: str, *words: str) -> int:
    """Run a module where the Python packages of the tests are."""
    import subprocess

    from dev.interpreter import environment
    from dev.paths import PYTHON, ROOT

    if not PYTHON.exists():
        raise DevError("There is no environment yet: 'make lint' makes it.")
    return subprocess.call([str(PYTHON), "-m", module, *words], cwd=ROOT, env=environment())


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python3 -m dev", description=__doc__)
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add = commands.add_parser("setup", help="packages, Odoo, venv and PostgreSQL, then stop there")
    add.set_defaults(run=cmd_setup)
    add = commands.add_parser("run", help="the demo, until Ctrl-C")
    add.add_argument("--detach", action="store_true", help="leave it running in the background")
    add.add_argument("--fresh", action="store_true", help="make the demo database anew")
    add.set_defaults(run=cmd_run)
    add = commands.add_parser("stop", help="end all that runs of this clone")
    add.set_defaults(run=cmd_stop)
    add = commands.add_parser("test", help="lint and all tests")
    add.add_argument("--only", action="append", default=[], choices=PARTS, metavar="PART")
    add.add_argument("arguments", nargs=argparse.REMAINDER, help="-- and arguments for pytest")
    add.set_defaults(run=cmd_test)
    add = commands.add_parser("lint", help="ruff and pylint-odoo")
    add.set_defaults(run=cmd_lint)
    add = commands.add_parser("shell", help="an Odoo shell on the demo database")
    add.set_defaults(run=cmd_shell)
    add = commands.add_parser("screenshots", help="pictures of README and guides, from the demo")
    add.set_defaults(run=cmd_screenshots)
    add = commands.add_parser("docs", help="READMEs, pages of Apps and guides, from their sources")
    add.set_defaults(run=cmd_docs)
    add = commands.add_parser("wheels", help="a wheel of every addon")
    add.add_argument("--check", action="store_true", help="install them with pip, and try them")
    add.set_defaults(run=cmd_wheels)
    add = commands.add_parser("translations", help="bring i18n/*.pot and pl.po up to date")
    add.set_defaults(run=cmd_translations)
    add = commands.add_parser("clean", help="end all and remove what was made")
    add.add_argument("--keep-downloads", action="store_true", help="keep Odoo and the venv")
    add.set_defaults(run=cmd_clean)
    add = commands.add_parser("sandbox", help="the mail servers alone")
    add.add_argument("action", choices=("start", "stop", "status"))
    add.add_argument("name", nargs="?", choices=("run", "test"), default="test")
    add.set_defaults(run=cmd_sandbox)
    return root


def main(argv: list[str] | None = None) -> int:
    arguments = parser().parse_args(argv)
    try:
        return arguments.run(arguments)
    except DevError as error:
        print_error(str(error))
        return 1
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except KeyboardInterrupt:
        print_error("stopped. Run the same command again to go on from here.")
        return 130
