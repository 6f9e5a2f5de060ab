"""What the engine finds wrong, as whole sentences in the language of the user."""

import re

from ..core.template.problems import message_for


def _kinds(env):
    _ = env._
    return {
        "a text": _("a text"),
        "formatted text (use |plain first)": _("formatted text (use |plain first)"),
        "a whole number": _("a whole number"),
        "a number": _("a number"),
        "yes or no": _("yes or no"),
        "a date": _("a date"),
        "a date with time": _("a date with time"),
        "a record (add the field you mean)": _("a record (add the field you mean)"),
        "a list": _("a list"),
    }


def _bad_arguments(env, name, detail):
    """The sentence about the arguments of a filter; None for what is not known here."""
    _ = env._
    if match := re.fullmatch(r"takes at most (\d+) argument\(s\)", detail):
        return _("The filter “%(name)s” takes at most %(count)s arguments.",
                 name=name, count=match[1])
    if match := re.fullmatch(r"has no argument “(.*)” left", detail):
        return _("The filter “%(name)s” has no argument “%(argument)s” left.",
                 name=name, argument=match[1])
    if match := re.fullmatch(r"needs the argument “(.*)”", detail):
        return _("The filter “%(name)s” needs the argument “%(argument)s”.",
                 name=name, argument=match[1])
    if match := re.fullmatch(r"takes (\w+) only as written text or number", detail):
        return _("The filter “%(name)s” takes “%(argument)s” only as a written text or number.",
                 name=name, argument=match[1])
    return {
        "takes the name of a field, such as 'name'":
            _("The filter “%s” takes the name of a field, such as 'name'.", name),
        "takes 0 to 10 digits": _("The filter “%s” takes 0 to 10 digits.", name),
        "takes short, medium, long, full or a pattern such as dd.MM.yyyy":
            _("The filter “%s” takes short, medium, long, full or a pattern such as dd.MM.yyyy.",
              name),
    }.get(detail)


def _too_complex(env, detail):
    _ = env._
    if match := re.fullmatch(r"more than (\d+) loops are inside each other", detail):
        return _("The template is too complex: more than %s loops are inside each other.",
                 match[1])
    return _("The template is too complex: its parts are nested too deeply.")


def _limit(env, limit, unit):
    _ = env._
    return {
        "operations": _("The template does too much: more than %s operations.", limit),
        "seconds": _("The template takes too long: more than %s seconds.", limit),
        "turns of its loops":
            _("The template does too much: its loops take more than %s turns.", limit),
        "characters of text": _("The text gets too long: more than %s characters.", limit),
        "items in one list": _("A list is too long: it has more than %s items.", limit),
    }.get(unit)


def _unknown_filter(env, name, hint):
    _ = env._
    if match := re.search(r"\|(\w+)", hint):
        return _("There is no filter “%(name)s”. Did you mean |%(other)s?",
                 name=name, other=match[1])
    if hint:
        return _("There is no filter “%s”: values are escaped as they must be.", name)
    return _("There is no filter “%s”.", name)


def _bad_attribute(env, attribute, value, detail):
    _ = env._
    if "name in list" in detail:
        return _("%(attribute)s=\"%(value)s\" can't be understood: write “name in list”.",
                 attribute=attribute, value=value)
    return _("%(attribute)s=\"%(value)s\" can't be understood: write an expression without "
             "braces.", attribute=attribute, value=value)


def _too_large(env, limit, unit):
    if unit == "words":
        return env._("The template is too large: at most %s words of code are possible.", limit)
    return env._("The template is too large: at most %s characters are possible.", limit)


def _unknown_name(env, path):
    if path == "document":
        return env._("“document” has no meaning here: choose the document of the template first.")
    return env._("There is no special field “%s”.", path)


_SENTENCES = {
    "bad_arguments": _bad_arguments,
    "too_complex": _too_complex,
    "limit": _limit,
    "unknown_filter": _unknown_filter,
    "bad_attribute": _bad_attribute,
    "too_large": _too_large,
    "unknown_name": _unknown_name,
    "syntax_error": lambda env, detail: env._("This can't be understood: %s.", detail),
    "unclosed_block": lambda env, tag, closing: env._(
        "“%(tag)s” is opened here but never closed: add “%(closing)s”.", tag=tag, closing=closing
    ),
    "unclosed_placeholder": lambda env, closing: env._(
        "A placeholder is opened here but never closed: add “%s”.", closing
    ),
    "unclosed_element": lambda env, tag, attribute: env._(
        "The element <%(tag)s> with %(attribute)s has no closing </%(tag)s>.",
        tag=tag, attribute=attribute,
    ),
    "forbidden_construct": lambda env, construct: env._(
        "“%s” can't be used in a template.", construct
    ),
    "reserved_name": lambda env, name: env._(
        "“%s” is taken and can't be used as the name of a variable.", name
    ),
    "unknown_field": lambda env, name, path: env._(
        "There is no field “%(name)s” in “%(path)s”.", name=name, path=path
    ),
    "forbidden_field": lambda env, name: env._(
        "The field “%s” can't be used in a template.", name
    ),
    "no_fields": lambda env, path, name: env._(
        "“%(path)s” is a plain value and has no fields, so “.%(name)s” can't follow.",
        path=path, name=name,
    ),
    "needs_loop": lambda env, path: env._(
        "“%(path)s” holds several records: use {%% for … in %(path)s %%} or |first.", path=path
    ),
    "list_as_value": lambda env, path: env._(
        "“%(path)s” is a list: write it with |list, |join or {%% for %%}.", path=path
    ),
    "not_a_list": lambda env, path: env._(
        "“%s” isn't a list, so there is nothing to repeat.", path
    ),
    "unknown_test": lambda env, name: env._("There is no test “is %s”.", name),
    "type_mismatch": lambda env, name, kind: env._(
        "“%(name)s” can't be used on %(kind)s.", name=name, kind=_kinds(env).get(kind, kind)
    ),
    "bad_index": lambda env: env._(
        "[…] takes a whole number (from a list) or the name of a field."
    ),
    "number_too_large": lambda env: env._("A number gets too large."),
    "internal": lambda env, detail: env._("The template can't be rendered: %s.", detail),
}


def describe(env, problem):
    """The message of a ``Problem`` or ``TemplateProblem`` for the user of *env*."""
    sentence = _SENTENCES.get(problem.code)
    text = sentence(env, **problem.params) if sentence else None
    return text or message_for(problem.code, problem.params)


def _left_reasons(env, what):
    _ = env._
    return {
        "syntax": _("“%s” is no expression.", what),
        "call": _("“%s” runs code, which templates can't.", what),
        "name": _("“%s” has no counterpart.", what),
        "user_field": _("“%s” of the sender can't be used.", what),
        "construct": _("“%s” can't be written in a template.", what),
        "directive": _("“%s” has no counterpart.", what),
        "widget": _("The format “%s” has no counterpart.", what),
        "rows": _("“%s” repeats several rows of a table at once.", what),
        "carry": _("“%s” counts from turn to turn of a loop.", what),
    }


def describe_left(env, left):
    """What of one of Odoo's templates is left out, and why
    (:class:`core.template.odoo_template.Left`)."""
    reason = _left_reasons(env, left.what)[left.reason]
    return reason if left.what == left.code else f"{left.code} – {reason}"
