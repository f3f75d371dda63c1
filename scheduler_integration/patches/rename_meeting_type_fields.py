"""Moves the values of two fields of Meeting Type to the fields' new names, which are those of the engine's rules."""

from frappe.model.utils.rename_field import rename_field

RENAMED = {"packed": "fill_gaps", "only_days_with_room": "only_days_with_slots"}


def execute():
	for old, new in RENAMED.items():
		rename_field("Meeting Type", old, new)
