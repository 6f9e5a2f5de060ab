import signal
import sys
import threading

from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class MailCenterListen(Command):
    """Show new mail within seconds: hold a connection to each mailbox of mail_center (IDLE).

    ``odoo --addons-path=… mail_center_listen -c odoo.conf -d DATABASE`` runs until it is ended
    (SIGTERM or Ctrl+C), beside Odoo and as the same user. One process for each database is
    enough, however many machines there are.
    """

    name = "mail_center_listen"

    def run(self, args):
        config.parser.prog = self.prog
        config.parse_config(args, setup_logging=True)
        if not config["db_name"]:
            sys.exit("Name the databases: -d DATABASE")
        for database in config["db_name"]:
            if "mail.center.account" not in Registry(database):
                sys.exit(f"mail_center is not installed in {database}.")
        from odoo.addons.mail_center.listener import Listener

        listeners = [Listener(database) for database in config["db_name"]]
        threads = [threading.Thread(target=listener.run) for listener in listeners]

        def stop(_number, _frame):
            for listener in listeners:
                listener.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
