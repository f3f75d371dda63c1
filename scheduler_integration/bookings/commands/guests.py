"""Adds and removes additional guests of an existing booking."""

from collections.abc import Collection

from frappe import _
from frappe.model.document import Document

from scheduler_integration.bookings import guard
from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.bookings.store import save
from scheduler_integration.bookings.transaction import command
from scheduler_integration.exceptions import InvalidRequest, LinkExpired, SlotTaken
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.invited import CONFIRMED, KNOWN, is_unconfirmed
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee, for_host
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
	after = {email.lower(): email for email in guests if email.lower() != booking.attendee_email.lower()}
	added = tuple(email for key, email in after.items() if key not in before)
	removed = tuple(email for key, email in before.items() if key not in after)
	if not added and not removed:
		return
	if by is Actor.ATTENDEE and booking.session and booking.payment_status and 1 + len(after) > booking.seats:
		raise InvalidRequest(details={"guests": _("Each seat is paid for. Please book another one.")})
	kept = [row for row in booking.guests if row.email.lower() in after]
	booking.set("guests", [*kept, *({"email": email} for email in added)])
	booking.sequence += 1
	if by is Actor.HOST and is_unconfirmed(booking):
		# The host chose them, so they are invited.
		booking.address_status = KNOWN
	_store(booking, 1 + len(after) if booking.session else 1)
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


def _store(booking: Document, seats: int) -> None:
	"""Store the booking. In a session each additional guest takes a seat, and the hosts' lock protects the seats."""
	if booking.session and seats != booking.seats:
		guard.lock_hosts(booking.host_users())
		booking.seats = seats
	try:
		save(booking)
	except SlotTaken:
		raise InvalidRequest(details={"guests": _("The session has too few seats left.")}) from None
