from . import mail_center_compose, mail_center_compose_template
