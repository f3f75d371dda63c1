"""Describes a booking's entry in a reader's calendar.

Each attendee has an entry of their own. A host has one entry for a whole session, for any number of attendees.
"""

from dataclasses import dataclass, replace

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.meetings.invited import is_unconfirmed
from scheduler_integration.meetings.payment import waits_for_payment
from scheduler_integration.meetings.sessions import live_in_session, session_sequence, session_uid_for
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.titles import event_description
from scheduler_integration.meetings.tokens import manage_url
from scheduler_integration.notifications.readers import attendee_of, guests_of, hosts_of
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform.site_address import site_url


@dataclass(frozen=True, slots=True)
class Entry:
	"""The parts of a VEVENT that depend on the reader.

	`status` is one of RFC 5545, 3.8.1.11. `uid` never changes, and `sequence` grows with each change. `organizer` is the
	address to which the reader's program sends its answer, empty for that of the first host.
	"""

	uid: str
	sequence: int
	status: str
	summary: str
	description: str
	hosts: tuple[Reader, ...] = ()
	participants: tuple[Reader, ...] = ()
	organizer: str = ""


def entry_for(booking: Document, reader: Reader) -> Entry:
	"""Return the reader's entry, in the current language (`frappe.local.lang`)."""
	if not booking.session or not reader.is_hosting:
		people = (attendee_of(booking), *guests_of(booking))
		return replace(_own_entry(booking, reader), hosts=tuple(hosts_of(booking)), participants=people)
	sharing = [] if reader.is_removed else live_in_session(booking.session)
	sharing = [each for each in sharing if not waits_for_payment(each)]
	people = tuple(person for booking in sharing for person in (attendee_of(booking), *guests_of(booking)))
	entry = _session_entry(booking, sharing, reader)
	return replace(entry, hosts=tuple(hosts_of(booking)), participants=people)


def bare_entry(sharing: list[Document], reader: Reader) -> Entry:
	"""Return a host's entry without people: of one booking, or of the session whose live bookings these are."""
	first = sharing[0]
	return _session_entry(first, sharing, reader) if first.session else _own_entry(first, reader)


def _own_entry(booking: Document, reader: Reader) -> Entry:
	is_cancelled = booking.status in RELEASED or reader.is_removed
	return Entry(
		uid=booking.ical_uid,
		sequence=booking.sequence,
		status="CANCELLED" if is_cancelled else _status([booking]),
		summary=booking.subject,
		description=_description(booking, reader),
		organizer="" if reader.is_hosting else booking.organizer or "",
	)


def _session_entry(booking: Document, sharing: list[Document], reader: Reader) -> Entry:
	return Entry(
		uid=session_uid_for(booking, reader.user),
		sequence=session_sequence(booking.session_uid),
		status=_status(sharing),
		summary=frappe.get_cached_value("Meeting Type", booking.meeting_type, "title"),
		description="\n\n".join(
			filter(
				None,
				(
					_how_to_join(booking),
					*map(_attendee_line, sharing),
					_("Your meetings: {0}").format(site_url("/scheduling")),
				),
			)
		),
	)


def _status(bookings: list[Document]) -> str:
	states = {booking.status for booking in bookings} - RELEASED
	if not states:
		return "CANCELLED"
	return "TENTATIVE" if states == {"Pending"} else "CONFIRMED"


def _description(booking: Document, reader: Reader) -> str:
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	parts = [_how_to_join(booking)]
	if reader.is_hosting:
		# The attendee with the ways to reach them.
		parts.insert(
			0, ", ".join(filter(None, (f"{booking.attendee_name} <{booking.attendee_email}>", booking.attendee_phone)))
		)
	if reader.role == "guest":
		hosts = ", ".join(host.name for host in hosts_of(booking))
		parts.append(_("{0} invited you to a meeting with {1}.").format(booking.attendee_name, hosts))
	if reader.sees_answers and not (reader.is_attendee and is_unconfirmed(booking)):
		parts.append(event_description(booking, meeting_type, for_host=reader.is_hosting))
	if reader.is_attendee:
		sentence = _("{0}: {1}").format(_("See the meeting"), "{0}")
		if meeting_type.allow_cancel:
			sentence = (
				_("To change or cancel: {0}")
				if meeting_type.allow_reschedule
				else _("To see or cancel the meeting: {0}")
			)
		parts.append(sentence.format(manage_url(booking)))
	if reader.role == "host":
		parts.append(_("{0}: {1}").format(_("Open the meeting"), site_url(f"/scheduling/meeting/{booking.name}")))
	return "\n\n".join(filter(None, parts))


def _how_to_join(booking: Document) -> str:
	"""Return the link of the video call, with the number and passcode for people who dial in."""
	lines = [booking.meeting_link]
	if booking.meeting_id:
		lines.append(_("Meeting ID: {0}").format(booking.meeting_id))
	if booking.meeting_password:
		lines.append(_("Passcode: {0}").format(booking.meeting_password))
	return "\n".join(filter(None, lines))


def _attendee_line(booking: Document) -> str:
	"""Return the attendee, their number of seats, and the description, such as "Ada <ada@example.com> × 2"."""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	seats = f" × {booking.seats}" if booking.seats > 1 else ""
	who = f"{booking.attendee_name} <{booking.attendee_email}>{seats}"
	return "\n".join(filter(None, (who, event_description(booking, meeting_type, for_host=True))))
