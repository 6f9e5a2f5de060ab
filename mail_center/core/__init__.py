"""Mail protocols, parsing and rendering in plain Python: nothing here knows Odoo."""
