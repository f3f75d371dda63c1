"""Frappe's own DocTypes, cut down to the fields that an app reads and writes.

One line a field: name, type, then options in brackets and properties. A leading `@` line gives the DocType's properties,
`+` lines its permissions: role, then the rights (r read, w write, c create, d delete, s select), permlevel, if_owner.
"""

import re
from pathlib import Path

from frappe.model import data_fieldtypes, table_fields

SOURCE = Path(__file__).with_name("doctypes.txt")
_RIGHTS = {
	"r": ("read", "report", "print", "email", "export", "share"), "w": ("write",), "c": ("create",), "d": ("delete",),
	"s": ("select",),
}  # fmt: skip
_TYPES = "|".join(sorted((*data_fieldtypes, *table_fields), key=len, reverse=True))
_FIELD = re.compile(rf"(\w+) ({_TYPES})(?: \[(.*?)\])?((?: \w+(?:=\S+)?)*)$")


def definitions() -> list[dict]:
	"""The DocTypes as the JSON of an app would say them."""
	found: list[dict] = []
	for line in SOURCE.read_text().splitlines():
		mark, _space, rest = line.partition(" ")
		if mark == "#":
			found.append({"doctype": "DocType", "name": rest, "app": "frappe", "fields": [], "permissions": []})
		elif mark == "@":
			found[-1].update(_properties(rest.split()))
		elif mark == "+":
			found[-1]["permissions"].append(_permission(rest))
		else:
			found[-1]["fields"].append(_field(line))
	return found


def _properties(words: list[str]) -> dict:
	return {key: _value(key, value) if equals else 1 for key, equals, value in (word.partition("=") for word in words)}


def _value(key: str, text: str) -> int | str:
	"""A default with a space in it is written with an underscore."""
	if text.isdigit():
		return int(text)
	return text.replace("_", " ") if key == "default" and not text.startswith("__") else text


def _permission(text: str) -> dict:
	role, rights, extras = re.fullmatch(r"(.+?) ([rwcds]+)((?: \w+=\d)*)", text).groups()
	granted = [right for letter in rights for right in _RIGHTS[letter]]
	return {"role": role, **dict.fromkeys(granted, 1), **_properties(extras.split())}


def _field(line: str) -> dict:
	fieldname, fieldtype, options, extras = _FIELD.fullmatch(line).groups()
	label = fieldname.replace("_", " ").title()
	field = {"fieldname": fieldname, "fieldtype": fieldtype, "label": label, **_properties((extras or "").split())}
	return {**field, "options": options.replace("|", "\n")} if options is not None else field
