"""Between Odoo and the mail server: a line that breaks, or at which something happens."""

import contextlib
import socket
import threading


class CuttingProxy(threading.Thread):
    """Passes bytes on to the server at *port* of this machine.

    ``cut_after``: so many bytes from the server, then the connection breaks in the middle of
    whatever is said; None: never. ``cut_before``: what the server says that never arrives; may be
    set at any time. ``on_command``: called with each line of the client before it goes on to the
    server.
    """

    def __init__(self, port, cut_after=None, on_command=None):
        super().__init__(daemon=True)
        self.cut_before = None
        self.target, self.cut_after, self.on_command = port, cut_after, on_command
        self.passed, self.cuts = 0, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                client, _address = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            for work in (self.upstream, self.downstream):
                threading.Thread(target=work, args=(client, server), daemon=True).start()

    def upstream(self, client, server):
        with contextlib.suppress(OSError):
            for line in client.makefile("rb"):
                if self.on_command:
                    self.on_command(line)
                server.sendall(line)
        self.end(client, server)

    def downstream(self, client, server):
        left = self.cut_after
        with contextlib.suppress(OSError):
            while data := server.recv(4096):
                self.passed += len(data)
                if self.cut_before and self.cut_before in data:
                    self.cuts += 1
                    break
                if left is not None:
                    if len(data) >= left:
                        client.sendall(data[:left])
                        self.cuts += 1
                        break
                    left -= len(data)
                client.sendall(data)
        self.end(client, server)

    def end(self, *sockets):
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
