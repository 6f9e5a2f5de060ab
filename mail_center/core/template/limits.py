"""How much a template may do, counted in operations rather than in signals or threads."""

from __future__ import annotations

import time
from dataclasses import dataclass

from .problems import TemplateProblem

MAX_TOKENS = 20_000  # words and signs inside {{ }} and {% %}, and the texts between


@dataclass(frozen=True)
class Limits:
    """Bounds of one template and one rendering of it.

    ``source`` and ``output`` are characters of the template and its result, ``depth`` is the
    nesting of its parts, ``loops`` the nesting of loops, ``steps``
    the operations, ``iterations`` the turns of all loops together, ``characters`` all text made on
    the way, ``items`` the length of one list, ``seconds`` the time for everything (checked between
    operations, so a slow read of the host's data ends the rendering after that read).
    """

    source: int = 500_000
    depth: int = 50
    loops: int = 4
    steps: int = 200_000
    iterations: int = 20_000
    characters: int = 8_000_000
    output: int = 2_000_000
    items: int = 5_000
    seconds: float = 2.0


class Budget:
    """What is left of the limits during one rendering."""

    def __init__(self, limits: Limits):
        self.limits = limits
        self.steps = 0
        self.iterations = 0
        self.characters = 0
        self._deadline = time.monotonic() + limits.seconds

    def step(self, count: int = 1) -> None:
        """``count`` operations are about to be done."""
        self.steps += count
        if self.steps > self.limits.steps:
            raise TemplateProblem("limit", limit=self.limits.steps, unit="operations")
        if time.monotonic() > self._deadline:
            raise TemplateProblem("limit", limit=self.limits.seconds, unit="seconds")

    def turn(self) -> None:
        """A loop is about to take one more turn."""
        self.iterations += 1
        if self.iterations > self.limits.iterations:
            raise TemplateProblem(
                "limit", limit=self.limits.iterations, unit="turns of its loops"
            )
        self.step()

    def make(self, characters: int) -> None:
        """A text of that length is about to be made."""
        self.characters += characters
        if self.characters > self.limits.characters:
            raise TemplateProblem(
                "limit", limit=self.limits.characters, unit="characters of text"
            )

    def length(self, count: int) -> None:
        """A list of that length is about to be made or gone through."""
        if count > self.limits.items:
            raise TemplateProblem("limit", limit=self.limits.items, unit="items in one list")
        self.step(count // 8 + 1)
