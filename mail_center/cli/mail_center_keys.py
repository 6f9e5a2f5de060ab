import os
import sys
from pathlib import Path

import odoo
from odoo.cli import Command
from odoo.modules.registry import Registry
from odoo.tools import config


class MailCenterKeys(Command):
    """Change the key that encrypts the stored mailbox passwords of mail_center.

    1. ``mail_center_keys -d DATABASE`` puts a new key in front of the key file and encrypts all
       passwords of the database with it. The old key stays: other databases and backups use it.
    2. With ``--forget-old`` the old keys are removed from the file, once every database that
       uses it was rotated.

    Where the keys come from the environment or the configuration file, put the new key in front
    of the old one there (``--generate`` prints one), restart, and run step 1.
    """

    name = "mail_center_keys"

    def run(self, args):
        parser = config.parser
        parser.prog = self.prog
        group = parser.add_option_group("Keys", "Rotate the key of the stored passwords.")
        group.add_option("--generate", action="store_true", dest="mc_generate",
                         help="print a new key and do nothing else")
        group.add_option("--forget-old", action="store_true", dest="mc_forget",
                         help="remove the old keys from the key file")
        options = config.parse_config(args, setup_logging=True)
        if not config["db_name"]:
            sys.exit("Name the databases: -d DATABASE")
        for number, database in enumerate(config["db_name"]):
            with Registry(database).cursor() as cr:
                env = odoo.api.Environment(cr, odoo.SUPERUSER_ID, {})
                if "mail.center.account.secret" not in env:
                    sys.exit(f"mail_center is not installed in {database}.")
                secrets = env["mail.center.account.secret"]
                if options.mc_generate:
                    self.say(secrets._keyring().generate_key())
                    return
                if number == 0:
                    self.renew_file(secrets)
                rotated, lost = secrets._rotate()
                self.say(f"{database}: {rotated} passwords encrypted with the new key.")
                if lost:
                    self.say(f"{lost} passwords can't be read with any key here: type them again.")
        if options.mc_forget:
            self.forget(secrets)

    def say(self, text):
        sys.stdout.write(f"{text}\n")

    def renew_file(self, secrets):
        """Put a new key in front, unless the keys are not in our file."""
        path = secrets._key_path()
        if not path:
            self.say("The keys come from the environment or the configuration file: used as set.")
            return
        secrets._keyring()
        self.replace(path, f"{secrets._keyring().generate_key()}\n{path.read_text()}")

    def forget(self, secrets):
        path = secrets._key_path()
        if path:
            keys = [
                line for line in path.read_text().splitlines()
                if line.strip() and not line.startswith("#")
            ]
            self.replace(path, f"{keys[0]}\n")
            self.say(f"{len(keys) - 1} old keys removed from {path}.")

    def replace(self, path: Path, text: str):
        new = path.with_suffix(".new")
        new.touch(mode=0o600)
        with new.open("w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
