"""Writes the invitation to a series: one UID, a weekly rule, and what differs from it.

Every message has the whole series as it is then, with a higher SEQUENCE (RFC 5546, 3.2.2.1). So a calendar that missed a
message, or got two in the wrong order, is right after the next one. Example: six Thursdays at 09:00, of which the third was
cancelled and the fifth moved:

    VEVENT    DTSTART 10 December, RRULE:FREQ=WEEKLY;COUNT=6, EXDATE 24 December
    VEVENT    RECURRENCE-ID 7 January 09:00, DTSTART 8 January 11:00

Times are in the zone of the series, which is the host's, so that the dates stay at the same time of day there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import frappe
from frappe.model.document import Document

from scheduler_integration.engine import series_starts, wall_clock
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.series import rows_of, sequence_of
from scheduler_integration.notifications.entry import Entry, entry_for
from scheduler_integration.notifications.readers import guests_of, share_hosts
from scheduler_integration.notifications.wording import Reader

WEEK = 7 * 86400


@dataclass(frozen=True, slots=True)
class Occurrence:
	"""One VEVENT of a series: a booking with the reader's entry, and the times to write.

	`starts` are the starts of a rule, epoch seconds; all but the first are repetitions. `left_out` are those of them that don't
	take place. With `instead_of` the booking takes the place of that repetition.
	"""

	booking: Document
	entry: Entry
	zone: str
	weeks: int
	starts: tuple[int, ...] = ()
	left_out: tuple[int, ...] = ()
	instead_of: int | None = None


def occurrences(booking: Document, reader: Reader) -> list[Occurrence]:
	"""Return the VEVENTs for this reader, the rule first. Empty if no confirmed date of the series is left for the reader."""
	series = frappe.db.get_value("Booking Series", booking.series, ["weeks", "zone", "ical_uid"], as_dict=True)
	dates = _dates_for(booking, reader)
	if not dates:
		return []
	share_hosts(dates)
	sequence = sequence_of(booking.series)

	def occurrence(of: Document, **times: object) -> Occurrence:
		entry = replace(entry_for(of, reader), uid=series.ical_uid, sequence=sequence)
		return Occurrence(of, entry, series.zone, series.weeks, **times)  # type: ignore[arg-type]  # The fields of times.

	first = dates[0]
	if len(dates) == 1:
		return [occurrence(first)]
	by_rule = _rule_starts(dates, series.weeks, series.zone)
	taking_place = {each.series_date for each in dates}
	left_out = tuple(start for start in by_rule if start not in taking_place)
	rule = occurrence(first, starts=by_rule, left_out=left_out)
	return [
		rule,
		*(occurrence(each, instead_of=each.series_date) for each in dates if _differs(each, first, reader)),
	]


def dates_of_host(booking: Document, reader: Reader) -> list[Document]:
	"""Return the other confirmed dates of the booking's series that this host takes."""
	return [each for each in _dates_for(booking, reader) if each.name != booking.name]


def entry_of_series(booking: Document, reader: Reader) -> Entry:
	"""Return the entry for a message that takes the whole series out of the reader's calendar."""
	uid = frappe.db.get_value("Booking Series", booking.series, "ical_uid")
	entry = entry_for(booking, reader)
	return replace(entry, uid=uid, sequence=sequence_of(booking.series), status="CANCELLED")


def moment(instant: int, zone: str) -> datetime:
	"""Return the instant by the clock of the zone, or in UTC if that clock shows the time for the second time.

	A calendar can't name the second 02:30 of an autumn night (RFC 5545, 3.3.5).
	"""
	wall = wall_clock(instant, zone)
	return wall_clock(instant, "UTC") if wall.fold else wall


def _dates_for(booking: Document, reader: Reader) -> list[Document]:
	"""Return the confirmed bookings of the series in which the reader takes part, in the order of the rule."""
	names = [row.name for row in rows_of(booking.series)]
	found = [each for each in load_bookings(names) if each.status in ("Scheduled", "Completed", "No Show")]
	return sorted((each for each in found if _takes_part(each, reader)), key=lambda each: each.series_date)


def _takes_part(booking: Document, reader: Reader) -> bool:
	if reader.is_hosting:
		return reader.user in booking.host_users()
	return reader.is_attendee or reader.email.lower() in {guest.email.lower() for guest in guests_of(booking)}


def _rule_starts(dates: Sequence[Document], weeks: int, zone: str) -> tuple[int, ...]:
	"""Return the starts by the rule, from the first of the dates to the last."""
	first, last = dates[0].series_date, dates[-1].series_date
	# An hour more or less, if the clocks changed in between.
	count = round((last - first) / (weeks * WEEK)) + 1
	return tuple(series_starts(first, weeks, count, zone))


def _differs(booking: Document, first: Document, reader: Reader) -> bool:
	"""Whether the booking isn't just a repetition of the first one."""
	if booking.starts_at != booking.series_date:
		return True
	same = ("duration_minutes", "meeting_link", "location")
	people = guests_of(booking), booking.host_users()
	return any(booking.get(field) != first.get(field) for field in same) or people != (
		guests_of(first),
		first.host_users(),
	)
