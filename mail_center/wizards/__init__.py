from . import (
    mail_center_compose,
    mail_center_compose_template,
    mail_center_template_import,
)
