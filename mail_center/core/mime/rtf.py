"""Rich text as Outlook compresses it (MS-OXRTFCP)."""

import struct

# Longer texts are cut; what a person writes is a thousandth of it.
_MAX = 4 * 1024 * 1024
_WINDOW = 4096
# What every text begins to refer to (2.1.3.1.5).
_DICTIONARY = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    b"\r\n" rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def decompress(data: bytes) -> bytes:
    """The RTF document, b'' for what is none; of a damaged one as much as can be read."""
    if len(data) < 16:
        return b""
    _size, raw_size, kind, _crc = struct.unpack_from("<II4sI", data)
    wanted = min(raw_size, _MAX)
    if kind == b"MELA":
        return data[16 : 16 + wanted]
    if kind != b"LZFu":
        return b""
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b" "))
    write = len(_DICTIONARY)
    out = bytearray()
    position = 16
    while position < len(data) and len(out) < wanted:
        control = data[position]
        position += 1
        for bit in range(8):
            if control >> bit & 1:
                if position + 2 > len(data):
                    return bytes(out[:wanted])
                reference = data[position] << 8 | data[position + 1]
                position += 2
                offset, length = reference >> 4, (reference & 15) + 2
                if offset == write:  # the end marker
                    return bytes(out[:wanted])
                for step in range(length):
                    byte = window[(offset + step) % _WINDOW]
                    out.append(byte)
                    window[write] = byte
                    write = (write + 1) % _WINDOW
            else:
                if position >= len(data):
                    return bytes(out[:wanted])
                out.append(data[position])
                window[write] = data[position]
                write = (write + 1) % _WINDOW
                position += 1
    return bytes(out[:wanted])
