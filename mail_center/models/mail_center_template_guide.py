"""Formats, conditions and loops: what a template can do beside naming special fields."""

from odoo import api, models

from ..core.template import GROUPS, guide
from ..templating import Sight


class MailCenterTemplate(models.Model):
    _inherit = "mail.center.template"

    @api.model
    def special_field_formats(self, model=False, path="", res_id=False, partner_id=False):
        """What the picker shows beside the special fields, each as an example to insert.

        :param model: the document's model, or False
        :param path: the special field that the examples are about; empty: of any document
        :param res_id: the record whose values are shown
        :param partner_id: the recipient whose values are shown, else the record's own
        :return: a list of dictionaries: ``name`` (of the filter or construct), ``group`` (its
            heading), ``label`` (what it does), ``insert`` (what to write), ``value`` (what this
            writes for the record)
        """
        self.browse().check_access("read")
        speaking = self._speaking_env()
        sight = Sight(self.env)
        catalogue = self._catalogue(model, sight)
        field = catalogue.get(path) if path else None
        record = self._sample_record(model, res_id)
        entries = guide(catalogue, field, None if field else self._any_records(catalogue))
        rendered = self._rendered_samples(record, partner_id, sight)
        return [
            {
                "name": entry.name,
                "group": speaking._(GROUPS[entry.group]),
                "label": speaking._(entry.summary),
                "insert": self._asked(entry, field, catalogue, record),
                # What has something left to be written is no text to show.
                "value": "" if "…" in entry.insert else rendered(entry.insert),
            }
            for entry in entries
        ]

    @api.model
    def _asked(self, entry, field, catalogue, record):
        """What to write; a choice is asked by its keys, as everywhere in the picker."""
        asked = self._condition(field, catalogue, record) if field else ""
        return asked if entry.name == "==" and "==" in asked else entry.insert

    @api.model
    def _any_records(self, catalogue):
        """A list of the document's records that people see in its form, for the examples."""
        if "document" not in catalogue.roots():
            return None
        common = self._common_fields(catalogue, "document")
        lists = [
            field
            for field in catalogue.children("document")
            if field.type.kind == "records" and common(field)
        ]
        # The lines of an order or invoice are what one most likely repeats.
        return max(lists, key=lambda field: "line" in field.path, default=None)
