"""How Odoo writes numbers and amounts in a language: on a quotation, and so in the mail with it."""

import ast

from ..core.template import Conventions, Currency


def conventions(env, lang):
    """The :class:`Conventions` of an installed language; None for another one."""
    data = env["res.lang"]._get_data(code=lang)
    if not data.code:
        return None
    return Conventions(
        decimal_point=data.decimal_point,
        # A line must not end within an amount.
        thousands_sep=(data.thousands_sep or "").replace(" ", "\u00a0"),
        grouping=tuple(ast.literal_eval(data.grouping)),
        currencies={
            currency["name"]: Currency(
                currency["symbol"] or "", currency["position"] == "before", currency["digits"][1]
            )
            for currency in env["res.currency"].get_all_currencies().values()
        },
    )
