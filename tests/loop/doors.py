"""Doors between network namespaces: sockets in the file system, which every namespace sees.

``unshare --net python -m tests.loop.doors JSON COMMAND…`` runs the command on a machine of its
own: with a loopback where nothing listens but what JSON opens, ``{"out": {port: path}, "in":
{path: port}}``. A connection to a port of ``out`` comes out at that socket; one to a socket of
``in`` reaches that port of the command's. Both end with the command, and it ends with them.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import socket
import struct
import subprocess
import sys
from pathlib import Path

HOST = "127.0.0.1"
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1


async def _copy(reader, writer) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()


async def pass_on(reader, writer, there) -> None:
    """Connect two pairs of streams until both sides have ended."""
    await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer), return_exceptions=True)


async def to_socket(port: int, path: Path | str):
    """Whoever connects to the port comes out at the socket; the asyncio server."""

    async def talk(reader, writer):
        try:
            there = await asyncio.open_unix_connection(path)
        except OSError:
            writer.close()
            return
        await pass_on(reader, writer, there)

    return await asyncio.start_server(talk, HOST, port)


async def to_port(path: Path | str, port: int):
    """Whoever connects to the socket comes out at the port; the asyncio server."""

    async def talk(reader, writer):
        try:
            there = await asyncio.open_connection(HOST, port)
        except OSError:
            writer.close()
            return
        await pass_on(reader, writer, there)

    with contextlib.suppress(OSError):
        Path(path).unlink()
    return await asyncio.start_unix_server(talk, path)


def _loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


async def _main(doors: dict, command: list[str]) -> int:
    _loopback_up()
    for port, path in doors["out"].items():
        await to_socket(int(port), path)
    for path, port in doors["in"].items():
        await to_port(path, port)
    process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *command])
    return await asyncio.get_running_loop().run_in_executor(None, process.wait)


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(json.loads(sys.argv[1]), sys.argv[2:])))
