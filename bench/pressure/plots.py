"""Plots as SVG, by hand: some panels below each other with one time axis. Light and dark pages can both show them."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

COLOURS = ("#2a6fb0", "#d0662b", "#3a9157", "#8a56a8")
_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 760, 170, 64, 34, 46
_GREY = "#8a8a8a"

Points = list[tuple[float, float]]


@dataclass
class Panel:
    """
    One of the plots.

    Attributes:
        title: what is drawn, with its unit.
        lines: name and points of each line.
        level: a height to mark, with its name.
        top: end of the axis; by the data if None.
    """

    title: str
    lines: list[tuple[str, Points]]
    level: tuple[float, str] | None = None
    top: float | None = None


@dataclass
class Plot:
    """Panels with one axis of seconds; ``marks`` are moments with a name."""

    title: str
    panels: list[Panel]
    marks: list[tuple[float, str]] = field(default_factory=list)

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self._svg(), encoding="utf-8")

    def _svg(self) -> str:
        xs = [x for panel in self.panels for _, points in panel.lines for x, _ in points]
        begin, end = min(xs), max(xs)
        height = _TOP + len(self.panels) * (_HEIGHT + _GAP) + 10
        out = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="12">',
            f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>',
            f'<text x="{_LEFT}" y="20" font-size="14" font-weight="bold">{html.escape(self.title)}</text>',
        ]
        for number, panel in enumerate(self.panels):
            out += self._panel(panel, _TOP + 18 + number * (_HEIGHT + _GAP), begin, end)
        return "\n".join([*out, "</svg>", ""])

    def _panel(self, panel: Panel, top: float, begin: float, end: float) -> Iterable[str]:
        highest = max((y for _, points in panel.lines for _, y in points), default=0)
        level = panel.level[0] if panel.level else 0
        step = _step(panel.top or max(highest, level, 1e-9))
        most = panel.top or step * math.ceil(max(highest, level, 1e-9) / step)
        width = _WIDTH - _LEFT - 16

        def x_of(x: float) -> float:
            return _LEFT + (x - begin) / (end - begin) * width

        def y_of(y: float) -> float:
            return top + _HEIGHT - min(y, most) / most * _HEIGHT

        yield f'<text x="{_LEFT}" y="{top - 6}">{html.escape(panel.title)}</text>'
        for i in range(round(most / step) + 1):
            y = y_of(i * step)
            yield f'<path d="M{_LEFT} {y:.1f}H{_LEFT + width}" stroke="#e3e3e3"/>'
            yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{i * step:,.4g}</text>'
        apart = _step(end - begin)
        for i in range(math.ceil(begin / apart), math.floor(end / apart) + 1):
            yield f'<text x="{x_of(i * apart):.1f}" y="{top + _HEIGHT + 15}" text-anchor="middle">{i * apart:g} s</text>'
        for when, name in self.marks:
            x = x_of(when)
            yield f'<path d="M{x:.1f} {top}V{top + _HEIGHT}" stroke="{_GREY}" stroke-dasharray="4 3"/>'
            yield f'<text x="{x + 4:.1f}" y="{top + 12}" fill="#555555">{html.escape(name)}</text>'
        if panel.level:
            y = y_of(level)
            yield f'<path d="M{_LEFT} {y:.1f}H{_LEFT + width}" stroke="{_GREY}" stroke-dasharray="2 3"/>'
            yield f'<text x="{_LEFT + width}" y="{y - 4:.1f}" text-anchor="end" fill="#555555">{html.escape(panel.level[1])}</text>'
        for number, (name, points) in enumerate(panel.lines):
            colour = COLOURS[number % len(COLOURS)]
            path = "L".join(f"{x_of(x):.1f} {y_of(y):.1f}" for x, y in points)
            yield f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
            if name:
                at = _LEFT + width - 190 * (len(panel.lines) - number) + 10
                yield f'<path d="M{at} {top - 10}h18" stroke="{colour}" stroke-width="3"/>'
                yield f'<text x="{at + 24}" y="{top - 6}">{html.escape(name)}</text>'


def _step(span: float) -> float:
    """A round distance that divides a span in four to ten."""
    power = 10.0 ** math.floor(math.log10(span))
    return next(power * part for part in (0.1, 0.2, 0.25, 0.5, 1, 2) if span / (power * part) <= 6)


def per_second(column: dict[int, int], begin: int, end: int, scale: float = 1.0) -> Points:
    """A count by second as a line."""
    return [(second, column.get(second, 0) * scale) for second in range(begin, end)]


def share(part: dict[int, int], whole: dict[int, int], begin: int, end: int, by: int = 5) -> Points:
    """Per cent, over some seconds each."""
    points = []
    for second in range(begin, end, by):
        of = sum(whole.get(s, 0) for s in range(second, second + by))
        points.append(
            (second, 100 * sum(part.get(s, 0) for s in range(second, second + by)) / max(1, of))
        )
    return points
