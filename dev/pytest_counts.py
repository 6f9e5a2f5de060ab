"""A pytest plugin: what passed tests print (how many, of what, how many wrong) ends the report.

pytest shows what a test printed only when it failed; a count of what was tried is worth as much
when nothing was found.
"""

from __future__ import annotations


def pytest_terminal_summary(terminalreporter) -> None:
    """Print the lines, each after the name of the test that printed it."""
    counts = [
        (report.nodeid.rpartition("::")[2], line)
        for report in terminalreporter.stats.get("passed", [])
        for line in report.capstdout.splitlines()
        if line.strip()
    ]
    if counts:
        terminalreporter.section("counted by the tests")
        for name, line in counts:
            terminalreporter.line(f"{name}: {line}")
