from . import mail_center_compose
