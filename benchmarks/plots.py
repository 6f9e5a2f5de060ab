"""Plots as SVG, without a library: bars for a row's peers, lines for its curves."""

from __future__ import annotations

import math
import statistics
from html import escape
from pathlib import Path

from benchmarks.result import Row

WIDTH, LEFT, RIGHT, BAR, TOP = 760, 280, 90, 26, 44
COLOURS = ("#2a6f97", "#8d99ae", "#c9a227", "#7a8450", "#a44a3f", "#5e548e")
STYLE = "font-family='sans-serif' font-size='13' fill='#333'"


def draw(row: Row, folder: Path) -> list[Path]:
    """Write the pictures of a row; their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for text, path in ((bars(row), folder / f"{row.name}.svg"),
                       (lines(row), folder / f"{row.name}-growth.svg")):  # fmt: skip
        if text:
            path.write_text(text, encoding="utf-8")
            made.append(path)
    return made


def _frame(title: str, height: int, inner: list[str]) -> str:
    return "\n".join([
        f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{height}' "
        f"viewBox='0 0 {WIDTH} {height}'>",
        f"<rect width='{WIDTH}' height='{height}' fill='#fff'/>",
        f"<text x='12' y='24' {STYLE} font-weight='bold'>{escape(title)}</text>",
        *inner, "</svg>\n",
    ])  # fmt: skip


def bars(row: Row) -> str:
    """The peers' medians with their spread."""
    if not row.peers:
        return ""
    largest = max(max(values) for values in row.peers.values()) or 1
    scale = (WIDTH - LEFT - RIGHT) / largest
    inner = []
    for place, (name, values) in enumerate(row.peers.items()):
        y, middle = TOP + place * BAR, statistics.median(values)
        low, high = LEFT + min(values) * scale, LEFT + max(values) * scale
        inner += [
            f"<text x='{LEFT - 8}' y='{y + 14}' text-anchor='end' {STYLE}>{escape(name)}</text>",
            f"<rect x='{LEFT}' y='{y + 3}' width='{max(middle * scale, 1):.1f}' height='15' "
            f"fill='{COLOURS[0] if place == 0 else COLOURS[1]}'/>",
            f"<path d='M{low:.1f} {y + 10.5}H{high:.1f}M{low:.1f} {y + 7}v7M{high:.1f} {y + 7}v7' "
            "stroke='#222' fill='none'/>",
            f"<text x='{high + 8:.1f}' y='{y + 15}' {STYLE}>{middle:.3g} {escape(row.unit)}</text>",
        ]
    return _frame(row.title, TOP + len(row.peers) * BAR + 14, inner)


def lines(row: Row) -> str:
    """The curves, on logarithmic axes."""
    points = [point for curve in row.curves.values() for point in curve if min(point) > 0]
    if not points:
        return ""
    height, bottom = 380, 330
    (x0, x1), (y0, y1) = (
        (math.floor(math.log10(min(axis))), max(math.ceil(math.log10(max(axis))),
                                                math.floor(math.log10(min(axis))) + 1))
        for axis in zip(*points, strict=True)
    )  # fmt: skip

    def place(x: float, y: float) -> tuple[float, float]:
        return (
            80 + (math.log10(x) - x0) / (x1 - x0) * (WIDTH - 240),
            bottom - (math.log10(y) - y0) / (y1 - y0) * (bottom - TOP),
        )

    inner = []
    for power in range(x0, x1 + 1):
        x, _y = place(10**power, 10**y0)
        inner.append(f"<path d='M{x:.1f} {TOP}V{bottom}' stroke='#ddd'/>"
                     f"<text x='{x:.1f}' y='{bottom + 18}' text-anchor='middle' {STYLE}>"
                     f"{10**power:,}</text>")  # fmt: skip
    for power in range(y0, y1 + 1):
        _x, y = place(10**x0, 10**power)
        inner.append(f"<path d='M80 {y:.1f}H{WIDTH - 160}' stroke='#ddd'/>"
                     f"<text x='72' y='{y + 4:.1f}' text-anchor='end' {STYLE}>{10.0**power:g}"
                     "</text>")  # fmt: skip
    for number, (name, curve) in enumerate(row.curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        shown = [place(x, y) for x, y in curve if min(x, y) > 0]
        if shown:
            path = "L".join(f"{x:.1f} {y:.1f}" for x, y in shown)
            x, y = shown[-1]
            inner += [
                f"<path d='M{path}' stroke='{colour}' stroke-width='2' fill='none'/>",
                *(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='3' fill='{colour}'/>" for x, y in shown),
                f"<text x='{x + 8:.1f}' y='{y + 4:.1f}' {STYLE}>{escape(name)}</text>",
            ]
    return _frame(f"{row.title} (mails → {row.unit})", height, inner)
