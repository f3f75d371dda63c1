"""The accent is legible for any brand colour, and keeps the brand colour if that is legible already."""

import math
import os
import random
from pathlib import Path

import pytest

from scheduler_integration.pages.kit.document import (
	DARK_SURFACES,
	DEFAULT_ACCENT,
	LEGIBLE,
	LIGHT_SURFACES,
	Accent,
	dark_accent,
	light_accent,
	theme,
)
from scheduler_integration.platform.contrast import clean_hex, contrast, darken_until_legible, mix

STYLES = Path(__file__).parents[2] / "scheduler_integration" / "public" / "css" / "base.css"
COLOURS = ["#000000", "#ffffff", "#ffd60a", "#ff0000", "#00ff00", "#0000ff", "#808080", "#0f766e", "#ffc0cb"]


def is_legible(accent: Accent, surfaces: tuple[str, ...]) -> bool:
	"""Whether the accent is legible on the surfaces and on its wash, and the ink is legible on the accent."""
	pairs = [(accent.colour, surface) for surface in (*surfaces, accent.wash)]
	pairs += [(accent.colour, accent.ink), (accent.hover, accent.ink)]
	return all(contrast(*pair) >= LEGIBLE for pair in pairs)


def test_contrast_is_that_of_wcag():
	assert contrast("#000000", "#ffffff") == pytest.approx(21)
	assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
	assert contrast("#ffffff", "#777777") == contrast("#777777", "#ffffff")
	assert contrast("#123456", "#123456") == 1


@pytest.mark.parametrize("colour", COLOURS)
def test_branding_is_corrected_for_light_and_dark(colour):
	assert is_legible(light_accent(colour), LIGHT_SURFACES)
	assert is_legible(dark_accent(colour), DARK_SURFACES)


def test_python_3_10_without_cube_roots_corrects_branding_too(monkeypatch):
	"""`math.cbrt` came with Python 3.11: with 3.10, no page could be shown."""
	monkeypatch.delattr(math, "cbrt", raising=False)
	assert contrast(darken_until_legible("#ffd60a", ["#ffffff"], 4.5), "#ffffff") >= 4.5


@pytest.mark.long
def test_any_colour_can_be_corrected():
	dice = random.Random(1)
	for _each in range(2000 if os.environ.get("TEST_ALL") else 500):
		colour = f"#{dice.randrange(1 << 24):06x}"
		assert is_legible(light_accent(colour), LIGHT_SURFACES), colour
		assert is_legible(dark_accent(colour), DARK_SURFACES), colour


@pytest.mark.long
def test_what_is_filled_has_the_same_accent_in_light_and_dark():
	"""In dark mode buttons were a light tint with black text: a second accent beside that of the links."""
	dice = random.Random(2)
	for colour in [*COLOURS, *(f"#{dice.randrange(1 << 24):06x}" for _each in range(300))]:
		for accent, surfaces in ((light_accent(colour), LIGHT_SURFACES), (dark_accent(colour), DARK_SURFACES)):
			assert contrast(accent.fill, "#ffffff") >= LEGIBLE, colour
			assert all(contrast(accent.fill, surface) >= 3 for surface in surfaces), colour
	assert dark_accent("#0f766e").fill == light_accent("#0f766e").fill == "#0f766e"


def test_a_colour_that_is_legible_stays_as_it_is():
	assert light_accent("#0f766e").colour == "#0f766e"
	assert dark_accent("#ffd60a").colour == "#ffd60a"


def test_a_corrected_colour_keeps_its_hue():
	red, green, blue = (int(light_accent("#ffd60a").colour[at : at + 2], 16) for at in (1, 3, 5))
	assert red > green > blue


@pytest.mark.parametrize(
	"value",
	[None, "", "red", "#12", "#12345g", "#fff;}</style><script>", "url(x)", 7, "#1234567", "\n#fff</style>"],
)
def test_only_hexadecimal_colours_reach_the_style_sheet(value):
	assert clean_hex(value) is None
	assert theme(value) == theme(DEFAULT_ACCENT)


def test_short_and_bare_colours_are_understood():
	assert clean_hex("#ABC") == clean_hex("aabbcc") == "#aabbcc"


def test_mixing_is_what_a_browser_blends():
	assert mix("#000000", "#ffffff", 0.5) == "#808080"


def test_the_style_sheets_have_the_surfaces_that_contrast_is_computed_for():
	light, dark = STYLES.read_text().split("@media screen and (prefers-color-scheme: dark)", 1)
	for block, (surface, canvas) in ((light, LIGHT_SURFACES), (dark, DARK_SURFACES)):
		assert f"--surface: {surface};" in block
		assert f"--canvas: {canvas};" in block
