from . import mail_center_account, mail_center_receiver, mail_center_sender
