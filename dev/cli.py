"""The command line: ``python3 -m dev run | test | lint | shell | stop | clean | …``."""

from __future__ import annotations

import argparse

from dev.console import DevError, Steps, print_error


def cmd_setup(_arguments) -> int:
    from dev import setup

    setup.prepare(Steps(setup.STEPS))
    return 0


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python3 -m dev", description=__doc__)
    commands = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    add = commands.add_parser("setup", help="packages, Odoo, venv and PostgreSQL, then stop there")
    add.set_defaults(run=cmd_setup)
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
