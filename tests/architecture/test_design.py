"""The sheets use the sizes that docs/explanation/design.md lists, and no others."""

import re

from tests.conftest import ROOT

CSS = ROOT / "scheduler_integration/public/css"
# The cells of a month follow their own width.
_BY_WIDTH = re.compile(r"min\(.*vw.*\)")


def values_of(*properties):
	"""Return every value of these properties in the sheets, with the name of the sheet."""
	pattern = re.compile(rf"^\s*(?:{'|'.join(properties)}): ([^;]+);", re.M)
	return {(found, sheet.name) for sheet in CSS.glob("*.css") for found in pattern.findall(sheet.read_text())}


def listed(measure):
	text = (ROOT / "docs/explanation/design.md").read_text(encoding="utf-8")
	[row] = re.findall(rf"^\| {measure} \| ([^|]+) \|", text, re.M)
	return re.findall(r"[\d.]+", row)


def test_sizes_of_type_are_those_of_the_scale():
	used = {value for value, _sheet in values_of("font-size") if not _BY_WIDTH.fullmatch(value)}
	assert used == {f"{size}rem" for size in listed("type")}


def test_corners_are_rounded_in_one_way():
	declared = values_of("--radius", "--radius-within")
	assert declared == {(f"{size}px", "base.css") for size in listed("corner")}
	used = {value for value, _sheet in values_of("border-radius", "border-start-start-radius")}
	assert used <= {"var(--radius)", "var(--radius-within)", "50%", "0"}


def test_there_is_one_shadow():
	used = {value for value, _sheet in values_of("box-shadow") if "inset" not in value}
	assert used == {"var(--shadow)", "none"}
