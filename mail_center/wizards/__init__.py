from . import (
    mail_center_adopt,
    mail_center_adopt_line,
    mail_center_compose,
    mail_center_compose_template,
    mail_center_switch,
    mail_center_template_import,
)
