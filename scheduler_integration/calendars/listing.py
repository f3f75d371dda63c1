"""Keeps the list of an account's calendars, and which of them are chosen."""

from urllib.parse import urlsplit

import frappe
from frappe.model.document import Document

from scheduler_integration.calendars.accounts import secret
from scheduler_integration.calendars.provider import ProviderCalendar
from scheduler_integration.calendars.providers.registry import PROVIDERS

_DOCTYPE = "Calendar Connection"


def is_used(row: frappe._dict) -> bool:
	"""Whether the host has chosen that this calendar is read, or written."""
	return bool(row.check_conflicts or row.write_bookings)


def store_calendars(connection: str, offered: list[ProviderCalendar]) -> None:
	"""Make the connection's calendars those that the provider listed. Choices are kept.

	If the connection is new, its main calendar is read, and written too if the host has no destination yet. A chosen
	calendar that no longer exists is kept as "Gone": the host sees it, and the host's times stay closed.
	"""
	doc = frappe.get_doc(_DOCTYPE, connection)
	stored = {row.calendar_id: row for row in doc.calendars}
	is_first = not stored
	for calendar in offered:
		row = stored.pop(calendar.id, None) or doc.append("calendars", {"calendar_id": calendar.id, "generation": 1})
		row.update(
			{
				"calendar_name": calendar.name[:140],
				"zone": calendar.zone,
				"is_primary": int(calendar.is_primary),
				"can_write": int(calendar.can_write),
				"state": "OK",
			}
		)
	for row in stored.values():
		if is_used(row):
			row.state = "Gone"
		else:
			doc.remove(row)
	if is_first:
		_choose(doc)
	if PROVIDERS[doc.provider].access == "address" and offered:
		# A name by which the host can tell the feed from other feeds of the same server.
		name, host = offered[0].name, urlsplit(secret(connection, "address")).hostname or ""
		doc.account_name = name[:140] if name == host else f"{name[:80]} · {host}"[:140]
	doc.flags.from_provider = True
	# The sync has no signed-in user, and the host may have lost the role meanwhile.
	doc.save(ignore_permissions=True)


def _choose(doc: Document) -> None:
	if not doc.calendars:
		return
	main = next((row for row in doc.calendars if row.is_primary), doc.calendars[0])
	main.check_conflicts = 1
	connections = frappe.get_all(_DOCTYPE, {"user": doc.user, "is_active": 1}, pluck="name")
	chosen = {"parent": ("in", connections), "write_bookings": 1}
	has_destination = bool(connections and frappe.db.exists("Connected Calendar", chosen))
	main.write_bookings = int(bool(main.can_write) and not has_destination)
