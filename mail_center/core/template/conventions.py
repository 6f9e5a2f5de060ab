"""How the host writes numbers and amounts, so that a mail says what the document beside it says.

CLDR and the program that shows the documents need not agree: for Polish, CLDR writes 1234,50 and
12 345,50; another program may group both, or neither, and put a currency's sign elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType


@dataclass(frozen=True)
class Currency:
    """``symbol`` stands before the amount or after it; ``digits``: decimals of an amount."""

    symbol: str
    before: bool = False
    digits: int = 2


@dataclass(frozen=True)
class Conventions:
    """``grouping``: sizes of the groups of digits, from the decimal sign to the left; a last 0
    repeats the one before it: ``(3, 0)`` makes 1,234,567 and ``(3, 2, 0)`` makes 12,34,567.
    ``currencies``: those of the host, by ISO 4217 code."""

    decimal_point: str = "."
    thousands_sep: str = ""
    grouping: tuple[int, ...] = (3, 0)
    currencies: Mapping[str, Currency] = field(default_factory=lambda: MappingProxyType({}))

    def number(self, value: Decimal) -> str:
        """The number with the decimals that it has."""
        whole, _point, decimals = f"{abs(value):f}".partition(".")
        sign = "-" if value < 0 else ""
        end = f"{self.decimal_point}{decimals}" if decimals else ""
        return f"{sign}{self._grouped(whole)}{end}"

    def money(self, amount: str, code: str) -> str:
        """The written ``amount`` with its currency; the code stands for one that isn't known."""
        currency = self.currencies.get(code)
        parts = (currency.symbol or code if currency else code, amount)
        return "\u00a0".join(parts if currency and currency.before else parts[::-1])

    def _grouped(self, digits: str) -> str:
        groups: list[str] = []
        sizes = list(self.grouping)
        size = 0
        while sizes:
            if sizes[0] == 0 and size:
                sizes = [size, 0]  # once more
            size = sizes.pop(0)
            if size <= 0 or len(digits) <= size:
                break
            digits, group = digits[:-size], digits[-size:]
            groups.append(group)
        return self.thousands_sep.join([digits, *reversed(groups)])
