"""Changes who comes and where: additional guests, what is written about an attendee, the place.

Meetings may be booked before anybody has said where they take place.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.bookings import guard
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.store import save
from scheduler_integration.bookings.transaction import command
from scheduler_integration.catalogue.places import Place
from scheduler_integration.catalogue.video import is_call
from scheduler_integration.exceptions import InvalidRequest, LinkExpired, SlotTaken
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.invited import CONFIRMED, KNOWN, is_unconfirmed
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.sessions import live_in_session
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host
from scheduler_integration.meetings.titles import event_title
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.meetings.transitions import Actor, check_open


@command
def update_guests_by_token(token: str, guests: Collection[str], now: int) -> AttendeeBooking:
	"""Make `guests`, e-mail addresses, the additional guests of the manage link's booking, as its attendee.

	Raises BookingNotFound, AlreadyCancelled, LinkExpired if the meeting is over, and InvalidRequest if the session has too
	few seats. The caller must roll back then.
	"""
	booking = find_by_token(token, for_update=True)
	if booking.ends_at <= now:
		raise LinkExpired
	_update(booking, guests, Actor.ATTENDEE, now)
	return for_attendee(booking, now)


@command
def update_guests_by_host(name: str, guests: Collection[str], now: int) -> HostBooking:
	"""Make `guests`, e-mail addresses, the additional guests of the booking `name`, as the signed-in host or manager.

	Raises BookingNotFound, AlreadyCancelled, NotPermitted (also if the meeting is over), and InvalidRequest if the session
	has too few seats. The caller must roll back then.
	"""
	booking = find_for_host(name, "write", for_update=True)
	_update(booking, guests, Actor.HOST, now)
	return for_host(booking, now)


@command
def confirm_address_by_token(token: str, now: int) -> AttendeeBooking:
	"""Note that the manage link's attendee has confirmed the address. The additional guests are invited.

	Does nothing if the address was confirmed before, or if the meeting is over or doesn't take place. Raises BookingNotFound.
	"""
	booking = find_by_token(token, for_update=True)
	if is_unconfirmed(booking) and booking.status in OPEN and booking.ends_at > now:
		booking.address_status = CONFIRMED
		save(booking)
		change = Change(Kind.ADDRESS_CONFIRMED, booking, now, by=Actor.ATTENDEE, status_before=booking.status)
		run_consequences(change)
	return for_attendee(booking, now)


def _update(booking: Document, guests: Collection[str], by: Actor, now: int) -> None:
	check_open(booking, now)
	before = {row.email.lower(): row.email for row in booking.guests}
	after = {email.lower(): email for email in guests}
	after.pop(booking.attendee_email.lower(), None)
	added, removed = _without(after, before), _without(before, after)
	if not added and not removed:
		return
	if booking.session:
		# Each additional guest takes a seat, and the hosts' lock protects the seats.
		guard.lock_hosts(booking.host_users())
		if by is Actor.ATTENDEE and booking.payment_status and len(after) >= booking.seats:
			raise InvalidRequest(details={"guests": _("Each seat is paid for. Please book another one.")})
		booking.seats = 1 + len(after)
	kept = [row for row in booking.guests if row.email not in removed]
	booking.set("guests", [*kept, *({"email": email} for email in added)])
	booking.sequence += 1
	if by is Actor.HOST and is_unconfirmed(booking):
		# The host chose them, so they are invited.
		booking.address_status = KNOWN
	try:
		save(booking)
	except SlotTaken:
		raise InvalidRequest(details={"guests": _("The session has too few seats left.")}) from None
	run_consequences(
		Change(
			Kind.GUESTS_CHANGED,
			booking,
			now,
			by=by,
			added_guests=added,
			removed_guests=removed,
			status_before=booking.status,
		)
	)


def _without(addresses: Mapping[str, str], others: Collection[str]) -> tuple[str, ...]:
	return tuple(address for key, address in addresses.items() if key not in others)


@dataclass(frozen=True, slots=True)
class Person:
	"""The facts that an attendee may correct. All values are checked. `phone` and `company` may be empty."""

	name: str
	phone: str
	company: str


@command
def correct_attendee(name: str, person: Person, now: int) -> bool:
	"""Write the person's corrected facts into the booking `name`, as its attendee. Returns whether anything changed.

	The title follows in the CRM and in the hosts' calendars. Nobody gets a message. The caller has made sure that the
	attendee asks for this.
	"""
	booking = frappe.get_doc("Booking", name, for_update=True)
	facts = {"attendee_name": person.name, "attendee_phone": person.phone, "attendee_company": person.company}
	if booking.is_forgotten or all((booking.get(field) or "") == value for field, value in facts.items()):
		return False
	booking.update(facts)
	booking.subject = event_title(booking, frappe.get_cached_doc("Meeting Type", booking.meeting_type))
	save(booking)
	run_consequences(Change(Kind.CORRECTED, booking, now, by=Actor.ATTENDEE, status_before=booking.status))
	return True


@command
def say_where(name: str, place: Place, now: int) -> HostBooking:
	"""Set where the booking `name` takes place, as its signed-in host or manager. A session has one place for all.

	People get the invitation again with the place, or with the link of the video call as soon as there is one. Raises
	BookingNotFound, NotPermitted, AlreadyCancelled, TransitionNotAllowed if the meeting is over, and InvalidRequest if
	the number to call is missing.
	"""
	booking = find_for_host(name, "write", for_update=True)
	check_open(booking, now)
	sharing = live_in_session(booking.session or None) or [booking]
	if place.needs_phone and not all(each.attendee_phone for each in sharing):
		raise InvalidRequest(
			details={
				"location_details": _("Enter the number, because {0} hasn't left one.").format(booking.attendee_name)
			}
		)
	_set(sharing, place, now)
	booking.reload()
	return for_host(booking, now)


def without_place(meeting_type: str, now: int) -> list[str]:
	"""Return the coming bookings of the meeting type whose attendees don't know where they meet, earliest first."""
	nowhere = {"location_type": ["is", "not set"], "location": ["is", "not set"], "starts_at": [">", now]}
	filters = {"meeting_type": meeting_type, "status": ["in", sorted(OPEN)], **nowhere}
	names: list[str] = frappe.get_all("Booking", filters, pluck="name", order_by="starts_at asc")
	return names


@command
def take_place(name: str, place: Place, now: int) -> None:
	"""Set the place that the booking's meeting type has now, unless the booking has one already."""
	booking = frappe.get_doc("Booking", name, for_update=True)
	is_missing = booking.status in OPEN and not booking.location_type and not booking.location
	if is_missing and (booking.attendee_phone or not place.needs_phone):
		_set([booking], place, now)


def _set(bookings: Sequence[Document], place: Place, now: int) -> None:
	changes = []
	for booking in bookings:
		where = booking.attendee_phone if place.needs_phone else place.details or None
		# The message about a call waits for its link. A calendar takes a newer invitation only if its SEQUENCE is higher.
		sequence = booking.sequence + (0 if is_call(place.type) and not where else 1)
		booking.db_set({"location_type": place.type, "location": where, "sequence": sequence}, update_modified=False)
		changes.append(Change(Kind.PLACED, booking, now, status_before=booking.status))
	run_consequences(*changes)
