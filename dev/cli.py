"""The command line: ``python3 -m dev run | test | lint | shell | stop | clean | …``."""

from __future__ import annotations

import argparse

from dev.console import DevError, Steps, print_error, say


def cmd_setup(_arguments) -> int:
    from dev import setup

    setup.prepare(Steps(setup.STEPS))
    return 0


def cmd_sandbox(arguments) -> int:
    from dev.sandbox import ENVIRONMENT, Sandbox

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


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python3 -m dev", description=__doc__)
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add = commands.add_parser("setup", help="packages, Odoo, venv and PostgreSQL, then stop there")
    add.set_defaults(run=cmd_setup)
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
    except KeyboardInterrupt:
        print_error("stopped. Run the same command again to go on from here.")
        return 130
