import tempfile
from pathlib import Path

from dev.dovecot import PLAIN


class OwnServer:
    """For a :class:`MailboxCase`: mail servers of its own, with ``EXTRA`` configuration."""

    EXTRA = ""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        from dev.sandbox import Sandbox

        home = Path(tempfile.mkdtemp(prefix="mail_center-own-"))
        home.chmod(0o755)
        cls.sandbox = Sandbox(home, cls.EXTRA)
        cls.addClassCleanup(cls.sandbox.remove)
        cls.sandbox.start()


class PlainServer(OwnServer):
    """The mail server offers what RFC 3501 has, and no extension."""

    EXTRA = PLAIN
