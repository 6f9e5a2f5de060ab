"""The table of the log's event codes in the administrator guide, read out of the code.

Which codes there are, their level and what they say comes from the calls that write the log; what
to do about each is told below. A code that nobody explains fails, and so does one that is no more.
"""

from __future__ import annotations

import ast
import copy
import re
from pathlib import Path

from dev.console import DevError
from dev.paths import ROOT

TARGET = ROOT / "docs" / "admin" / "events.inc"
CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*\Z")
#: Method that writes the log, and the place of the event code among its arguments.
WRITERS = {"_add": 1, "_audit": 0, "_tell": 1, "_log": 0}
#: ``f"send_{row.state}"``: the states of outgoing mail, the level of each, and its name.
STATES = {
    "sent": ("info", "Sent"),
    "partly_sent": ("warning", "Partly sent"),
    "deferred": ("warning", "Will be tried again"),
    "failed": ("error", "Not sent"),
    "uncertain": ("warning", "Perhaps sent"),
}
#: Of the sentences that one function makes for several events, the words of this one.
ONLY = {"oauth_ended": "has expired or was withdrawn", "oauth_setup": "client ID or secret"}
NOTHING = "Nothing to do."
LOGIN = "Type the password on the account again, or sign in again; *Test connection* tells more."
#: Event code: what to do about it.
ADVICE = {
    "account_created": NOTHING,
    "account_deleted": NOTHING,
    "adopted": NOTHING,
    "adoption_undone": NOTHING,
    "bounced": "Open the mail under *Email → Outgoing*: the report says which address and why.",
    "change_refused": "Compare the folder's rights on the server. The change is undone here.",
    "connected": NOTHING,
    "connection_test": NOTHING,
    "copy_failed": "It was sent. It is put there again in the next minutes; check that the folder "
    "of sent mail exists and the mailbox is not full.",
    "draft_failed": "The draft is safe in Odoo. Check that the folder of drafts exists and the "
    "mailbox is not full.",
    "folder_differs": "*Repair* on the page *Folders* of the account fetches what is missing.",
    "folder_failed": "Is the folder still there, and may this login read it? Otherwise set it to "
    "*off* on the page *Folders*. The other folders are read all the same.",
    "folder_pass": NOTHING,
    "folder_renumbered": "Nothing to do: the mails are recognised and not fetched again.",
    "folder_repaired": NOTHING,
    "handed_over": NOTHING,
    "health_down": "The sentence names the reason; *Mailer status* shows it for every account.",
    "health_expiry": "A certificate: whoever runs the server renews it. An access by OAuth: log in "
    "to the provider again in the account. Both before that day.",
    "health_recovered": NOTHING,
    "mail_deleted": "Nothing to do: the line says who did it. Only a backup has it still.",
    "oauth_ended": "The owner presses *Sign in* on the account; everything goes on by itself.",
    "oauth_setup": "Correct the client ID and secret under *Settings → General Settings*; it is "
    "tried again by itself.",
    "oauth_signed_in": NOTHING,
    "oauth_signed_out": NOTHING,
    "password_withheld": "Were port, encryption and certificates of the server changed on purpose? "
    "Put them right, then type the password on the account again (*Sign out*, then sign in again).",
    "permission_changed": "Nothing to do; a permission that nobody wanted is taken away on the "
    "page *Permissions* of the account.",
    "permission_removed": NOTHING,
    "pop3_compared": NOTHING,
    "pop3_ended": NOTHING,
    "privacy_erased": NOTHING,
    "privacy_exported": NOTHING,
    "quarantined": "*Email → Quarantine*: look at it, try again or discard. "
    "Nothing of it is lost.",
    "rule_failed": "The detail says why. Mend the rule on the page *Rules* of the account; the "
    "mail itself is there.",
    "send_blocked": LOGIN + " Nothing that waits is lost.",
    "send_deferred": "Nothing to do: it is tried again by itself, up to five days.",
    "send_failed": "Its writer was told. The reason is at each recipient under *Email → Outgoing*.",
    "send_late": "Nothing to do unless many are late: then look at the provider's limits and at "
    "*Mailer status*.",
    "send_loop": "Two machines answer each other: switch the automatic answer on one side off. The "
    "mail is held under *Email → Outgoing*.",
    "send_no_right": "Give the writer *Send* again on the page *Permissions* of the account, or "
    "let somebody else send it.",
    "send_partly_sent": "The recipients who did not get it say why, under *Email → Outgoing*.",
    "send_sent": NOTHING,
    "send_unavailable": "Can this machine reach the server and port? *Test connection* tells. It "
    "is tried again by itself.",
    "send_uncertain": "Ask the recipient or look into the provider's folder of sent mail, then say "
    "*It arrived* or *Send again*.",
    "sending_resumed": NOTHING,
    "sending_suspended": "Resume on *Mailer status* when the reason is over.",
    "setting_changed": NOTHING,
    "stored": NOTHING,
    "stored_alone": "Nothing to do; if it comes often, report it with the detail.",
    "sync_blocked": LOGIN,
    "sync_failed": "The sentence says why; *Test connection* on the account goes through it step "
    "by step. It is tried again by itself.",
    "sync_pass": NOTHING,
    "sync_recovered": NOTHING,
    "trigger_off": "Mend what the automation calls, then switch it on again under *Automations*.",
    "upload_done": NOTHING,
    "upload_failed": "The sentence says why. *Go on* under *Mail from files* reads on.",
    "unsubscribed": "As a warning: nobody can be blacklisted by that address; take the contact off "
    "the mailing by hand.",
}


def found(root: Path = ROOT) -> dict[str, dict]:
    """``{code: {"levels": {…}, "says": {…}}}`` of every event the addons write into the log."""
    events: dict[str, dict] = {}
    for path in sorted(root.glob("mail_center*/**/*.py")):
        if "tests" in path.relative_to(root).parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for function in functions:
            for call in ast.walk(function):
                for one in _branches(call):
                    for code in _codes(one):
                        event = events.setdefault(code, {"levels": set(), "says": set()})
                        level, word = STATES.get(code.removeprefix("send_"), ("", "…"))
                        event["levels"] |= {level} if level else _levels(one)
                        event["says"] |= {
                            re.sub(r"^…(?=: mail no)", word, text)
                            for text in _sentences(one, function, functions)
                            if ONLY.get(code, "") in text
                        }
    return events


def _branches(call: ast.AST) -> list[ast.Call]:
    """A call whose event is ``a if x else b``, once for each case."""
    if not isinstance(call, ast.Call):
        return []
    place = WRITERS.get(getattr(call.func, "attr", ""), 0)
    if len(call.args) > place and isinstance(call.args[place], ast.IfExp):
        return [_Choice(name).visit(copy.deepcopy(call)) for name in ("body", "orelse")]
    return [call]


class _Choice(ast.NodeTransformer):
    def __init__(self, name: str):
        self.name = name

    def visit_IfExp(self, node):
        return self.visit(getattr(node, self.name))


def _codes(call: ast.Call) -> list[str]:
    place = WRITERS.get(getattr(call.func, "attr", ""))
    if place is None or len(call.args) < place + 2:
        return []
    argument = call.args[place]
    if isinstance(argument, ast.JoinedStr):
        prefix = "".join(
            part.value for part in argument.values if isinstance(part, ast.Constant)
        )
        return [prefix + state for state in STATES]
    if isinstance(argument, ast.Constant) and CODE.match(str(argument.value)):
        return [argument.value]
    return []


def _levels(call: ast.Call) -> set[str]:
    words = {
        node.value
        for part in [*(key.value for key in call.keywords if key.arg == "level"), *call.args[2:3]]
        for node in ast.walk(part)
        if isinstance(node, ast.Constant) and node.value in ("debug", "info", "warning", "error")
    }
    return words or {"info"}


def _sentences(call: ast.Call, function: ast.FunctionDef, functions: list) -> set[str]:
    """What the line says, in English, with *…* where something is filled in.

    ``functions``: those of the same file, in which the sentence may be made.
    """
    return _said(call.args) or _made(call.args[WRITERS[call.func.attr] + 1], function, functions)


def _made(value: ast.AST, function: ast.FunctionDef, functions: list) -> set[str]:
    """The sentences of a name or of a call, wherever they come from."""
    if isinstance(value, ast.Call):
        name = getattr(value.func, "attr", "")
        return _said([value]) or _said([one for one in functions if one.name == name])
    if not isinstance(value, ast.Name):
        return set()
    values = [
        node.value for node in ast.walk(function)
        if isinstance(node, ast.Assign) and value.id in map(ast.unparse, node.targets)
    ]
    names = [one.arg for one in function.args.args]
    if value.id in names:  # given by who calls it: *self* is not among the arguments there
        place = names.index(value.id) - 1
        values = [
            node.args[place]
            for one in functions for node in ast.walk(one)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == function.name
            and len(node.args) > place
        ]
    return _said(values) or set().union(*(_made(one, function, functions) for one in values))


def _said(parts: list[ast.AST]) -> set[str]:
    return {
        re.sub(r"%(\(\w+\))?[sd]", "…", node.args[0].value)
        for part in parts
        for node in ast.walk(part)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        and node.func.attr == "_" and node.args and isinstance(node.args[0], ast.Constant)
    }


def table(events: dict[str, dict]) -> str:
    """reStructuredText. DevError where the code and ADVICE differ."""
    unexplained, gone = sorted(set(events) - set(ADVICE)), sorted(set(ADVICE) - set(events))
    if unexplained or gone:
        raise DevError(
            f"ADVICE of {Path(__file__).name} does not fit the code: not explained "
            f"{unexplained or '–'}, no more written {gone or '–'}."
        )
    lines = [
        ".. Made by 'python3 -m dev docs'.",
        "",
        ".. list-table::",
        "   :header-rows: 1",
        "",
        "   * - Event",
        "     - Level",
        "     - What the line says",
        "     - What to do",
    ]
    for code in sorted(events):
        event = events[code]
        says = " / ".join(sorted(_escaped(text) for text in event["says"])) or "–"
        lines += [
            # The form of a line in the log leads here.
            f"   * - .. _{code}:",
            "",
            f"       ``{code}``",
            "",
            f"     - {', '.join(sorted(event['levels']))}",
            f"     - {says}",
            f"     - {ADVICE[code]}",
        ]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return re.sub(r"([*`|_\\])", r"\\\1", text.replace("\n", " "))
