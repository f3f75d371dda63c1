"""A host's bookings as a calendar that any calendar app can subscribe to (iCalendar, RFC 5545).

The entries have the UIDs of the invitations, so an app that has both shows a meeting once. Cancelled meetings are
left out, a session is one entry, and a multi-day meeting is shown on each of its days.
"""

from frappe import _
from frappe.translate import print_language

from scheduler_integration.meetings.hosted import by_session, hosted_between
from scheduler_integration.notifications.entry import bare_entry
from scheduler_integration.notifications.invitation import DAY, bare_event, empty_calendar, written
from scheduler_integration.notifications.readers import host_reader
from scheduler_integration.platform.clock import from_site_time
from scheduler_integration.platform.one_line import header_text
from scheduler_integration.platform.site_address import site_url

# Meetings that are over stay in the feed for this long. Apps delete entries that a feed no longer has.
_PAST_DAYS = 30


def host_feed(user: str, now: int) -> bytes:
	"""Return the calendar of the user's bookings, in the user's language. `now` is in epoch seconds.

	The same bookings always give the same bytes, because DTSTAMP is the time of the last change.
	"""
	reader = host_reader(user)
	with print_language(reader.words):
		calendar = empty_calendar("PUBLISH")
		calendar.add("x-wr-calname", header_text(_("Meetings of {0}").format(reader.name)))
		calendar.add("x-published-ttl", "PT15M")
		for sharing in by_session(hosted_between(user, now - _PAST_DAYS * DAY)):
			first = sharing[0]
			changed = max(from_site_time(booking.modified) for booking in sharing)
			entry = bare_entry(sharing, reader)
			event = bare_event(first, changed, reader, entry)
			event.add("url", site_url(f"/scheduling/meeting/{first.name}"))
			calendar.add_component(event)
		return written(calendar).encode()
