"""Between Odoo and the template engine of ``core.template``: what templates may see of records,
and everything the engine says in the words and the language of the person at the screen."""

from .conventions import conventions
from .problems import describe, describe_left
from .source import RecordSource, Sight
from .texts import root_label

__all__ = ["RecordSource", "Sight", "conventions", "describe", "describe_left", "root_label"]
