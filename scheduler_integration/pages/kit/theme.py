"""Turns a page's brand colour into a legible accent, as CSS custom properties for the style sheets."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from typing import NamedTuple

from scheduler_integration.platform.contrast import (
	clean_hex,
	darken_until_legible,
	lighten_until_legible,
	mix,
)

DEFAULT_ACCENT = "#3b5bdb"
# The least contrast of normal text (WCAG 2.2, success criterion 1.4.3).
LEGIBLE = 4.5
# The least contrast of a button with what is around it (success criterion 1.4.11).
VISIBLE = 3.0

# Backgrounds in css/base.css on which text has the accent colour.
LIGHT_SURFACES = ("#ffffff", "#f4f5f8")
DARK_SURFACES = ("#1b1d23", "#111317")
LIGHT_INK, DARK_INK = "#ffffff", "#0d0f13"

_TINT = 0.10
_HOVER = 0.12
_LINE = 0.65


class Accent(NamedTuple):
	"""The accent for light or for dark surfaces.

	`hover` is its shade under the pointer, `wash` a faint background, `line` a border, `ink` the text on the accent. `fill` is
	what a button and a chosen day are filled with: white text is legible on it, so that both modes have the same accent.
	"""

	colour: str
	hover: str
	wash: str
	line: str
	ink: str
	fill: str

	def declarations(self) -> str:
		values = zip(("", "-hover", "-wash", "-line", "-ink", "-fill"), self, strict=True)
		return ";".join(f"--accent{name}:{value}" for name, value in values)


class Theme(NamedTuple):
	"""The CSS of a `<style>` element, and the source expression that allows it in a content security policy."""

	css: str
	csp_source: str
	light: Accent
	dark: Accent


def theme(brand_colour: object) -> Theme:
	"""Return the theme for `brand_colour`, or the default theme if that isn't a hexadecimal colour."""
	return _theme(clean_hex(brand_colour) or DEFAULT_ACCENT)


@lru_cache(maxsize=256)
def _theme(colour: str) -> Theme:
	light, dark = light_accent(colour), dark_accent(colour)
	css = f":root{{{light.declarations()}}}@media (prefers-color-scheme:dark){{:root{{{dark.declarations()}}}}}"
	digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
	return Theme(css, f"'sha256-{digest}'", light, dark)


def light_accent(colour: str) -> Accent:
	"""Darken `colour` until it is legible on light surfaces and on its own wash, and white text is legible on it."""
	wash = mix(colour, LIGHT_SURFACES[0], _TINT)
	shade = darken_until_legible(colour, (*LIGHT_SURFACES, wash, LIGHT_INK), LEGIBLE)
	return Accent(shade, mix("#000000", shade, _HOVER), wash, mix(shade, LIGHT_SURFACES[0], _LINE), LIGHT_INK, shade)


def dark_accent(colour: str) -> Accent:
	"""Lighten `colour` until it is legible on dark surfaces and on its own wash, and dark text is legible on it."""
	tint = lighten_until_legible(colour, (*DARK_SURFACES, DARK_INK), LEGIBLE)
	wash = mix(tint, DARK_SURFACES[0], _TINT)
	tint = lighten_until_legible(tint, (*DARK_SURFACES, wash, DARK_INK), LEGIBLE)
	fill = lighten_until_legible(darken_until_legible(colour, (LIGHT_INK,), LEGIBLE), DARK_SURFACES, VISIBLE)
	return Accent(tint, mix("#ffffff", tint, _HOVER), wash, mix(tint, DARK_SURFACES[0], _LINE), DARK_INK, fill)
