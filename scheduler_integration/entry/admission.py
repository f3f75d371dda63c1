"""Checks what visitors show before they book or hold a time: an empty trap, a proof of work, a code from their mailbox.

`trust/` has the rules. Each step costs more than the one before it: the trap, the form's fields, the proof, the code.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import frappe
from frappe import _

from scheduler_integration import bookings
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.entry.address import client_network
from scheduler_integration.exceptions import CodeNeeded, InvalidRequest, ProofNeeded, WrongCode
from scheduler_integration.meetings.invited import CONFIRMED, KNOWN, UNCONFIRMED
from scheduler_integration.meetings.summaries import AttendeeBooking, for_attendee
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.parsing.booking_request import BookingPayload, BookingRequest
from scheduler_integration.platform.acting import assistant
from scheduler_integration.platform.queue import queue_job
from scheduler_integration.trust import addresses, codes, pressure
from scheduler_integration.trust.codes import Confirmed, Occasion
from scheduler_integration.trust.levels import Decision, Mode
from scheduler_integration.trust.pressure import BOOK, HOLD, Visit
from scheduler_integration.trust.proofs import Proof, Subject, checked_proof, new_challenge

# Callers that can't make a proof send this instead: without JavaScript, or on a page without https.
NO_PROOF = "none"
SEND_CODE = "scheduler_integration.jobs.send_code"


@dataclass(frozen=True, slots=True)
class _Asked:
	"""One request to book, with what the visitor must show."""

	request: BookingRequest
	payload: BookingPayload
	visit: Visit
	decision: Decision
	owner: str

	@property
	def occasion(self) -> Occasion:
		meeting_type = self.visit.meeting_type
		form = self.request.hold or str(self.payload.idempotency_key or "")
		return Occasion(self.request.attendee_email, meeting_type.name, meeting_type.scheduling_page, form)


def refuse_robots(payload: BookingPayload) -> None:
	"""Raise InvalidRequest if the field `website` is filled in. People don't see it; robots fill in every field."""
	if payload.website and pressure.mode() is not Mode.OFF:
		raise InvalidRequest(_("This could not be booked. Please reload the page and try again."))


@contextmanager
def admitted(
	request: BookingRequest, payload: BookingPayload, bookable: Bookable, now: int
) -> Iterator[BookingRequest]:
	"""Yield the request with its `address_status`, if the visitor has shown what is needed.

	Raises InvalidRequest if the type doesn't take the address, ProofNeeded, CodeNeeded after a code was sent, and WrongCode.
	Knowing an address proves nothing about who is typing. So nothing here depends on who has booked before, and without the
	code nothing is looked up that does.
	If the block raises an error, the proof and the code can be used again: by the request with the same idempotency key,
	or without a key by any. `now` is in epoch seconds.
	"""
	addresses.check_domain(request.attendee_email, bookable.meeting_type)
	visit = _visit(bookable, now)._replace(dates=request.dates)
	owner = request.idempotency_key or secrets.token_hex(16)
	asked = _Asked(request, payload, visit, pressure.weigh(visit, BOOK), owner)
	code = _code_of(asked)
	proof = _proof_of(asked, Subject(visit.page, visit.meeting_type.name, BOOK)) if not code else None
	if not code and _needs_code(asked):
		send_code(asked.occasion, request.language, now, "book" if assistant() is not None else "")
		raise CodeNeeded(request.attendee_email)
	# Somebody who is signed in answers for the address.
	status = CONFIRMED if code else KNOWN if visit.is_vouched else UNCONFIRMED
	try:
		yield replace(request, address_status=status)
	except Exception:
		# With a key they stay with this request. An error doesn't say that they paid for nothing: the same request may have
		# booked before, or be booking at this moment.
		if (shown := code or proof) and not request.idempotency_key:
			shown.give_back()
		raise
	if status == UNCONFIRMED:
		pressure.note_stranger(visit)


def may_ask(bookable: Bookable) -> bool:
	"""Whether visitors may have to show a proof or a code before they book."""
	return pressure.mode().asks_for_proofs or addresses.confirmation_of(bookable.meeting_type) != addresses.OFF


def challenge_for(bookable: Bookable, now: int) -> dict[str, Any] | None:
	"""Return the challenge for a booking, or None if a visitor needs no proof at present. `now` is in epoch seconds.

	A challenge counts as a request: nobody can collect cheap ones, and use them when proofs have become expensive.
	"""
	visit = _visit(bookable, now)
	if not pressure.weigh(visit, BOOK, counts=False).needs_proof:
		return None
	level = pressure.weigh(visit, BOOK).level
	return new_challenge(Subject(visit.page, visit.meeting_type.name, BOOK), level, now)


def hold_for_visitor(
	bookable: Bookable, request: SlotRequest, start: int, proof: object, now: int, *, is_moving: bool = False
) -> tuple[bookings.HeldSlot, dict[str, Any] | None]:
	"""Hold a slot for a visitor. Returns the hold, and the challenge whose proof the booking will need, or None.

	Raises ProofNeeded, and the errors of `bookings.hold_slot`. `start` and `now` are in epoch seconds. Somebody who `is_moving`
	a meeting has shown its manage link, and needs no proof.
	"""
	visit = _visit(bookable, now)
	if is_moving:
		return bookings.hold_slot(bookable, request, start, visit.network, now), None
	subject = Subject(visit.page, visit.meeting_type.name, HOLD)
	decision = pressure.weigh(visit, HOLD)
	if decision.needs_proof and not _used(proof, subject, secrets.token_hex(16), now):
		raise ProofNeeded(new_challenge(subject, decision.level, now))
	held = bookings.hold_slot(bookable, request, start, visit.network, now)
	return held, challenge_for(bookable, now)


def confirm_change(token: str, what: str, key: str, code: object, now: int) -> None:
	"""Check the code with which the attendee of a manage link agrees to what an assistant does with the booking.

	`what` begins with `move` or `cancel`, and `key` says which change. Without a code one is sent, and CodeNeeded raised. Raises BookingNotFound and WrongCode.
	"""
	booking = find_by_token(token)
	occasion = Occasion(
		booking.attendee_email, booking.meeting_type, booking.scheduling_page, f"{what} {key} {token.partition('.')[0]}"
	)
	if not code:
		send_code(occasion, booking.language, now, what.split()[0])
		raise CodeNeeded(booking.attendee_email)
	confirmed = codes.checked_code(occasion, code, now)
	if not confirmed or not confirmed.use(key):
		raise WrongCode


def confirm_attendee(token: str, code: object, now: int) -> AttendeeBooking:
	"""Confirm the address of the manage link's attendee with a code, so that the additional guests are invited.

	Without a code, one is sent. Returns the booking. Raises BookingNotFound and WrongCode. `now` is in epoch seconds.
	"""
	booking = find_by_token(token)
	occasion = Occasion(
		booking.attendee_email, booking.meeting_type, booking.scheduling_page, f"booking {booking.name}"
	)
	if not code:
		send_code(occasion, booking.language, now)
		return for_attendee(booking, now)
	confirmed = codes.checked_code(occasion, code, now)
	if not confirmed or not confirmed.use(booking.name):
		raise WrongCode
	return bookings.confirm_address_by_token(token, now)


def _visit(bookable: Bookable, now: int) -> Visit:
	return Visit(bookable.meeting_type, client_network(), now, is_vouched=frappe.session.user != "Guest")


def _code_of(asked: _Asked) -> Confirmed | None:
	"""Return the code that the visitor entered, used now; None without one."""
	if not asked.payload.code:
		return None
	code = codes.checked_code(asked.occasion, asked.payload.code, asked.visit.now)
	if not code or not code.use(asked.owner):
		pressure.note_refused(asked.visit)
		raise WrongCode
	return code


def _proof_of(asked: _Asked, subject: Subject) -> Proof | None:
	"""Return the visitor's proof, used now; None if it isn't needed, or if a code will take its place."""
	if not asked.decision.needs_proof or asked.payload.proof == NO_PROOF:
		return None
	proof = _used(asked.payload.proof, subject, asked.owner, asked.visit.now)
	if not proof:
		pressure.note_refused(asked.visit)
		raise ProofNeeded(new_challenge(subject, asked.decision.level, asked.visit.now))
	return proof


def _used(text: object, subject: Subject, owner: str, now: int) -> Proof | None:
	proof = checked_proof(text, subject, now)
	return proof if proof and proof.use(owner, now) else None


def _needs_code(asked: _Asked) -> bool:
	if assistant() is not None:
		return True
	chosen = addresses.confirmation_of(asked.visit.meeting_type)
	if chosen == addresses.EVERYBODY or (asked.decision.needs_proof and asked.payload.proof == NO_PROOF):
		return True
	return not asked.visit.is_vouched and (asked.decision.needs_code or chosen == addresses.UNKNOWN)


def send_code(occasion: Occasion, language: str, now: int, assistant_wants: str = "") -> None:
	"""Let a job send a new code, unless the address got enough of them. The caller can't tell the difference.

	`assistant_wants` is `book`, `move` or `cancel` if an assistant asks for the code: the message says so.
	"""
	if code := codes.new_code(occasion, client_network(), now):
		told = {"address": occasion.address, "code": code, "language": language}
		queue_job(SEND_CODE, "short", **told, assistant_wants=assistant_wants)
