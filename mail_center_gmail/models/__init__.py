from . import mail_center_account
