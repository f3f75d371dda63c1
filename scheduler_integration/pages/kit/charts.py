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


def banded_line(past: Sequence[float], bands: Sequence[tuple[float, float, float]]) -> dict[str, Any]:
	"""Return the line of past values, and behind it the low, likely and high values of those to come: points of polylines.

	The dashed line and the band begin at the last past value.
	"""
	highest = max([*past, *(high for _low, _likely, high in bands)], default=0) or 1
	step = WIDTH / max(1, len(past) + len(bands) - 1)
	last = len(past) - 1

	def points(values: Sequence[float], first: int) -> list[str]:
		return [
			f"{(first + index) * step:.1f},{HEIGHT - value * HEIGHT / highest:.1f}"
			for index, value in enumerate(values)
		]

	joint = past[-1:]
	low, likely, high = (points([*joint, *(band[part] for band in bands)], max(last, 0)) for part in range(3))
	return {
		"width": WIDTH,
		"height": HEIGHT,
		"past": " ".join(points(past, 0)),
		"likely": " ".join(likely),
		"band": " ".join([*high, *reversed(low)]),
	}


def shares(values: Sequence[int]) -> list[float]:
	"""Return each value in percent of the largest, with one decimal: the widths of horizontal bars."""
	largest = max(values, default=0)
	return [round(100 * value / largest, 1) if largest else 0.0 for value in values]


def shade(value: int, largest: int) -> int:
	"""Return how dark a cell of a heat map is, 0 (nothing) to 4 (the most)."""
	return -(-4 * value // largest) if largest else 0
