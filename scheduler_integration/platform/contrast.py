"""Makes colours legible: computes WCAG 2.2 contrast, and changes a colour's lightness until the contrast is enough.

Lightness is changed in OKLCH, because a colour keeps its perceived hue there. Colours are text such as `#3b5bdb`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

Rgb = tuple[float, float, float]

# The accent of a page without a colour of its own.
DEFAULT_ACCENT = "#3b5bdb"
_HEX = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_STEPS = 24


def clean_hex(value: object) -> str | None:
	"""Return `value` as lower-case `#rrggbb`, or None if it isn't a hexadecimal colour."""
	match = _HEX.fullmatch(value.strip()) if isinstance(value, str) else None
	if not match:
		return None
	digits = match.group(1).lower()
	return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def contrast(one: str, other: str) -> float:
	"""Return the WCAG contrast ratio of two colours, 1 to 21."""
	lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
	return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
	"""Return the relative luminance of a colour, 0 (black) to 1 (white), as WCAG 2.2 defines it."""
	red, green, blue = (_linear(channel) for channel in _channels(colour))
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def mix(colour: str, into: str, share: float) -> str:
	"""Blend `colour` over `into` with an opacity of `share` (0 to 1), as a browser does."""
	pairs = zip(_channels(colour), _channels(into), strict=True)
	return _hex(tuple(a * share + b * (1 - share) for a, b in pairs))


def darken_until_legible(colour: str, backgrounds: Sequence[str], ratio: float) -> str:
	"""Darken `colour` no more than needed for a contrast of `ratio` to every background."""
	return _move_lightness(colour, backgrounds, ratio, towards=0.0)


def lighten_until_legible(colour: str, backgrounds: Sequence[str], ratio: float) -> str:
	"""Lighten `colour` no more than needed for a contrast of `ratio` to every background."""
	return _move_lightness(colour, backgrounds, ratio, towards=1.0)


def _move_lightness(colour: str, backgrounds: Sequence[str], ratio: float, towards: float) -> str:
	def legible(shade: str) -> bool:
		return all(contrast(shade, background) >= ratio for background in backgrounds)

	if legible(colour):
		return colour
	red, green, blue = (_linear(channel) for channel in _channels(colour))
	# Python 3.10 has no `math.cbrt`. No number here is negative, so a power is its cube root.
	long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
	medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
	short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
	lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
	a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
	b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
	start, chroma, hue = lightness, math.hypot(a, b), math.atan2(b, a)
	good, bad = towards, start
	for _ in range(_STEPS):
		middle = (good + bad) / 2
		if legible(_from_oklch(middle, chroma, hue)):
			good = middle
		else:
			bad = middle
	return _from_oklch(good, chroma, hue)


def _channels(colour: str) -> Rgb:
	red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
	return red, green, blue


def _hex(channels: Sequence[float]) -> str:
	return "#" + "".join(f"{round(min(max(channel, 0.0), 1.0) * 255):02x}" for channel in channels)


def _linear(channel: float) -> float:
	return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _encoded(channel: float) -> float:
	return channel * 12.92 if channel <= 0.0031308 else 1.055 * channel ** (1 / 2.4) - 0.055


def _from_oklch(lightness: float, chroma: float, hue: float) -> str:
	"""Return the colour as hex. Its chroma is reduced until sRGB can show it at this lightness."""
	for tenth in range(10, -1, -1):
		channels = _oklch_to_linear(lightness, chroma * tenth / 10, hue)
		if all(-0.002 <= channel <= 1.002 for channel in channels):
			break
	return _hex([_encoded(min(max(channel, 0.0), 1.0)) for channel in channels])


def _oklch_to_linear(lightness: float, chroma: float, hue: float) -> Rgb:
	a, b = chroma * math.cos(hue), chroma * math.sin(hue)
	long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
	medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
	short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
	return (
		4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
		-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
		-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
	)
