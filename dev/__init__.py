"""Bootstrap of a working Odoo 19 with a private PostgreSQL and a mail sandbox.

Plain standard-library Python, run with the machine's own ``python3``::

    python3 -m dev --help

Everything it makes lies in ``.odoo/`` at the top of the repository (or, where the service user
cannot reach that, in the folder that ``.odoo/state-location`` names) and ``python3 -m dev clean``
removes it. Packages missing from Debian are the only thing installed outside.
"""
