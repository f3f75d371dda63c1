"""Recognises bookings among the events of a calendar: they never make busy times, the booking itself does.

An event is a host's own booking if we wrote it (by its mark), or if it has the UID of a booking that this host hosts: a mail
program may have stored our invitation, and another of the host's accounts may have a copy. The same UID in the calendar of
an attendee is a meeting that takes their time.
"""

import frappe

from scheduler_integration.calendars.provider import Changes
from scheduler_integration.meetings.sessions import host_uid

_CHUNK = 1_000
_MONTH = 31 * 86400


def own_among(user: str, changes: Changes, now: int) -> set[str]:
	"""Return the ids of the events that are this host's bookings. `now` is in epoch seconds."""
	marks = {event.mark for event in changes.events if event.mark}
	uids = {event.uid for event in changes.events if event.uid}
	mirrored = _mirrored("key", marks, user)
	hosted = _mirrored("uid", uids, user) | (_hosted(user, now) if uids else set())
	return {event.id for event in changes.events if event.mark in mirrored or event.uid in hosted}


def _mirrored(field: str, values: set[str], user: str) -> set[str]:
	found: set[str] = set()
	ordered = sorted(values)
	for begin in range(0, len(ordered), _CHUNK):
		filters = {field: ("in", ordered[begin : begin + _CHUNK]), "user": user}
		found.update(frappe.get_all("Mirrored Event", filters, pluck=field))
	return found


def _hosted(user: str, now: int) -> set[str]:
	"""Return the UIDs of the user's bookings and sessions. Those of a month ago can't be in the window any more."""
	booking, host = frappe.qb.DocType("Booking"), frappe.qb.DocType("Booking Host")
	rows = (
		frappe.qb.from_(host)
		.join(booking)
		.on((host.parent == booking.name) & (host.parenttype == "Booking"))
		.select(booking.ical_uid, booking.session, booking.session_uid)
		.where((host.user == user) & (host.ends_at > now - _MONTH))
		.run(as_dict=True)
	)
	return {uid for row in rows for uid in (row.ical_uid, host_uid(row, user))}
