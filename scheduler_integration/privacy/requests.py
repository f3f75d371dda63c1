"""Corrects and erases what is held about a person, because the person asks for it.

Erasing takes everything away at once that belongs to meetings that are over. A coming meeting is cancelled first, so that its
host is told and their calendar is free. It is erased as soon as all that has happened, and at the latest after a day. A
meeting that the attendee can't cancel any more stays until it is over. A Privacy Request says when which person, as a hash,
asked for what, and how much was erased.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import bookings
from scheduler_integration.catalogue.booking_links import forget_person
from scheduler_integration.crm.contacts import find_contact
from scheduler_integration.engagement.retention import delete_outside_bookings
from scheduler_integration.exceptions import LinkExpired, SchedulingError
from scheduler_integration.meetings.status import OPEN, RELEASED
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.notifications.code_mail import forget_codes_to
from scheduler_integration.outbox.tasks import skip_open, with_open_tasks
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.language import for_later
from scheduler_integration.platform.signing import keyed_hash, payload_of, signed
from scheduler_integration.platform.transactions import roll_back
from scheduler_integration.privacy.held import booked_names
from scheduler_integration.waitlist import commands, retention
from scheduler_integration.waitlist.held import waiting_names
from scheduler_integration.waitlist.links import entry_token

DOCTYPE = "Privacy Request"
WAITING, DONE = "Waiting", "Done"
# The outbox tasks of a cancelled meeting get this long. Then its person is erased in any case.
LONGEST_WAIT = 86400


@dataclass(frozen=True, slots=True)
class Kept:
	"""A coming meeting that can't be cancelled any more, and the sentence that says why. `start` is in epoch seconds."""

	booking: str
	start: int
	reason: str


@dataclass(frozen=True, slots=True)
class Erasure:
	"""The result so far: how many meetings were erased, how many were cancelled and will be erased, and which stay."""

	erased: int
	cancelled: int
	kept: tuple[Kept, ...]


def correct(address: str, person: bookings.Person, now: int) -> int:
	"""Correct the person in all their bookings and on all waitlists, and return in how many something was wrong.

	Commits after each of them.
	"""
	changed = 0
	for command, names in (
		(bookings.correct_attendee, booked_names(address)),
		(retention.correct_waiting, waiting_names(address)),
	):
		for name in names:
			changed += command(name, person, now)
			frappe.db.commit()
	if changed:
		_record(address, "Correction", now, {"bookings": changed}, [])
		frappe.db.commit()
	return changed


def erase(address: str, now: int) -> Erasure:
	"""Erase what is held about the person with this address. `now` is in epoch seconds. Commits after each booking."""
	_leave_invitations(address, now)
	waitlists = waiting_names(address)
	for name in waitlists:
		# An offer that the person has goes on to the next one.
		commands.leave_waitlist(entry_token(name), now)
		retention.forget_entries([name])
		frappe.db.commit()
	names, kept = list[str](), list[Kept]()
	# A meeting that somebody moves meanwhile is another booking.
	while new := [name for name in booked_names(address) if name not in names]:
		names += new
		kept += [each for name in new if (each := _cancelled(name, now))]
	left = _busy(names, address, now)
	gone = [name for name in names if name not in left]
	counts = {
		"bookings": len(names),
		"outside_bookings": delete_outside_bookings(address),
		"codes": forget_codes_to(address),
		"booking_links": forget_person(address),
		"waitlist_entries": len(waitlists),
	}
	_forget(gone)
	contact = None if left else forget_own_contact(address)
	_record(address, "Erasure", now, counts, left, contact)
	frappe.db.commit()
	return Erasure(len(gone), len(left) - len(kept), tuple(kept))


def finish_requests(now: int) -> int:
	"""Erase the meetings for which requests wait, if they are over and nothing is left to do. Returns how many requests are done.

	Commits after each request.
	"""
	done = 0
	for row in frappe.get_all(DOCTYPE, {"status": WAITING}, ["name", "bookings_left", "requested_at"]):
		is_late = now - row.requested_at >= LONGEST_WAIT
		done += _go_on(row.name, json.loads(row.bookings_left), now, is_late=is_late)
		frappe.db.commit()
	return done


def _go_on(request: str, waiting: list[str], now: int, *, is_late: bool) -> bool:
	rows = frappe.get_all("Booking", {"name": ["in", waiting], "is_forgotten": 0}, ["name", "status", "attendee_email"])
	busy = set() if is_late else with_open_tasks([row.name for row in rows])
	ready = [row for row in rows if row.status not in OPEN and row.name not in busy]
	_forget([row.name for row in ready])
	left = [row.name for row in rows if row not in ready]
	values: dict[str, Any] = {"bookings_left": json.dumps(left)}
	if not left:
		values |= {"status": DONE, "done_on": to_site_time(now)}
		address = rows[0].attendee_email if rows else ""
		if address:
			forget_codes_to(address)
			values["contact"] = forget_own_contact(address)
	if len(left) < len(waiting):
		frappe.db.set_value(DOCTYPE, request, values, update_modified=False)
	return not left


def _cancelled(name: str, now: int) -> Kept | None:
	"""Cancel the booking if it is still to come, as its attendee. Returns what says why that can't be done. Commits."""
	booking = frappe.get_doc("Booking", name)
	if booking.status not in OPEN:
		return None
	try:
		bookings.cancel_by_token(manage_token(booking), "", now)
		frappe.db.commit()
	except SchedulingError as error:
		roll_back()
		return Kept(name, booking.starts_at, error.message)
	return None


def _leave_invitations(address: str, now: int) -> None:
	"""Take the person out of other people's meetings. Commits after each of them."""
	guest = frappe.qb.DocType("Booking Guest")
	mine = (guest.email == address) & (guest.parenttype == "Booking")
	for name in frappe.qb.from_(guest).select(guest.parent).where(mine).run(pluck=True):
		booking = frappe.get_doc("Booking", name)
		staying = tuple(row.email for row in booking.guests if row.email.lower() != address)
		try:
			bookings.update_guests_by_token(manage_token(booking), staying, now)
			frappe.db.commit()
		except SchedulingError:
			# It is over or cancelled, so nobody needs to know.
			roll_back()
		# The note of this change names the person, too.
		bookings.forget_guest(name, address)
		frappe.db.commit()


def _busy(names: list[str], address: str, now: int) -> list[str]:
	"""Return the meetings that are still to come, or of which something must still happen outside because they were cancelled.

	The person gets no more messages.
	"""
	if not names:
		return []
	skip_open(names, now, for_later("The attendee asked to be erased."), targets=(address,))
	rows = frappe.get_all("Booking", {"name": ["in", names]}, ["name", "status"])
	statuses = {row.name: row.status for row in rows}
	waiting = with_open_tasks(names)
	return [
		name for name in names if statuses.get(name) in OPEN or (statuses.get(name) in RELEASED and name in waiting)
	]


def _forget(names: list[str]) -> None:
	if names:
		bookings.forget_bookings(names, activities=True)


def _record(
	address: str, kind: str, now: int, counts: dict[str, int], left: list[str], contact: str | None = None
) -> None:
	request = frappe.new_doc(DOCTYPE)
	request.update(
		{
			"kind": kind,
			"status": WAITING if left else DONE,
			"person": person_hash(address),
			"requested_at": now,
			"requested_on": to_site_time(now),
			"done_on": None if left else to_site_time(now),
			"counts": json.dumps(counts),
			"bookings_left": json.dumps(left),
			"contact": contact,
		}
	)
	# The person isn't signed in, and no role may write these records.
	request.insert(ignore_permissions=True)


def person_hash(address: str) -> str:
	"""Return an HMAC of the address with the site's key. A person who knows the address can recognise it."""
	return keyed_hash("person", address)


# A person's Contact at an erasure: the app deletes a Contact that it made, and asks about any other.


def forget_own_contact(address: str) -> str | None:
	"""Delete the person's Contact if nothing but their bookings needed it. Otherwise return its name, for managers."""
	name = find_contact(address)
	if not name:
		return None
	contact = frappe.get_doc("Contact", name)
	if _is_needed(contact):
		return name
	# The person isn't signed in. The app made the Contact for them, without rights too.
	frappe.delete_doc("Contact", name, ignore_permissions=True, force=True, delete_permanently=True)
	# Frappe notes what was deleted, with the name.
	feed = {"comment_type": "Deleted", "reference_doctype": "Contact", "subject": f"{_('Contact')} {name}"}
	frappe.db.delete("Comment", feed)
	frappe.db.delete("__global_search", {"doctype": "Contact", "name": name})
	return None


def _is_needed(contact: Document) -> bool:
	"""Whether somebody made the Contact or changed it, connected it with a record, or wrote to it."""
	if contact.owner != "Guest" or contact.modified_by != "Guest" or contact.user or contact.links:
		return True
	return bool(
		frappe.db.exists("Communication Link", {"link_doctype": "Contact", "link_name": contact.name})
		or frappe.db.exists("Comment", {"reference_doctype": "Contact", "reference_name": contact.name})
		or frappe.db.exists("Booking", {"contact": contact.name, "is_forgotten": 0})
	)


# Tickets: proofs that somebody reads the mails of an address. The person who typed the code gets one, and every form sends
# it.
#
# A ticket is `<end>.<address>.<signature>`, with the address in base64url. Nothing is stored.

# Long enough to read everything, and short enough for a shared computer.
MINUTES = 20
_PURPOSE = "privacy ticket"


def new_ticket(address: str, now: int) -> str:
	"""Return a ticket for the address, which is valid for MINUTES from `now` (epoch seconds)."""
	return signed(f"{now + MINUTES * 60}.{base64.urlsafe_b64encode(address.encode()).decode()}", _PURPOSE)


def address_of(ticket: str, now: int) -> str:
	"""Return the address of a ticket. Raises LinkExpired if it is forged or no longer valid."""
	end, _dot, address = (payload_of(ticket, _PURPOSE) or "0").partition(".")
	if int(end) <= now:
		raise LinkExpired(_("For your safety this page closes after some minutes. Please ask for a new code."))
	return base64.urlsafe_b64decode(address).decode()
