from . import mail_center_mailbox
