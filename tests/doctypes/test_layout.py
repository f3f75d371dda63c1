"""The forms' layout: each field that a DocType shows is in a section that people can see."""

import json
from pathlib import Path

import pytest

import scheduler_integration

FILES = sorted(Path(scheduler_integration.__file__).parent.glob("scheduler_integration/doctype/*/*.json"))
BREAKS = ("Tab Break", "Section Break", "Column Break")


def sections(path):
	"""Yield each section of a form: its break (None before the first one), and its fields."""
	doctype = json.loads(path.read_text(encoding="utf-8"))
	fields = {field["fieldname"]: field for field in doctype["fields"]}
	opening, inside = None, []
	for field in (fields[name] for name in doctype["field_order"]):
		if field["fieldtype"] in ("Tab Break", "Section Break"):
			yield opening, inside
			opening, inside = field, []
		elif field["fieldtype"] not in BREAKS:
			inside.append(field)
	yield opening, inside


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_shown_field_is_in_a_hidden_section_and_no_shown_section_is_empty(path):
	lost = []
	for opening, inside in sections(path):
		shown = [field["fieldname"] for field in inside if not field.get("hidden")]
		if opening and opening.get("hidden"):
			lost += shown
		elif opening and opening["fieldtype"] == "Section Break" and not shown:
			lost.append(opening["fieldname"])
	assert lost == []
