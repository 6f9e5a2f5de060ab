"""An SMTP server that takes everything and keeps nothing, and a proxy that delays and counts.

``python -m benchmarks.sink smtp PORT`` or ``proxy PORT HOST PORT MILLISECONDS``. The proxy writes
on a line of its standard output how often the direction has changed (round trips) each time it is
sent a line.
"""

from __future__ import annotations

import asyncio
import sys


async def smtp(port: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink.example ESMTP\r\n")
        while line := await reader.readline():
            command = line[:4].upper()
            if command == b"EHLO":
                writer.write(
                    b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SIZE 50000000\r\n"
                )
            elif command == b"DATA":
                writer.write(b"354 go on\r\n")
                await writer.drain()
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 2.0.0 taken\r\n")
            elif command == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 2.1.0 ok\r\n")
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", int(port), limit=2**26)
    print("ready", flush=True)
    async with server:
        await server.serve_forever()


class Proxy:
    """Hands bytes on after ``delay`` seconds each way, and counts round trips."""

    def __init__(self, host: str, port: int, delay: float):
        self.host, self.port, self.delay = host, port, delay
        self.round_trips = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(self.host, self.port)
        state = {"last": ""}
        await asyncio.gather(
            self._hand_on(reader, there_writer, "out", state),
            self._hand_on(there_reader, writer, "in", state),
            return_exceptions=True,
        )

    async def _hand_on(self, reader, writer, way: str, state: dict) -> None:
        waiting: asyncio.Queue = asyncio.Queue()
        loop = asyncio.get_running_loop()

        async def deliver() -> None:
            while True:
                due, data = await waiting.get()
                pause = due - loop.time()
                if pause > 0:
                    await asyncio.sleep(pause)
                if not data:
                    writer.close()
                    return
                writer.write(data)
                await writer.drain()

        sending = asyncio.create_task(deliver())
        while True:
            data = await reader.read(256 * 1024)
            # An answer after a question: one round trip, whatever the number of packets.
            if way == "in" and state["last"] == "out":
                self.round_trips += 1
            if data:
                state["last"] = way
            await waiting.put((loop.time() + self.delay, data))
            if not data:
                break
        await sending


async def proxy(port: str, host: str, target: str, milliseconds: str) -> None:
    served = Proxy(host, int(target), float(milliseconds) / 2000)
    server = await asyncio.start_server(served.talk, "127.0.0.1", int(port), limit=2**20)
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    async with server:
        while await loop.run_in_executor(None, sys.stdin.readline):
            print(served.round_trips, flush=True)


if __name__ == "__main__":
    asyncio.run({"smtp": smtp, "proxy": proxy}[sys.argv[1]](*sys.argv[2:]))
