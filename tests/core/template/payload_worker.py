"""Renders one template per line of JSON on standard input, with little memory to do it in.

Run by test_escapes.py in a process of its own, so that a payload that hangs can be killed.
"""

import json
import resource
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "mail_center"))

from core.template import (  # noqa: E402
    FieldType,
    ForbiddenField,
    RecordView,
    TemplateProblem,
    lint,
    render,
)

CANARY = "CANARY-7f3a"
MEMORY = 768 * 1024 * 1024  # bytes of address space


class Host:
    """A record with more to it than its fields."""

    key = ("res.partner", 1)
    secret = CANARY
    kinds = {
        "name": FieldType("text"), "password": FieldType("text"), "amount": FieldType("number"),
        "lines": FieldType("records", "line"), "parent": FieldType("record", "res.partner"),
        "text": FieldType("text"), "count": FieldType("integer"),
    }

    def __init__(self, depth=0):
        self.depth = depth
        self.env = {"secret": CANARY}

    def field_type(self, name):
        return self.kinds.get(name)

    def read(self, name):
        if name == "password":
            raise ForbiddenField(name)
        if name == "lines":
            return [Host(self.depth + 1) for _ in range(500)] if self.depth < 3 else []
        if name == "parent":
            return Host(self.depth + 1)
        return {
            "name": "Anna", "amount": 12.5, "text": "{0.__class__} %s" * 1000, "count": 10**6
        }[name]

    def label(self):
        return "Anna"

    def unlink(self):
        sys.stdout.write("UNLINKED " + CANARY)

    write = sudo = __call__ = unlink


def resolve(path):
    """The types of the host's fields, for the linter."""
    names = path.split(".")
    if names == ["document"]:
        return FieldType("record")
    return Host.kinds.get(names[-1]) if names[0] == "document" else None


def main():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for line in sys.stdin:
        source, html = json.loads(line)
        context = {"document": RecordView(Host()), "company": RecordView(Host())}
        started = time.monotonic()
        try:
            outcome = {"text": render(source, context, html=html).text}
        except TemplateProblem as exc:
            outcome = {"refused": exc.code, "message": str(exc)}
        except BaseException as exc:
            outcome = {"crashed": f"{type(exc).__name__}: {exc}"[:300]}
        outcome["seconds"] = time.monotonic() - started
        try:
            outcome["lint"] = [problem.code for problem in lint(source, resolve, html=html)]
        except BaseException as exc:
            outcome["crashed"] = f"lint: {type(exc).__name__}: {exc}"[:300]
        outcome["size"] = len(outcome.get("text", ""))
        outcome["text"] = outcome.get("text", "")[:5000]
        print(json.dumps(outcome), flush=True)


main()
