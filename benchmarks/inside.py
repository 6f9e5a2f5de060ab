"""The Odoo side of the benchmarks: a process that does what it is told on standard input.

Each line in is ``[name, arguments]`` in JSON, each line out ``{"result": …}`` or ``{"error": …}``.
What can be asked for are the functions of :mod:`benchmarks.tasks` and ``tasks_mail``.
"""

from __future__ import annotations

import json
import os
import sys
import traceback


def main(config: str, database: str) -> None:
    # What Odoo or a library prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    import odoo
    from odoo import api
    from odoo.modules.registry import Registry
    from odoo.tools import config as settings

    settings.parse_config(["-c", config, "-d", database, "--log-level=warn", "--no-http"])
    registry = Registry(database)
    from benchmarks import tasks, tasks_mail

    def answer(**values):
        answers.write(json.dumps(values, default=str) + "\n")

    answer(result="ready")
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            with registry.cursor() as cr:
                env = api.Environment(cr, odoo.SUPERUSER_ID, {}, su=True)
                task = getattr(tasks, name, None) or getattr(tasks_mail, name)
                result = task(env, **arguments)
            answer(result=result)
        except Exception as error:
            traceback.print_exc()
            answer(error=f"{type(error).__name__}: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:])
