"""Servers that misbehave on purpose: scripted conversations over real sockets on loopback."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading


class Peer:
    """The server's end of one connection."""

    def __init__(self, sock: socket.socket, server: RawServer):
        self.sock = sock
        self.server = server
        self._file = sock.makefile("rb")

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def line(self) -> bytes:
        """The next line from the client without its line end. EOFError when it is gone."""
        line = self._file.readline()
        if not line:
            raise EOFError
        self.server.received.append(line)
        return line.rstrip(b"\r\n")

    def lines(self):
        with contextlib.suppress(EOFError):
            while True:
                yield self.line()

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self.server.received.append(data)
        return data

    def start_tls(self, context: ssl.SSLContext) -> None:
        self.sock = context.wrap_socket(self.sock, server_side=True)
        self._file = self.sock.makefile("rb")

    def wait_for_end(self) -> None:
        """Stay connected and silent until the client leaves."""
        with contextlib.suppress(OSError):
            while self.sock.recv(65536):
                pass


class RawServer:
    """Runs ``conversation(peer)`` for each connection, and closes it when that returns.

    ``received``: every line read from clients; ``connections``: how many came.
    """

    host = "127.0.0.1"

    def __init__(self, conversation, tls: ssl.SSLContext | None = None):
        self._conversation = conversation
        self._tls = tls
        self.received: list[bytes] = []
        self.connections = 0
        self._listener = socket.create_server((self.host, 0))
        self.port = self._listener.getsockname()[1]
        self._peers: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_exc):
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for sock in self._peers:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _accept(self):
        while True:
            try:
                sock, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._peers.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        # The client leaving in the middle is what most of these tests are about.
        with contextlib.suppress(OSError, EOFError):
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_side=True)
                self._peers.append(sock)
            self._conversation(Peer(sock, self))
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)
        sock.close()


def imap(answers=None, greeting=b"* OK ready\r\n", capabilities=b"IMAP4rev1"):
    """An IMAP conversation. ``answers``: command (``UID FETCH``) → bytes or function(peer, tag).

    ``%TAG`` in the bytes becomes the command's tag. Login and the rest are answered sensibly.
    """
    usual = {
        b"CAPABILITY": b"* CAPABILITY " + capabilities + b"\r\n%TAG OK done\r\n",
        b"LOGIN": b"%TAG OK in\r\n",
        b"EXAMINE": b"* 2 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT 10] ok\r\n"
                    b"%TAG OK [READ-ONLY] done\r\n",
        b"LOGOUT": b"* BYE\r\n%TAG OK done\r\n",
        b"NOOP": b"%TAG OK done\r\n",
    }
    usual.update({key.encode(): value for key, value in (answers or {}).items()})

    def conversation(peer):
        peer.send(greeting)
        for line in peer.lines():
            tag, _, rest = line.partition(b" ")
            words = rest.upper().split()
            verb = b" ".join(words[:2]) if words[:1] == [b"UID"] else b"".join(words[:1])
            answer = usual.get(verb, b"%TAG BAD unknown\r\n")
            if callable(answer):
                if answer(peer, tag) is False:
                    return
            else:
                peer.send(answer.replace(b"%TAG", tag))

    return conversation


def smtp(answers=None, greeting=b"220 hello\r\n", features=()):
    """An SMTP conversation. ``answers``: MAIL, RCPT, ``.`` … → bytes, list or function(peer).

    Of a list one answer is used a time, its last one from then on. A function that returns False
    ends the connection. Commands out of order are refused, as every server does.
    """
    ehlo = b"".join(b"250-" + name + b"\r\n" for name in (b"hi", *features)) + b"250 HELP\r\n"
    usual = {
        "EHLO": ehlo, "MAIL": b"250 2.1.0 ok\r\n", "RCPT": b"250 2.1.5 ok\r\n",
        "DATA": b"354 go\r\n", ".": b"250 2.0.0 taken\r\n", "RSET": b"250 reset\r\n",
        "QUIT": b"221 bye\r\n", **(answers or {}),
    }

    def answer(peer, verb):
        reply = usual.get(verb, b"500 5.5.1 what\r\n")
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if callable(reply):
            return reply(peer)
        peer.send(reply)
        return reply

    def conversation(peer):
        peer.send(greeting)
        content = sender = recipient = False
        for line in peer.lines():
            if content and line != b".":
                continue
            verb = "." if content else line[:4].decode("latin-1").upper()
            content = False
            if (verb == "RCPT" and not sender) or (verb == "DATA" and not recipient):
                peer.send(b"503 5.5.1 bad sequence of commands\r\n")
                continue
            reply = answer(peer, verb)
            if reply is False:
                return
            taken = reply is True or (isinstance(reply, bytes) and reply.startswith(b"2"))
            if verb in ("MAIL", "RSET", "."):
                sender, recipient = verb == "MAIL" and taken, False
            recipient = recipient or (verb == "RCPT" and taken)
            if verb == "DATA" and isinstance(reply, bytes) and reply.startswith(b"354"):
                content = True

    return conversation


def pop3(answers=None, greeting=b"+OK ready\r\n"):
    """A POP3 conversation. ``answers``: command → bytes, or function(peer, line)."""
    usual = {
        "CAPA": b"+OK\r\nUSER\r\nUIDL\r\n.\r\n", "USER": b"+OK\r\n", "PASS": b"+OK in\r\n",
        "UIDL": b"+OK\r\n1 a\r\n2 b\r\n.\r\n", "LIST": b"+OK\r\n1 10\r\n2 20\r\n.\r\n",
        "STAT": b"+OK 2 30\r\n",
        "RETR": b"+OK\r\nSubject: x\r\n\r\nhello\r\n.\r\n", "QUIT": b"+OK\r\n", **(answers or {}),
    }

    def conversation(peer):
        peer.send(greeting)
        for line in peer.lines():
            answer = usual.get(line.split(b" ")[0].upper().decode("latin-1"), b"-ERR what\r\n")
            if callable(answer):
                if answer(peer, line) is False:
                    return
            else:
                peer.send(answer)

    return conversation
