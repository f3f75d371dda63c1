"""The commands of visitors, attendees, hosts and managers, with what each parses, counts and checks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import nullcontext
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
from scheduler_integration.entry.limits import counted_dates
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.meetings.series import ONE, SCOPES, names_in_scope
from scheduler_integration.meetings.summaries import AttendeeBooking, HostBooking, for_attendee
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.parsing.booking_request import (
	BookingPayload,
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
from scheduler_integration.parsing.kinds import Dates, Flag, Guests, Instant, Minutes, Reason, Scope, Text, User
from scheduler_integration.parsing.reschedule_request import RescheduleRequest, parse_reschedule_request
from scheduler_integration.parsing.text import Refused
from scheduler_integration.platform import clock
from scheduler_integration.platform.acting import assistant
from scheduler_integration.platform.language import for_later

# An amount of money that somebody types.
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,3})?")


def book_for_visitor(bookable: Bookable, payload: BookingPayload) -> AttendeeBooking:
	"""Book for a visitor, who needn't be signed in. Raises InvalidRequest, and the errors of `admitted` and `bookings.book`.

	The caller must have called `count_booking`.
	"""
	refuse_robots(payload)
	request = parse_booking_request(payload, bookable.page, bookable.meeting_type)
	slugs = bookable.page.slug, bookable.meeting_type.slug
	count_command(*slugs, "form_completed")
	key = request.idempotency_key if request.dates > 1 or assistant() is not None else None
	is_repeated = bool(key and frappe.db.exists("Booking", {"idempotency_key": key}))
	# An assistant that repeats a call has the person's code already, which can't be tried without end.
	admission = (
		nullcontext(request)
		if is_repeated and assistant() is not None
		else admitted(request, payload, bookable, clock.now())
	)
	with counted_dates(1 if is_repeated else request.dates), admission as admitted_request:
		now = clock.now()
		booked = for_attendee(bookings.book(admitted_request, bookable, now), now, bookable.people)
	frappe.db.after_commit.add(lambda: count_command(*slugs, "booked"))
	return booked


def reschedule_for_attendee(token: str, request: RescheduleRequest, scope: str = ONE) -> AttendeeBooking:
	"""Move the meeting of the manage link with this token, and other dates of its series in the `scope`.

	Returns the new booking.
	"""
	dates = 1 if scope == ONE else len(names_in_scope(find_by_token(token), scope, clock.now()))
	with counted_dates(dates):
		return bookings.reschedule_by_token(token, request, clock.now(), scope)


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


def _time(given: Mapping[str, object]) -> dict[str, Any]:
	start, duration, dates = given.get("start"), given.get("duration"), parse_json("dates", given.get("dates"), list)
	return {"time": parse_reschedule_request(start, duration, reason=given.get("reason"), dates=dates)}


@dataclass(frozen=True, slots=True)
class Action:
	"""The function that a command runs, the sentence when it is done (`for_later`), and the parser of its own arguments.

	Its messages wait for some seconds, in which `undo` takes it back. A command that moves money is `for_good`.
	"""

	run: Callable[[HostCommand, int], HostBooking]
	done: str = ""
	parse: Callable[[Mapping[str, object]], dict[str, Any]] = lambda given: {}
	for_good: bool = False


# The commands of hosts and managers, by the name that API and page send. Each refuses callers who may not use it.
ACTIONS: dict[str, Action] = {
	"cancel": Action(
		lambda it, now: bookings.cancel_by_host(it.name, it.reason, now, scope=it.scope),
		for_later("Cancelled. The e-mail leaves in ten seconds."),
	),
	"ask_to_reschedule": Action(
		lambda it, now: bookings.ask_to_reschedule(it.name, it.reason, now, gives_back=it.gives_back),
		for_later("Asked for another time. The e-mail leaves in ten seconds."),
	),
	"cancel_for_all": Action(
		lambda it, now: bookings.cancel_by_host(it.name, it.reason, now, for_all=True),
		for_later("Cancelled for all. The e-mails leave in ten seconds."),
	),
	"complete": Action(lambda it, now: bookings.complete(it.name, now), for_later("Marked as attended.")),
	"confirm": Action(
		lambda it, now: bookings.confirm(it.name, now, scope=it.scope),
		for_later("Confirmed. The e-mail leaves in ten seconds."),
	),
	"decline": Action(
		lambda it, now: bookings.decline(it.name, it.reason, now, scope=it.scope),
		for_later("Declined. The e-mail leaves in ten seconds."),
	),
	"guests": Action(
		lambda it, now: bookings.update_guests_by_host(it.name, it.guests, now),
		for_later("The guests are saved. The e-mails leave in ten seconds."),
		lambda given: {"guests": parse_guests_of(given.get("guests"))},
	),
	"hand_over": Action(lambda it, now: bookings.hand_over(it.name, it.host, now, replaces=it.replaces)),
	"mark_paid": Action(lambda it, now: bookings.mark_paid(it.name, now), for_later("Marked as paid."), for_good=True),
	"no_show": Action(
		lambda it, now: bookings.mark_no_show(it.name, it.reason, now), for_later("Marked as a no-show.")
	),
	"reassign": Action(
		lambda it, now: bookings.reassign(it.name, it.host, now, replaces=it.replaces, force=it.force),
		for_later("Reassigned. The e-mails leave in ten seconds."),
	),
	"refund": Action(
		lambda it, now: bookings.refund(it.name, it.amount, now),
		for_later("The money goes back. The attendee gets an e-mail."),
		lambda given: {"amount": parse_field("amount", given.get("amount"), parse_amount)},
		for_good=True,
	),
	"reschedule": Action(_reschedule, for_later("Moved. The e-mail leaves in ten seconds."), _time),
	"reschedule_for_all": Action(
		partial(_reschedule, for_all=True), for_later("Moved for all. The e-mails leave in ten seconds."), _time
	),
	"withdraw_ask": Action(
		lambda it, now: bookings.withdraw_ask(it.name, now), for_later("Withdrawn. The meeting stays as it is.")
	),
}


def parse_amount(value: object) -> Decimal | None:
	"""Return the amount in a text such as `12.50` or `12,50`, or in a number; None if it is empty."""
	if value in (None, ""):
		return None
	if isinstance(value, bool) or not isinstance(value, int | float | str):
		raise Refused(_("This is not an amount."))
	text = str(value).strip().replace(",", ".")
	if not _AMOUNT.fullmatch(text):
		raise Refused(_("This is not an amount."))
	return Decimal(text)


def parse_scope(value: object) -> str:
	"""Return how much of a series is meant, by default one date. Raises InvalidRequest."""
	scope = parse_choice("scope", value) or ONE
	if scope not in SCOPES:
		raise InvalidRequest(details={"scope": _("This must be one of: {0}.").format(", ".join(SCOPES))})
	return scope


COMMAND_FIELDS = {
	"reason": Reason,
	"host": User,
	"replaces": User,
	"force": Flag,
	"gives_back": Flag,
	"scope": Scope,
	"start": Instant,
	"duration": Minutes,
	"dates": Dates,
	"guests": Guests,
	"amount": Text,
}


def parse_command(action: object, name: object, **given: object) -> HostCommand:
	"""Check the arguments of a host's or manager's request.

	`given` may have COMMAND_FIELDS. Raises InvalidRequest.
	"""
	if not isinstance(action, str) or action not in ACTIONS:
		raise InvalidRequest(details={"action": _("This must be one of: {0}.").format(", ".join(ACTIONS))})
	return HostCommand(
		action=action,
		name=parse_name(name),
		reason=parse_reason(given.get("reason")),
		host=parse_choice("host", given.get("host")),
		replaces=parse_choice("replaces", given.get("replaces")) or None,
		force=parse_flag("force", given.get("force")),
		gives_back=parse_flag("gives_back", given.get("gives_back")),
		scope=parse_scope(given.get("scope")),
		**ACTIONS[action].parse(given),
	)


def act(command: HostCommand) -> HostBooking:
	"""Run the command as the signed-in host or manager. Raises the errors of the command."""
	return ACTIONS[command.action].run(command, clock.now())


def act_undoably(command: HostCommand, seconds: int = bookings.UNDO_SECONDS) -> tuple[HostBooking, dict[str, Any]]:
	"""Run the command, and let its messages wait for some seconds. Returns the facts with which `undo` takes it back."""
	now = clock.now()
	return bookings.undoable(command.name, lambda: ACTIONS[command.action].run(command, now), now, seconds)


def undo(facts: dict[str, Any]) -> None:
	"""Take a command back as the signed-in host or manager. Raises the errors of `bookings.undo`."""
	bookings.undo(facts, clock.now())
