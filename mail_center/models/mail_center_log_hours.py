import babel.dates
from odoo import models
from odoo.tools.misc import get_lang


class MailCenterLog(models.Model):
    """The hours of a day, told apart in graphs."""

    _inherit = "mail.center.log"

    def _web_read_group_groupby_formatter(self, groupby_spec, values):
        # Odoo calls 1:00 and 13:00 alike ("01:00 30 Nov"), and a graph has one place for a name:
        # of the two hours only one would be seen.
        formatter = super()._web_read_group_groupby_formatter(groupby_spec, values)
        if groupby_spec.rpartition(":")[2] != "hour":
            return formatter
        locale = get_lang(self.env).code

        def name_hour(value):
            shown, domain = formatter(value)
            if value:
                label = babel.dates.format_datetime(value, "d MMM, HH:00", locale=locale)
                shown = (shown[0], label)
            return shown, domain

        return name_hour
