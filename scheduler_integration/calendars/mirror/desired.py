"""Describes a meeting as it should be in a host's calendar, by the booking's present state."""

import hashlib
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.calendars.provider import OutgoingEvent, Person
from scheduler_integration.meetings.calls import conference_of, has_other_call
from scheduler_integration.meetings.invited import invited_guests
from scheduler_integration.meetings.payment import waits_for_payment
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.titles import event_description
from scheduler_integration.meetings.tokens import manage_url
from scheduler_integration.platform.language import language_of, spoken
from scheduler_integration.platform.site_address import site_url


@dataclass(frozen=True, slots=True)
class Meeting:
	"""A meeting of one host: a booking, or all bookings of a session. `uid` is the UID of the host's calendar entry."""

	user: str
	uid: str
	bookings: tuple[Document, ...]

	@property
	def days(self) -> list[tuple[int, int]]:
		"""The times, epoch seconds, on the days that this host takes. After a reassignment these may not be all days."""
		if not self.bookings:
			return []
		return sorted({(row.starts_at, row.ends_at) for row in self.bookings[0].hosts if row.user == self.user})


def meeting_of(booking: Document, user: str, uid: str, session: str) -> Meeting:
	"""Return the meeting as it is now, without those who haven't paid yet. It has no bookings if all were cancelled, or if another host takes the meeting."""
	bookings = live_in_session(session) if session else [booking]
	known = [each for each in bookings if each.status in LIVE and not waits_for_payment(each)]
	mine = [each for each in known if any(row.user == user for row in each.hosts)]
	return Meeting(user, uid, tuple(mine))


def event_of(meeting: Meeting, day: int, key: str, *, invites: bool) -> OutgoingEvent:
	"""Return the event of a day, counted from 0. Each day has a UID of its own; the first day's is the meeting's."""
	first = meeting.bookings[0]
	start, end = meeting.days[day]
	title = frappe.get_cached_value("Meeting Type", first.meeting_type, "title") if first.session else first.subject
	people: dict[str, Person] = {}
	for booking in meeting.bookings if invites else ():
		people[booking.attendee_email] = Person(booking.attendee_email, booking.attendee_name)
		people.update((guest, Person(guest)) for guest in invited_guests(booking))
	# Attendees see an event that invites them. Only the host sees any other event.
	with print_language(spoken(first.language) if invites and first.language else language_of(meeting.user)):
		if all(booking.status == "Pending" for booking in meeting.bookings):
			title = _("Request: {0}").format(title)
		description = _description(meeting, invites=invites)
	return OutgoingEvent(
		key=key,
		uid=uid_of_day(meeting.uid, day),
		title=title,
		description=description,
		location=first.meeting_link or first.location or "",
		start=start,
		end=end,
		zone=timezone_of(meeting.user),
		conference=conference_of(first, meeting.user) if day == 0 else "",
		has_other_call=has_other_call(first),
		attendees=tuple(people.values()),
		invites=invites,
	)


def event_key(uid: str, user: str, day: int, generation: int) -> str:
	"""Return the event's key: the same at each try, and another one after the host deleted the event.

	Google never gives the id of a deleted event to a new one, so a new event needs a new generation.
	"""
	of = "\n".join((frappe.local.site, uid, user, str(day), str(generation)))
	return hashlib.sha256(of.encode()).hexdigest()[:32]


def uid_of_day(uid: str, day: int) -> str:
	name, _at, domain = uid.partition("@")
	return f"{name}-day-{day + 1}@{domain}" if day else uid


def _description(meeting: Meeting, *, invites: bool) -> str:
	first = meeting.bookings[0]
	parts = [first.meeting_link, *map(_attendee, meeting.bookings)]
	# Attendees can read an event that invites them. They mustn't read other people's answers there. Anybody with a manage
	# link can cancel, so an event that only the host reads has the host's own page instead.
	if invites and len(meeting.bookings) == 1:
		parts = [first.meeting_link, _("To see or cancel the meeting: {0}").format(manage_url(first))]
	elif invites:
		parts = [first.meeting_link]
	elif len(meeting.bookings) == 1:
		parts.append(_("{0}: {1}").format(_("Open the meeting"), site_url(f"/scheduling/meeting/{first.name}")))
	else:
		parts.append(_("Your meetings: {0}").format(site_url("/scheduling")))
	return "\n\n".join(filter(None, parts))


def _attendee(booking: Document) -> str:
	seats = f" × {booking.seats}" if (booking.seats or 1) > 1 else ""
	company = f", {booking.attendee_company}" if booking.attendee_company else ""
	who = f"{booking.attendee_name} <{booking.attendee_email}>{company}{seats}"
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	return "\n".join(
		filter(None, (who, booking.attendee_phone, event_description(booking, meeting_type, for_host=True)))
	)
