from . import mail_center_event, mail_center_outbox, mailing_trace
