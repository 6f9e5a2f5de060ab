"""Makes a `winmail.dat` as Outlook does (MS-OXTNEF), for the tests."""

import struct

SIGNATURE = struct.pack("<IH", 0x223E9F78, 1)


def attribute(level: int, number: int, data: bytes, kind: int = 6) -> bytes:
    head = struct.pack("<BHHI", level, number, kind, len(data))
    return head + data + struct.pack("<H", sum(data) & 0xFFFF)


def properties(*items: tuple[int, int, bytes]) -> bytes:
    """Items are (type, id, value); only the types of variable size."""
    out = struct.pack("<I", len(items))
    for kind, number, value in items:
        out += struct.pack("<HHII", kind, number, 1, len(value)) + value
        out += b"\0" * (-len(value) % 4)
    return out


def file(name: str, content: bytes, *more: tuple[int, int, bytes]) -> bytes:
    told = properties((0x1F, 0x3707, (name + "\0").encode("utf-16-le")), *more)
    return (
        attribute(2, 0x9002, b"\0" * 14)
        + attribute(2, 0x8010, b"SHORT~1.TXT\0")
        + attribute(2, 0x800F, content)
        + attribute(2, 0x9005, told)
    )


def forwarded(name: str, inner: bytes) -> bytes:
    """A mail that was forwarded as a file."""
    interface = bytes.fromhex("0703020000000000c000000000000046")
    told = properties(
        (0x1F, 0x3001, (name + "\0").encode("utf-16-le")), (0xD, 0x3701, interface + inner)
    )
    return attribute(2, 0x9002, b"\0" * 14) + attribute(2, 0x9005, told)


def tnef(*pieces: bytes, html: bytes = b"", text: bytes = b"") -> bytes:
    code_page = attribute(1, 0x9007, struct.pack("<II", 1250, 0))
    body = properties((0x102, 0x1013, html)) if html else b""
    return (
        SIGNATURE
        + attribute(1, 0x9006, struct.pack("<I", 0x10000))
        + code_page
        + (attribute(1, 0x800C, text + b"\0") if text else b"")
        + (attribute(1, 0x9003, body) if body else b"")
        + b"".join(pieces)
    )
