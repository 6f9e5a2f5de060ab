"""Our reader and Python's own agree about the parts of well-formed and not so well-formed mail."""

import email
import email.policy

import pytest

from core.mime.structure import split

from .test_broken_mail import CPYTHON

# Python keeps a multipart it could not split as one; we look for the boundary it lost, or show it
# as text. msg_35 has no header after its first line: Python drops that line, we show it.
DIFFERENT = {"msg_15", "msg_17", "msg_25", "msg_31", "msg_39", "msg_41"}


def leaves_of_python(message):
    if message.is_multipart() and message.get_content_maintype() == "multipart":
        for part in message.get_payload():
            yield from leaves_of_python(part)
    elif message.get_content_maintype() == "message":
        yield message.get_content_type(), None
    else:
        yield message.get_content_type(), message.get_payload(decode=True)


def leaves_of_ours(entity):
    if entity.children:
        for part in entity.children:
            yield from leaves_of_ours(part)
    elif entity.maintype == "message":
        yield entity.content_type, None
    else:
        yield entity.content_type, entity.content()


@pytest.mark.skipif(not CPYTHON, reason="this Python comes without its own test_email data")
@pytest.mark.parametrize("path", CPYTHON, ids=lambda path: path.stem)
def test_the_parts_are_the_ones_that_python_finds(path):
    raw = path.read_bytes()
    theirs = list(leaves_of_python(email.message_from_bytes(raw, policy=email.policy.compat32)))
    ours = list(leaves_of_ours(split(raw)[0]))
    if path.stem in DIFFERENT:
        assert len(ours) >= len(theirs)
        return
    assert [kind for kind, _ in ours] == [kind for kind, _ in theirs]
    for (_, mine), (_, other) in zip(ours, theirs, strict=True):
        assert (mine or b"").strip() == (other or b"").strip()
