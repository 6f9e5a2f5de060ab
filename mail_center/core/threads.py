"""Which conversation a mail belongs to, whatever order the mails arrive in. Pure.

Like JWZ's algorithm it trusts Message-ID, In-Reply-To and References (RFC 5322, 3.6.4) and
never the subject. Every Message-ID that a mail has or mentions is kept with its conversation,
so a reply that is stored before its parent meets it later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

# A mail that names more ancestors than this is broken or hostile.
MAX_REFERENCES = 100


@dataclass
class Assignment:
    """What to do with the conversations.

    ``thread``: mail key → conversation, an int for a stored one or a ``New`` for one to create.
    ``merge``: stored conversation → the stored one that it becomes part of.
    ``references``: Message-ID not known before → conversation.
    """

    thread: dict = field(default_factory=dict)
    merge: dict[int, int] = field(default_factory=dict)
    references: dict = field(default_factory=dict)


@dataclass(frozen=True)
class New:
    """A conversation that has to be created; equal numbers mean the same one."""

    number: int


def mentioned(message_id: str, in_reply_to: Iterable[str], references: Iterable[str]) -> list[str]:
    """All Message-IDs that tie a mail to its conversation, once each, its own first."""
    # The nearest ancestors are at the end of References.
    ids = [message_id, *in_reply_to, *list(references)[-MAX_REFERENCES:]]
    return list(dict.fromkeys(i for i in ids if i))


def assign(mails: Iterable[tuple[object, list[str]]], known: Mapping[str, int]) -> Assignment:
    """Give each mail (a key and what :func:`mentioned` returned) its conversation.

    *known* maps Message-IDs to stored conversations. Where a mail ties several of them
    together, the oldest (the lowest number) takes the others in.
    """
    parent: dict = {}

    def root(node):
        while parent.setdefault(node, node) != node:
            parent[node] = node = parent[parent[node]]
        return node

    def union(a, b):
        a, b = root(a), root(b)
        if a != b:
            # A stored conversation always wins over an id, the older over the younger.
            first, second = sorted((a, b), key=lambda n: (n[0] != "thread", str(n[1]).zfill(20)))
            parent[second] = first

    mails = list(mails)
    for key, ids in mails:
        node = ("mail", key)
        root(node)
        for message_id in ids:
            union(node, ("id", message_id))
            if message_id in known:
                union(node, ("thread", known[message_id]))
    result = Assignment()
    numbers: dict = {}

    def conversation(node):
        top = root(node)
        if top[0] == "thread":
            return top[1]
        return numbers.setdefault(top, New(len(numbers)))

    for key, ids in mails:
        result.thread[key] = conversation(("mail", key))
        for message_id in ids:
            if message_id not in known:
                result.references[message_id] = conversation(("id", message_id))
    for thread in {known[i] for _key, ids in mails for i in ids if i in known}:
        target = conversation(("thread", thread))
        if target != thread:
            result.merge[thread] = target
    return result
