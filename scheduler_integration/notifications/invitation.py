"""Writes the calendar part of a message, the file to download and a host's feed, by RFC 5545 (iCalendar) and RFC 5546 (iTIP).

Times are in the reader's zone, with its VTIMEZONE: a meeting over several days repeats at the same time of day there, also
across a clock change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language
from icalendar import Calendar, Event, vCalAddress, vText, vUri

from scheduler_integration.engine import Interval, series_starts, wall_clock
from scheduler_integration.meetings.hosted import by_session, hosted_between
from scheduler_integration.meetings.load import load_bookings
from scheduler_integration.meetings.series import rows_of, sequence_of
from scheduler_integration.meetings.titles import place_label
from scheduler_integration.meetings.tokens import manage_url
from scheduler_integration.notifications.entry import Entry, bare_entry, entry_for
from scheduler_integration.notifications.readers import guests_of, host_reader, share_hosts
from scheduler_integration.notifications.vtimezone import time_zone
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform.clock import from_site_time, utc
from scheduler_integration.platform.one_line import header_text
from scheduler_integration.platform.site_address import site_url

DAY = 86400
# The role of a reader who was removed from one date of a series, on its other dates.
_STAYS = {"removed": "host", "removed_guest": "guest"}
PRODID = "-//Scheduler Integration//Booking//EN"


class Invitation(NamedTuple):
	"""An iCalendar object, and its method of iTIP: what the reader's calendar is to do with it."""

	calendar: str
	method: str


def invitation_for(booking: Document, now: int, reader: Reader, *, was_confirmed: bool = True) -> Invitation | None:
	"""Return the invitation for this reader, in the current language. None if the reader's calendar has nothing to do.

	`was_confirmed`: whether the meeting was confirmed before the present change, so that calendars may have it. A request
	isn't in anybody's calendar. `now`, epoch seconds, becomes DTSTAMP. Only the attendee's copy has the manage link, because
	anybody who has the link can cancel.
	"""
	is_series = bool(booking.series) and not (booking.session and reader.is_hosting)
	staying = replace(reader, role=_STAYS.get(reader.role, reader.role))
	if is_series and (dates := occurrences(booking, staying)):
		return _invitation_to_series(dates, now, staying)
	entry = entry_of_series(booking, reader) if is_series else entry_for(booking, reader)
	method = _method(entry, reader, was_confirmed)
	if not method:
		return None
	calendar = empty_calendar(method)
	# Each date that others share is an entry of its own. Only a published calendar may have several (RFC 5546, 3.2.1).
	others = dates_of_host(booking, reader) if booking.series and booking.session and method == "PUBLISH" else []
	for each in [booking, *others]:
		own = entry if each is booking else entry_for(each, reader)
		event = bare_event(each, now, reader, own)
		_add_people(event, own, reader, method)
		calendar.add_component(event)
	return Invitation(written(calendar), method)


def _invitation_to_series(dates: Sequence[Occurrence], now: int, reader: Reader) -> Invitation:
	"""Return the invitation to the dates of a series that are left for the reader."""
	method = _method(dates[0].entry, reader, was_confirmed=True) or "REQUEST"
	calendar = empty_calendar(method)
	for each in dates:
		event = series_event(each, now, reader)
		_add_people(event, each.entry, reader, method)
		calendar.add_component(event)
	return Invitation(written(calendar), method)


def calendar_file(booking: Document, now: int, reader: Reader) -> bytes:
	"""Return the booking as a file that the reader imports into a calendar, in the current language.

	The file uses PUBLISH (RFC 5546, 3.2.1) and names no attendees: with REQUEST, calendar apps ask everybody who opens the
	file for an answer. It has the invitation's UID, so an app that has both shows one meeting. `now`, epoch seconds,
	becomes DTSTAMP.
	"""
	is_series = bool(booking.series) and not (booking.session and reader.is_hosting)
	entry, dates = entry_for(booking, reader), occurrences(booking, reader) if is_series else []
	events = [series_event(each, now, reader) for each in dates] or [bare_event(booking, now, reader, entry)]
	calendar = empty_calendar("PUBLISH")
	for event in events:
		event.add("organizer", _address(entry.hosts[0]), encode=False)
		calendar.add_component(event)
	return written(calendar).encode()


def empty_calendar(method: str) -> Calendar:
	"""Return an iCalendar object without entries. `method` is that of iTIP (RFC 5546, 1.4)."""
	calendar = Calendar()
	calendar.add("prodid", PRODID)
	calendar.add("version", "2.0")
	calendar.add("method", method)
	return calendar


def _method(entry: Entry, reader: Reader, was_confirmed: bool) -> str | None:
	"""Return the iTIP method for the entry (RFC 5546, 1.4), or None if the entry is in nobody's calendar.

	A meeting that was moved and needs another confirmation is cancelled until then. The organizer isn't asked for an answer,
	and so gets the entry published (RFC 5546, 3.2.1).
	"""
	if entry.status != "CONFIRMED":
		return "CANCEL" if was_confirmed else None
	return "PUBLISH" if reader.email == entry.hosts[0].email else "REQUEST"


def written(calendar: Calendar) -> str:
	"""Return the calendar as text, with the VTIMEZONE of each zone that it names."""
	years = [event.decoded("dtstart").year for event in calendar.walk("VEVENT")]
	# A calendar begins with its zones: some programs read it in one pass.
	zones = [time_zone(name, min(years), max(years) + 1) for name in sorted(calendar.get_used_tzids() - {"UTC"})]
	calendar.subcomponents = [*zones, *calendar.subcomponents]
	return calendar.to_ical().decode()


def bare_event(booking: Document, now: int, reader: Reader, entry: Entry) -> Event:
	"""Return the reader's VEVENT without organizer and attendees, as a calendar feed has it."""
	event = _event_without_times(booking, now, reader, entry)
	_add_times(event, booking.parts(), (reader.zone, entry.hosts[0].zone if entry.hosts else reader.zone))
	return event


def series_event(occurrence: Occurrence, now: int, reader: Reader) -> Event:
	"""Return the VEVENT of a series' rule, or of one of its dates that differs, without organizer and attendees."""
	booking, zone = occurrence.booking, occurrence.zone
	event = _event_without_times(booking, now, reader, occurrence.entry)
	length = booking.duration_minutes * 60
	if occurrence.instead_of is not None:
		event.add("recurrence-id", moment(occurrence.instead_of, zone))
	start, *others = occurrence.starts or (booking.starts_at,)
	event.add("dtstart", moment(start, zone))
	event.add("dtend", moment(start + length, zone))
	if _is_weekly([start, *others], zone):
		if others:
			event.add("rrule", {"freq": "weekly", "interval": occurrence.weeks, "count": len(others) + 1})
		for each in occurrence.left_out:
			event.add("exdate", moment(each, zone))
	elif others:
		# The clock change skips this time of day on one of the dates, or shows it twice. Readers differ about a rule then.
		event.add("rdate", [moment(each, zone) for each in others if each not in occurrence.left_out])
	return event


def _is_weekly(starts: Sequence[int], zone: str) -> bool:
	moments = [wall_clock(start, zone) for start in starts]
	return len({each.time() for each in moments}) == 1 and not any(each.fold for each in moments)


def _event_without_times(booking: Document, now: int, reader: Reader, entry: Entry) -> Event:
	event = Event()
	event.add("uid", entry.uid)
	event.add("sequence", entry.sequence)
	event.add("dtstamp", utc(now))
	event.add("summary", entry.summary)
	event.add("status", entry.status)
	event.add("description", entry.description)
	if place := booking.meeting_link or booking.location:
		event.add("location", place)
	if booking.meeting_link:
		# Add the video call, for programs that show a button to join it (RFC 7986, 5.11).
		about: Any = {"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"], "LABEL": header_text(place_label(booking) or "")}
		event.add("conference", vUri(booking.meeting_link), parameters=about)
	if reader.is_attendee:
		event.add("url", manage_url(booking))
	return event


def _add_times(event: Event, parts: Sequence[Interval], zones: Sequence[str]) -> None:
	"""Add the first day's part, and the later days as its repetitions (RFC 5545, 3.8.5).

	`zones` are those of the reader and of the host. In the first of them in which the parts are at the same time of day, the
	repetitions are a daily rule with exceptions, which every program can read. If they are so in neither, each start is
	listed, in UTC. Two meetings at 09:00 in Berlin:

		23, 24 and 26 November 2026     for readers in Berlin and New York: RRULE:FREQ=DAILY;COUNT=4, EXDATE for the 25th
		23 and 26 October 2026          in New York 03:00 and 04:00 (clocks change on the 25th): the rule is in Berlin's time
	"""
	daily = next((each for each in zones if _is_daily(parts, each)), None)
	zone = daily or "UTC"
	starts = [wall_clock(start, zone) for start, _end in parts]
	event.add("dtstart", starts[0])
	event.add("dtend", wall_clock(parts[0][1], zone))
	if len(parts) == 1:
		return
	if not daily:
		event.add("rdate", starts[1:])
		return
	days = (starts[-1].date() - starts[0].date()).days
	event.add("rrule", {"freq": "daily", "count": days + 1})
	every_day = (starts[0] + timedelta(days=each) for each in range(days))
	if skipped := sorted(set(every_day) - set(starts)):
		event.add("exdate", skipped)


def _is_daily(parts: Sequence[Interval], zone: str) -> bool:
	"""Whether all parts are at the same time of day in this zone, each on a day of its own.

	When clocks go back, a time of day occurs twice. A calendar can't name the second one (RFC 5545, 3.3.5).
	"""
	moments = [wall_clock(instant, zone) for part in parts for instant in part]
	starts = moments[::2]
	is_clear = not any(each.fold for each in moments)
	return (
		is_clear and len({each.time() for each in starts}) == 1 and len({each.date() for each in starts}) == len(parts)
	)


def _add_people(event: Event, entry: Entry, reader: Reader, method: str) -> None:
	organizer = replace(entry.hosts[0], email=entry.organizer or entry.hosts[0].email)
	event.add("organizer", _address(organizer), encode=False)
	if reader.email == entry.hosts[0].email:
		# An entry that is published to its organizer, or taken back, has no attendees (RFC 5546, 3.2.1 and 4.1.3).
		return
	if reader.is_removed:
		# A cancellation for one participant names only that participant (RFC 5546, 3.2.5).
		event.add("attendee", _address(reader), encode=False)
		return
	for host in entry.hosts:
		event.add("attendee", _address(host, role="CHAIR", partstat="ACCEPTED"), encode=False)
	answer = {} if method == "CANCEL" else {"partstat": "NEEDS-ACTION", "rsvp": "TRUE"}
	for participant in entry.participants:
		event.add("attendee", _address(participant, role="REQ-PARTICIPANT", **answer), encode=False)


def _address(reader: Reader, **parameters: str) -> vCalAddress:
	address = vCalAddress(f"mailto:{reader.email}")
	# A parameter value can't contain a double quote, even if quoted, or a control character (RFC 5545, 3.1).
	for name, value in {"cn": header_text(reader.name).replace('"', "'"), **parameters}.items():
		address.params[name.upper()] = vText(value)
	return address


# Writes the invitation to a series: one UID, a weekly rule, and what differs from it.
#
# Every message has the whole series as it is then, with a higher SEQUENCE (RFC 5546, 3.2.2.1). So a calendar that missed a
# message, or got two in the wrong order, is right after the next one. Example: six Thursdays at 09:00, of which the third was
# cancelled and the fifth moved:
#
#     VEVENT    DTSTART 10 December, RRULE:FREQ=WEEKLY;COUNT=6, EXDATE 24 December
#     VEVENT    RECURRENCE-ID 7 January 09:00, DTSTART 8 January 11:00
#
# Times are in the zone of the series, which is the host's, so that the dates stay at the same time of day there.

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
	# The starts by the rule, to the last date. An hour more or less, if the clocks changed in between.
	count = round((dates[-1].series_date - first.series_date) / (series.weeks * WEEK)) + 1
	by_rule = tuple(series_starts(first.series_date, series.weeks, count, series.zone))
	taking_place = {each.series_date for each in dates}
	left_out = tuple(start for start in by_rule if start not in taking_place)
	rule = occurrence(first, starts=by_rule, left_out=left_out)
	return [
		rule,
		*(occurrence(each, instead_of=each.series_date) for each in dates if _differs(each, first)),
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
	found = []
	for each in load_bookings(names):
		if reader.is_hosting:
			takes_part = reader.user in each.host_users()
		else:
			takes_part = reader.is_attendee or reader.email.lower() in {
				guest.email.lower() for guest in guests_of(each)
			}
		if takes_part and each.status in ("Scheduled", "Completed", "No Show"):
			found.append(each)
	return sorted(found, key=lambda each: each.series_date)


def _differs(booking: Document, first: Document) -> bool:
	"""Whether the booking isn't just a repetition of the first one."""
	if booking.starts_at != booking.series_date:
		return True
	same = ("duration_minutes", "meeting_link", "location")
	people = guests_of(booking), booking.host_users()
	return any(booking.get(field) != first.get(field) for field in same) or people != (
		guests_of(first),
		first.host_users(),
	)


# Meetings that are over stay in the feed for this long. Apps delete entries that a feed no longer has.
_PAST_DAYS = 30


def host_feed(user: str, now: int) -> bytes:
	"""Return the user's bookings as a calendar that any calendar app can subscribe to. `now` is in epoch seconds.

	It is in the user's language. The entries have the UIDs of the invitations, so an app that has both shows a meeting once.
	Cancelled meetings are left out, a session is one entry, and a multi-day meeting is shown on each of its days.

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
