"""Recognises bookings among the events of a calendar. They make no busy times, because the booking itself takes the time.

An event is a host's own booking if the app wrote it (it has a mark), or if it has the UID of a booking that this host
hosts. A mail program may have stored the invitation, and another account of the host may have a copy. In the calendar of
an attendee, an event with the same UID is a meeting that takes the attendee's time.
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
	uids: set[str] = set()
	ordered = sorted(values)
	for begin in range(0, len(ordered), _CHUNK):
		filters = {field: ("in", ordered[begin : begin + _CHUNK]), "user": user}
		uids.update(frappe.get_all("Mirrored Event", filters, pluck=field))
	return uids


def _hosted(user: str, now: int) -> set[str]:
	"""Return the UIDs of the user's bookings, sessions and series. Those over for a month can't be in the window any more."""
	booking, host, series = map(frappe.qb.DocType, ("Booking", "Booking Host", "Booking Series"))
	rows = (
		frappe.qb.from_(host)
		.join(booking)
		.on((host.parent == booking.name) & (host.parenttype == "Booking"))
		.left_join(series)
		.on(series.name == booking.series)
		.select(booking.ical_uid, booking.session, booking.session_uid, series.ical_uid.as_("series_uid"))
		.where((host.user == user) & (host.ends_at > now - _MONTH))
		.run(as_dict=True)
	)
	# The dates of a series share the UID of one invitation.
	return {uid for row in rows for uid in (row.ical_uid, host_uid(row, user), row.series_uid) if uid}
