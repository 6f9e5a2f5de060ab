"""What a row of the table found, and whether it is what was aimed at."""

from __future__ import annotations

import statistics
from dataclasses import asdict, dataclass, field


@dataclass
class Target:
    """``value`` has to be at most (or at least) ``limit``."""

    text: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def reached(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return (
            f"{'reached' if self.reached else 'MISSED '}  {self.text}: {self.value:.2f} "
            f"({sign} {self.limit:g})"
        )


@dataclass
class Row:
    """``peers``: name → what each run measured, in ``unit``; ``shares``: part → share of the whole;
    ``curves``: name → [(x, y)]; ``facts``: name → a number that docs/scaling.md counts with."""

    name: str
    title: str
    unit: str = "s"
    peers: dict[str, list[float]] = field(default_factory=dict)
    targets: list[Target] = field(default_factory=list)
    shares: dict[str, float] = field(default_factory=dict)
    curves: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)

    def add(self, peer: str, value: float) -> None:
        self.peers.setdefault(peer, []).append(value)

    def median(self, peer: str) -> float:
        return statistics.median(self.peers[peer])

    def ratio(self, peer: str, other: str) -> float:
        """The median of the ratios of runs that followed each other: what the machine does
        beside this changes both."""
        pairs = zip(self.peers[peer], self.peers[other], strict=False)
        return statistics.median(one / another for one, another in pairs)

    def target(self, text: str, value: float, *, at_most=None, at_least=None) -> None:
        limit = at_most if at_least is None else at_least
        self.targets.append(Target(text, value, limit, at_least is not None))

    def lines(self) -> list[str]:
        out = [f"{self.title}"]
        best = min((self.median(name) for name in self.peers), default=0) or 1
        for name, values in self.peers.items():
            middle = statistics.median(values)
            out.append(
                f"  {name:44}{middle:12.4g} {self.unit:8} ({min(values):.4g}…{max(values):.4g}, "
                f"{len(values)} runs)  ×{middle / best:.2f}"
            )
        if self.shares:
            shares = ", ".join(f"{part} {share:.0%}" for part, share in self.shares.items())
            out.append(f"  shares: {shares}")
        for name, points in self.curves.items():
            out.append(f"  {name}: " + ", ".join(f"{x:g} → {y:.3g}" for x, y in points))
        out += [f"  {note}" for note in self.notes]
        out += [f"  {target}" for target in self.targets]
        return out

    def as_json(self) -> dict:
        ratios = {f"{target.text}": round(target.value, 3) for target in self.targets}
        return {**asdict(self), "ratios": ratios,
                "reached": {target.text: target.reached for target in self.targets}}  # fmt: skip
