from . import ir_cron, mail_center_account, mail_center_receiver, mail_center_sender
