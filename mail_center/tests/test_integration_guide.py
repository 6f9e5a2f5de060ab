"""The examples of docs/developer/integration.rst, run as they stand there."""

import re
import time
import xmlrpc.client
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import requests
from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..core.intake import take_in
from ..core.webhook import sign
from .common import a_mail

GUIDE = Path(__file__).parents[2] / "docs" / "developer" / "integration.rst"
BLOCK = re.compile(r"^\.\. code-block:: python\n\n((?:    .*\n|\n)+)", re.MULTILINE)


@tagged("post_install", "-at_install")
class TestIntegrationGuide(HttpCase):
    def test_every_example_of_the_guide_works(self):
        user = new_test_user(
            self.env, login="mc_program", groups="base.group_user,mail_center.group_manager"
        )
        account = self.env["mail.center.account"].create(
            {"name": "Office", "email": "office@example.com", "user_id": user.id,
             "use_for_integration": True, "smtp_host": "smtp.example.com"}
        )
        folder = self.env["mail.center.folder"].create({"account_id": account.id, "path": "INBOX"})
        mail = a_mail("eve@example.org", account.email, "About order 7")
        self.env["mail.center.filing"]._file(folder, [take_in(mail, uid=1)])
        key = self.env["res.users.apikeys"].with_user(user)._generate(
            "rpc", "test", fields.Datetime.now() + timedelta(days=1)
        )
        self.env.flush_all()
        blocks = BLOCK.findall(GUIDE.read_text())
        self.assertGreaterEqual(len(blocks), 7)
        names = {"URL": self.base_url(), "DATABASE": self.env.cr.dbname, "KEY": key,
                 "LOGIN": "mc_program"}
        # The test's server answers only requests that are marked as this test's.
        self.enterContext(patch.object(requests, "post", self.marked_post))
        self.enterContext(patch.object(xmlrpc.client, "ServerProxy", self.marked_proxy))
        for block in blocks:
            code = re.sub(r"^    ", "", block, flags=re.MULTILINE)
            exec(compile(code, str(GUIDE), "exec"), names)  # noqa: S102  pylint: disable=exec-used
        self.genuine_is_what_we_sign(names["is_genuine"])

    def marked_post(self, url, **options):
        return self.url_open(url, method="POST", **options)

    def marked_proxy(self, url, **_options):
        return self.xmlrpc_common if url.endswith("common") else self.xmlrpc_object

    def genuine_is_what_we_sign(self, is_genuine):
        body = b'{"event": "sent"}'
        header = sign("planted", int(time.time()), body)
        self.assertTrue(is_genuine("planted", header, body))
        self.assertFalse(is_genuine("planted", header, body + b"x"))
        self.assertFalse(is_genuine("planted", sign("planted", 1000, body), body))
