"""The geometry of the charts: plain numbers for the macros in templates/scheduling/charts.html. No library, no script.

Each chart is a picture with one sentence, and its numbers stand in a table beside it. Lengths are units of the picture's
view box.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

WIDTH, HEIGHT = 720, 160
_GAP = 0.2


class Part(NamedTuple):
	"""A part of a stacked bar: `kind` is a class of css/insights.css, such as "completed"."""

	kind: str
	value: int


def stacked_bars(bars: Sequence[Sequence[Part]]) -> dict[str, Any]:
	"""Return the rectangles of bars side by side, the first part of each at the bottom, and the highest sum."""
	highest = max((sum(part.value for part in bar) for bar in bars), default=0)
	step = WIDTH / max(1, len(bars))
	return {
		"width": WIDTH,
		"height": HEIGHT,
		"highest": highest,
		"rects": [rect for number, bar in enumerate(bars) for rect in _stack(bar, number * step, step, highest)],
	}


def _stack(bar: Sequence[Part], left: float, step: float, highest: int) -> list[dict[str, Any]]:
	rects: list[dict[str, Any]] = []
	top = float(HEIGHT)
	for part in bar:
		if not part.value:
			continue
		height = part.value * HEIGHT / highest
		top -= height
		rects.append(
			{
				"kind": part.kind,
				"x": round(left + step * _GAP / 2, 1),
				"y": round(top, 1),
				"width": round(step * (1 - _GAP), 1),
				"height": round(height, 1),
			}
		)
	return rects


def shares(values: Sequence[int]) -> list[float]:
	"""Return each value in percent of the largest, with one decimal: the widths of horizontal bars."""
	largest = max(values, default=0)
	return [round(100 * value / largest, 1) if largest else 0.0 for value in values]


def shade(value: int, largest: int) -> int:
	"""Return how dark a cell of a heat map is, 0 (nothing) to 4 (the most)."""
	return -(-4 * value // largest) if largest else 0
