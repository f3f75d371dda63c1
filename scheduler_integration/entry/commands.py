"""The commands of visitors, attendees, hosts and managers, with what each parses, counts and checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import frappe
from frappe import _

from scheduler_integration import bookings
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.entry.admission import admitted, refuse_robots
from scheduler_integration.entry.funnel import count_command
from scheduler_integration.entry.limits import count_dates
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.meetings.series import ONE, SCOPES, names_in_scope
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.parsing.amounts import parse_amount
from scheduler_integration.parsing.booking_request import (
	BookingPayload,
	BookingRequest,
	parse_booking_request,
	parse_guests,
)
from scheduler_integration.parsing.fields import (
	parse_choice,
	parse_field,
	parse_flag,
	parse_json,
	parse_name,
	parse_reason,
)
from scheduler_integration.parsing.reschedule_request import RescheduleRequest, parse_reschedule_request
from scheduler_integration.platform import clock


def book_for_visitor(bookable: Bookable, payload: BookingPayload) -> AttendeeBooking:
	"""Book for a visitor, who needn't be signed in. Raises InvalidRequest, and the errors of `admitted` and `bookings.book`.

	The caller must have called `count_request(BOOKINGS)`.
	"""
	refuse_robots(payload)
	request = parse_booking_request(payload, bookable.page, bookable.meeting_type)
	slugs = bookable.page.slug, bookable.meeting_type.slug
	count_command(*slugs, "form_completed")
	with admitted(request, payload, bookable, clock.now()) as admitted_request:
		count_dates(request.dates)
		booked = book_for_attendee(admitted_request, bookable, clock.now)
	frappe.db.after_commit.add(lambda: count_command(*slugs, "booked"))
	return booked


def book_for_attendee(request: BookingRequest, bookable: Bookable, clock_now: Callable[[], int]) -> AttendeeBooking:
	"""Book a checked request, and return what its attendee may see. Raises the errors of `bookings.book`."""
	now = clock_now()
	return for_attendee(bookings.book(request, bookable, now), now, bookable.people)


def cancel_for_attendee(token: str, reason: str, scope: str = ONE) -> AttendeeBooking:
	"""Cancel the booking of the manage link with this token, and other dates of its series in the `scope`."""
	return bookings.cancel_by_token(token, reason, clock.now(), scope=scope)


def reconfirm_for_attendee(token: str) -> AttendeeBooking:
	"""Note that the attendee of the manage link with this token is coming. Raises the errors of `bookings.reconfirm`."""
	return bookings.reconfirm(token, clock.now())


def answer_for_host(token: str, accepts: bool, reason: str) -> None:
	"""Confirm or decline the request of the answer link with this token. Raises the errors of `answer_by_link`."""
	bookings.answer_by_link(token, accepts, reason, clock.now())


def answer_proposal(token: str, start: int, accepts: bool) -> None:
	"""Accept the time that the attendee proposes, or keep the present one, as the host with this answer link."""
	act = bookings.accept_proposal if accepts else bookings.keep_time
	act(token, start, clock.now())


def reschedule_for_attendee(token: str, request: RescheduleRequest, scope: str = ONE) -> AttendeeBooking:
	"""Move the meeting of the manage link with this token, and other dates of its series in the `scope`.

	Returns the new booking.
	"""
	if scope != ONE:
		count_dates(len(names_in_scope(find_by_token(token), scope, clock.now())))
	return bookings.reschedule_by_token(token, request, clock.now(), scope)


def update_guests_for_attendee(token: str, guests: tuple[str, ...]) -> AttendeeBooking:
	"""Change the additional guests of the booking of the manage link with this token."""
	return bookings.update_guests_by_token(token, guests, clock.now())


def parse_guests_of(value: object) -> tuple[str, ...]:
	"""Return the addresses of additional guests from a list, or from its JSON. It may be empty, but not missing."""
	addresses = parse_json("guests", value, list)
	if addresses is None:
		raise InvalidRequest(details={"guests": _("This is needed.")})
	return parse_field("guests", addresses, parse_guests)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCommand:
	"""One of ACTIONS for the booking `name`.

	`host`, `replaces` and `force` are arguments of `bookings.reassign`, `time` and `force` those of
	`bookings.reschedule_by_host`, `amount` that of `bookings.refund`. `gives_back` is an argument of `bookings.ask_to_reschedule`, whose message is `reason`.
	`scope` says how much of a series is meant (`meetings/series.py`).
	"""

	action: str
	name: str
	reason: str = ""
	host: str = ""
	replaces: str | None = None
	force: bool = False
	gives_back: bool = False
	time: RescheduleRequest | None = None
	guests: tuple[str, ...] = ()
	amount: Decimal | None = None
	scope: str = ONE


def _reschedule(command: HostCommand, now: int, *, for_all: bool = False) -> HostBooking:
	assert command.time
	scope, force = command.scope, command.force
	return bookings.reschedule_by_host(command.name, command.time, now, scope=scope, force=force, for_all=for_all)


def _reassign(command: HostCommand, now: int) -> HostBooking:
	return bookings.reassign(command.name, command.host, now, replaces=command.replaces, force=command.force)


def _time(given: Mapping[str, object]) -> dict[str, Any]:
	start, duration, dates = given.get("start"), given.get("duration"), parse_json("dates", given.get("dates"), list)
	return {"time": parse_reschedule_request(start, duration, reason=given.get("reason"), dates=dates)}


def _guests(given: Mapping[str, object]) -> dict[str, Any]:
	return {"guests": parse_guests_of(given.get("guests"))}


def _amount(given: Mapping[str, object]) -> dict[str, Any]:
	return {"amount": parse_field("amount", given.get("amount"), parse_amount)}


def _nothing(given: Mapping[str, object]) -> dict[str, Any]:
	return {}


# The commands of hosts and managers, by the name that API and page send: what each parses of its own, and what it runs.
ACTIONS: dict[
	str, tuple[Callable[[Mapping[str, object]], dict[str, Any]], Callable[[HostCommand, int], HostBooking]]
] = {
	"cancel": (_nothing, lambda it, now: bookings.cancel_by_host(it.name, it.reason, now, scope=it.scope)),
	"ask_to_reschedule": (
		_nothing, lambda it, now: bookings.ask_to_reschedule(it.name, it.reason, now, gives_back=it.gives_back),
	),
	"cancel_for_all": (_nothing, lambda it, now: bookings.cancel_by_host(it.name, it.reason, now, for_all=True)),
	"complete": (_nothing, lambda it, now: bookings.complete(it.name, now)),
	"confirm": (_nothing, lambda it, now: bookings.confirm(it.name, now, scope=it.scope)),
	"decline": (_nothing, lambda it, now: bookings.decline(it.name, it.reason, now, scope=it.scope)),
	"guests": (_guests, lambda it, now: bookings.update_guests_by_host(it.name, it.guests, now)),
	"hand_over": (
		_nothing, lambda it, now: bookings.hand_over(it.name, it.host, now, replaces=it.replaces),
	),
	"mark_paid": (_nothing, lambda it, now: bookings.mark_paid(it.name, now)),
	"no_show": (_nothing, lambda it, now: bookings.mark_no_show(it.name, it.reason, now)),
	"reassign": (_nothing, _reassign),
	"refund": (_amount, lambda it, now: bookings.refund(it.name, it.amount, now)),
	"reschedule": (_time, _reschedule),
	"reschedule_for_all": (_time, partial(_reschedule, for_all=True)),
	"withdraw_ask": (_nothing, lambda it, now: bookings.withdraw_ask(it.name, now)),
}  # fmt: skip


def parse_scope(value: object) -> str:
	"""Return how much of a series is meant, by default one date. Raises InvalidRequest."""
	scope = parse_choice("scope", value) or ONE
	if scope not in SCOPES:
		raise InvalidRequest(details={"scope": _("This must be one of: {0}.").format(", ".join(SCOPES))})
	return scope


def parse_command(action: object, name: object, **given: object) -> HostCommand:
	"""Check the arguments of a host's or manager's request.

	`given` may have `amount`, `reason`, `host`, `replaces`, `force`, `start`, `duration`, `gives_back`, `guests`, `scope` and `dates`. Raises
	InvalidRequest.
	"""
	if not isinstance(action, str) or action not in ACTIONS:
		raise InvalidRequest(details={"action": _("This must be one of: {0}.").format(", ".join(ACTIONS))})
	parse, _run = ACTIONS[action]
	return HostCommand(
		action=action,
		name=parse_name(name),
		reason=parse_reason(given.get("reason")),
		host=parse_choice("host", given.get("host")),
		replaces=parse_choice("replaces", given.get("replaces")) or None,
		force=parse_flag("force", given.get("force")),
		gives_back=parse_flag("gives_back", given.get("gives_back")),
		scope=parse_scope(given.get("scope")),
		**parse(given),
	)


def act(command: HostCommand) -> HostBooking:
	"""Run the command as the signed-in host or manager. Raises the errors of the command."""
	return _run(command, clock.now())


def act_undoably(command: HostCommand, seconds: int = bookings.UNDO_SECONDS) -> tuple[HostBooking, dict[str, Any]]:
	"""Run the command, and let its messages wait for some seconds. Returns the facts with which `undo` takes it back."""
	now = clock.now()
	return bookings.undoable(command.name, lambda: _run(command, now), now, seconds)


def undo(facts: dict[str, Any]) -> None:
	"""Take a command back as the signed-in host or manager. Raises the errors of `bookings.undo`."""
	bookings.undo(facts, clock.now())


def tell_now(facts: dict[str, Any]) -> None:
	"""Let the messages of a command leave now that wait only because it could be taken back."""
	bookings.tell_now(facts, clock.now())


def _run(command: HostCommand, now: int) -> HostBooking:
	_parse, run = ACTIONS[command.action]
	return run(command, now)
