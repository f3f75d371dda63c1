"""Takes persons out of the CRM's records of meetings."""

from collections.abc import Sequence

import frappe

from scheduler_integration.crm.events import change_event, event_to_change, remove_participants


def forget_in_activities(bookings: Sequence[frappe._dict]) -> None:
	"""Take the attendees of these bookings out of the Events, and out of the entries on timelines.

	Each booking has `name`, `event`, `attendee_email` and `meeting_type`. An Event that other bookings have too keeps its
	words, which name no single attendee. The entry of a lead or deal stays, without the person.
	"""
	names = {booking.name for booking in bookings}
	by_event: dict[str, list[frappe._dict]] = {}
	for booking in bookings:
		by_event.setdefault(booking.event, []).append(booking)
	for name, own in by_event.items():
		others = frappe.get_all(
			"Booking", {"event": name, "name": ["not in", names], "is_forgotten": 0}, "attendee_email"
		)
		staying = {_key(each.attendee_email) for each in others}
		_forget(name, own, {_key(each.attendee_email) for each in own} - staying, is_shared=bool(others))


def _forget(name: str, bookings: list[frappe._dict], addresses: set[str], *, is_shared: bool) -> None:
	event = event_to_change(name)
	if not event:
		return
	people = [row for row in event.event_participants if _key(row.email) in addresses]
	remove_participants(event, [row for row in people if row.reference_doctype == "Contact"])
	for row in people:
		if row.reference_doctype != "Contact":
			row.db_set("email", None, update_modified=False)
	if not is_shared:
		title = frappe.get_cached_value("Meeting Type", bookings[0].meeting_type, "title")
		change_event(event, {"subject": title, "description": ""})
	if frappe.db.table_exists("Version"):
		frappe.db.delete("Version", {"ref_doctype": "Event", "docname": name})
	frappe.db.delete("__global_search", {"doctype": "Event", "name": name})


def _key(address: str | None) -> str:
	return (address or "").lower()
