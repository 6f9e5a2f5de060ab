"""Rendering: a template's source and views of records in, text out, or one TemplateProblem."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone

from jinja2 import Template
from jinja2.exceptions import TemplateError

from .conventions import Conventions
from .editor import EditorProblem, normalise_editor_html
from .formats import Formats
from .limits import Limits
from .problems import Problem, TemplateProblem
from .sandbox import compiled, one_line_end
from .values import State

DEFAULT_LIMITS = Limits()
# Control characters, line and paragraph separators, and marks that reverse what one reads.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE = re.compile(r"[\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_NOT_IN_HTML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Rendered:
    """``text``: the result. ``unresolved``: paths that don't exist or may not be read.
    ``empty``: paths that exist and had no value where the template writes them."""

    text: str
    unresolved: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()


def render(
    source: str,
    context: Mapping[str, object],
    *,
    locale: str = "en_US",
    timezone: str = "UTC",  # the recipient's
    conventions: Conventions | None = None,
    html: bool = True,
    limits: Limits = DEFAULT_LIMITS,
) -> Rendered:
    """Render a template.

    ``context`` maps names (``document``, ``recipient`` …) to views, scalars or lists of these;
    ``now`` and ``today`` are added if missing. ``conventions`` tells how the host writes numbers,
    which is done as CLDR says without. With ``html`` the values are escaped, and the
    source is first repaired as :func:`normalise_editor_html` says; the result is HTML that still
    has to be sanitised, because the template's own markup is passed on. Without ``html`` the
    result is one line of plain text: a subject.

    Raises TemplateProblem; exceptions of the host's own views pass through unchanged.
    """
    state = State(limits, Formats(locale, timezone, conventions), html)  # the clock starts here
    source = one_line_end(source)
    if html:
        if len(source) > limits.source:
            raise TemplateProblem("too_large", limit=limits.source, unit="characters")
        try:
            source = normalise_editor_html(source)
        except EditorProblem as exc:
            raise TemplateProblem.from_problem(exc.problem) from None
    template = compiled(source, html, limits)
    variables = _variables(context, state)
    text = _run(template, variables, state, source, limits)
    text = _NOT_IN_HTML.sub("", text) if html else one_line(text)
    return Rendered(text, tuple(state.unresolved), tuple(state.empty))


def one_line(text: str) -> str:
    """``text`` without line ends, control characters and marks that change reading order."""
    return re.sub(" {2,}", " ", _INVISIBLE.sub("", _CONTROL.sub(" ", text))).strip()


def _variables(context: Mapping[str, object], state: State) -> dict[str, object]:
    now = context.get("now") or datetime.now(timezone.utc)
    variables = {"now": now, "today": state.formats.local(now).date(), **context}
    return {name: state.wrap(value, name) for name, value in variables.items()}


def _run(
    template: Template, variables: dict[str, object], state: State, source: str, limits: Limits
) -> str:
    running = template.new_context(variables)
    running.state = state
    parts: list[str] = []
    size = 0
    try:
        for part in template.root_render_func(running):
            size += len(part)
            if size > limits.output:
                raise TemplateProblem("limit", limit=limits.output, unit="characters of text")
            parts.append(part)
    except TemplateProblem as exc:
        raise _placed(exc, template, source) from None
    except (TemplateError, RecursionError, MemoryError, ArithmeticError) as exc:
        if exc is state.host_error:
            raise
        problem = TemplateProblem("internal", detail=type(exc).__name__)
        problem.__traceback__ = exc.__traceback__
        raise _placed(problem, template, source) from None
    except Exception as exc:
        if exc is state.host_error:
            raise
        problem = TemplateProblem("internal", detail=type(exc).__name__)
        problem.__traceback__ = exc.__traceback__
        raise _placed(problem, template, source) from exc
    return "".join(parts)


def _placed(exc: TemplateProblem, template: Template, source: str) -> TemplateProblem:
    """The same problem with the place in the source where it came up."""
    frame = exc.__traceback__
    offset = None
    while frame is not None:
        if frame.tb_frame.f_globals.get("__jinja_template__") is not None or (
            frame.tb_frame.f_code.co_filename == "<template>"
        ):
            offset = template.get_corresponding_lineno(frame.tb_lineno) - 1
        frame = frame.tb_next
    if offset is not None:
        place = Problem.at(source, offset, exc.code, **exc.params)
        exc.line, exc.column = place.line, place.column
    return exc
