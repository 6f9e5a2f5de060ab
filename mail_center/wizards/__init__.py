from . import (
    base_partner_merge,
    mail_center_adopt,
    mail_center_adopt_line,
    mail_center_backfill,
    mail_center_handover,
    mail_center_privacy,
    mail_center_sending,
    mail_center_switch,
    mail_center_template_import,
    mail_center_transfer,
    mail_center_upload_start,
)
