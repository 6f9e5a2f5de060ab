import tempfile
from pathlib import Path


class PlainServer:
    """For a :class:`MailboxCase`: its mail server offers what RFC 3501 has, and no extension."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from dev.dovecot import PLAIN
        from dev.sandbox import Sandbox

        home = Path(tempfile.mkdtemp(prefix="mail_center-plain-"))
        home.chmod(0o755)
        cls.sandbox = Sandbox(home, PLAIN)
        cls.addClassCleanup(cls.sandbox.remove)
        cls.sandbox.start()
