"""Changes a booking with its payment: a payment is asked for, comes, comes too late, or doesn't come.

    09:00  Ada books. Her booking is Pending and Awaiting, and keeps its time under the guard until 09:30
    09:04  she presses "Pay": `begin_payment` stores what the provider is going to be asked, then the provider is asked
    09:06  a notice of the provider lets a task look: paid. `settle` makes it a meeting, and everybody is told.
           If the notice is lost, one of the looks every few minutes sees it
    09:30  otherwise: a task closes the checkout at the provider, then `settle` gives the time back.
           If the provider can't be reached, `end_wait` does, and looks go on until the checkout is closed

The dates of a series are paid with one checkout, that of the first date (`payments/records.py`). They become meetings together,
or none of them does.

`settle` believes only the provider's answers, never what the attendee's browser says about the money. It runs under the
booking's lock, so notices may come twice, late or in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.offer import offer_around
from scheduler_integration.bookings import guard
from scheduler_integration.bookings.commands.cancel import release
from scheduler_integration.bookings.consequences import run_for_money, run_once_paid, store_fields
from scheduler_integration.bookings.host_time import check_hosts_have_time
from scheduler_integration.bookings.link_use import is_used_again
from scheduler_integration.bookings.record import join, joinable_booking
from scheduler_integration.bookings.store import save
from scheduler_integration.bookings.transaction import command
from scheduler_integration.engine import BOOKING, Turn
from scheduler_integration.exceptions import HostLeft, PaymentOver, SlotTaken
from scheduler_integration.meetings.chain import latest
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.meetings.load import load_bookings, users_of
from scheduler_integration.meetings.payment import PAID, waits_for_payment
from scheduler_integration.meetings.rescheduling import bookable_for, main_first, slot_request_for
from scheduler_integration.meetings.tokens import find_by_pay_token, is_booking, pay_url
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.payments import records, refunds
from scheduler_integration.payments.plan import LOOK_SECONDS, plan_look
from scheduler_integration.payments.provider import Back, Checkout, Notice, Order, Seen, State, asked_for
from scheduler_integration.payments.providers.stripe import session_ends
from scheduler_integration.platform.language import for_later


@command
def begin_payment(token: str, now: int) -> Order | Checkout:
	"""Return the page on which the attendee pays, or the order for which the provider makes one. `now`: epoch seconds.

	The order is stored: if the provider's answer is lost, the same order is sent again and makes no second page. Raises
	BookingNotFound, and PaymentOver if nothing is to be paid any more.
	"""
	booking = find_by_pay_token(token, for_update=True)
	if not waits_for_payment(booking) or now >= booking.pay_until:
		raise PaymentOver
	# Somebody may begin with the link of another date at the same moment.
	payment = records.of(_open_payment(booking).name, for_update=True)
	if payment.checkout_url:
		return Checkout(payment.external_id, payment.checkout_url)
	page, dates = pay_url(booking), len(records.shares_of(payment))
	title = booking.get_meeting_type().title
	order = records.order_of(payment) or Order(
		payment=payment.name,
		title=f"{title} × {dates}" if dates > 1 else title,
		amount=asked_for(payment),
		currency=payment.currency,
		email=booking.attendee_email,
		name=booking.attendee_name,
		language=booking.language or "en",
		expires_at=session_ends(booking.pay_until),
		return_url=f"{page}?returned=1",
		back_url=page,
	)
	records.note_order(payment.name, order)
	plan_look([payment], now + LOOK_SECONDS, now)
	return order


@command
def note_checkout(payment: str, checkout: Checkout) -> None:
	"""Store the page that the provider has made."""
	if records.of(payment, for_update=True).status == records.OPEN:
		records.note_checkout(payment, checkout)


@command
def look_soon(token: str, now: int) -> None:
	"""Let a task find out at once whether the attendee has paid. For those who come back from the provider's page."""
	booking = find_by_pay_token(token, for_update=True)
	if waits_for_payment(booking):
		plan_look([_open_payment(booking)], now, now)


@command
def heed_notice(notice: Notice, provider: str, now: int) -> bool:
	"""Let a task find out what a notice of the provider is about. Returns False if the notice was received before."""
	if not records.is_new(notice, provider, now):
		return False
	for name in records.named_by(notice.about):
		payment = records.of(name)
		if _locked_booking(payment.booking):
			records.adopt(payment, notice)
			plan_look([payment], now, now)
	return True


@command
def payment_authorised(payment: str, status: str, now: int) -> str | None:
	"""Note what a gateway of the payments app says, and return the page to which the attendee goes. A task looks at it."""
	found = records.of(payment)
	booking = _locked_booking(found.booking)
	if not booking:
		return None
	records.note_authorised(payment, status)
	plan_look([found], now, now)
	return f"{pay_url(booking)}?returned=1"


@command
def look_again(payment: str, now: int) -> None:
	"""Look at a payment that was given up, because its gateway has logged the money since."""
	found = records.of(payment)
	if _locked_booking(found.booking):
		records.reopen(payment)
		plan_look([found], now, now)


@command
def settle(asked: frappe._dict, seen: Seen, now: int) -> bool:
	"""Let the bookings follow what the provider has said about the payment of a checkout. `now` is in epoch seconds.

	`asked` is the payment as it was when the provider was asked. Returns False if it has changed since, so that the provider
	must be asked again.
	"""
	booking = _locked_booking(asked.booking)
	payment = records.of(asked.name, for_update=True)
	if seen.problem:
		records.note_problem(payment.name, seen.problem)
	shares = _shares(booking, payment)
	if payment.status == records.PAID:
		_follow_refunds(shares, seen.refunds, now)
	elif seen.state is State.PAID:
		_receive(shares, seen, now)
	elif seen.state is State.CLOSED:
		if _has_begun(payment) != _has_begun(asked):
			return False
		records.mark_expired(_payments(shares))
		_release_waiting(shares, now)
	return True


@command
def end_wait(payment: str, now: int) -> None:
	"""Give the time back for which nobody has paid until the deadline, whatever the provider says or doesn't say later.

	A task goes on to look until nobody can pay any more. Does nothing if the booking doesn't wait.
	"""
	found = records.of(payment)
	booking = _locked_booking(found.booking)
	found = records.of(payment, for_update=True)
	shares = _shares(booking, found)
	if found.status == records.OPEN and any(each.booking and waits_for_payment(each.booking) for each in shares):
		_release_waiting(shares, now)
		plan_look([found], now, now)


@command
def follow_refunds(payment: str, backs: Sequence[Back], now: int) -> None:
	"""Let the payment, its booking and the messages follow what the provider says about its refunds."""
	name = records.of(payment).paid_with or payment
	booking = _locked_booking(records.of(name).booking)
	_follow_refunds(_shares(booking, records.of(name, for_update=True)), backs, now)


@command
def pay_back_again(payment: str, minor: int, now: int) -> None:
	"""Plan a refund of so many minor units once more that failed, because a host wants that."""
	booking = _locked_booking(records.of(payment).booking)
	found = records.of(payment, for_update=True)
	wanted = min(found.amount_minor, (found.refunded_minor or 0) + minor)
	refunds.refund({payment: wanted}, [found], for_later("The host paid it back."), now)
	_tell_of_refunds([_Share(found, booking)], now)


class _Share(NamedTuple):
	"""The payment for one date of a checkout, and its booking, or None if the booking was deleted."""

	payment: frappe._dict
	booking: Document | None

	@property
	def is_live(self) -> bool:
		return bool(self.booking and self.booking.is_live())

	@property
	def starts_at(self) -> int:
		return self.booking.starts_at if self.booking else 0


def _shares(booking: Document | None, payment: frappe._dict) -> list[_Share]:
	"""Return the shares of the payment's checkout, with their bookings locked. `booking` is that of the payment itself."""
	_own, *others = records.shares_of(payment)
	if not others:
		return [_Share(payment, booking)]
	guard.lock_hosts(booking.host_users() if booking else ())
	loaded = load_bookings([other.booking for other in others], for_update=True)
	found = {each.name: latest(each, for_update=True) for each in loaded}
	guard.lock_further_hosts(users_of(found.values()))
	return [_Share(payment, booking), *(_Share(other, found.get(other.booking)) for other in others)]


def _bookings(shares: Sequence[_Share]) -> list[Document]:
	return [each.booking for each in shares if each.booking]


def _payments(shares: Sequence[_Share]) -> list[frappe._dict]:
	return [each.payment for each in shares]


def _receive(shares: Sequence[_Share], seen: Seen, now: int) -> None:
	"""The money came: the bookings are meetings now, or the money goes back."""
	refusal = _objection(shares, seen, now)
	records.mark_paid(_payments(shares), seen, now)
	if not refusal and _take(shares, seen, now):
		_follow_refunds(shares, seen.refunds, now)
		return
	_release_waiting(shares, now)
	names = [each.payment.name for each in shares]
	came = [row for row in map(records.of, names) if row.status == records.PAID]
	refunds.follow(came, seen.refunds, now)
	reason = refusal or for_later("The payment came too late.")
	refunds.refund({row.name: row.amount_minor for row in came}, came, reason, now)
	_count(shares)
	_tell(Kind.REFUNDED, _bookings(shares), now)


def _objection(shares: Sequence[_Share], seen: Seen, now: int) -> str:
	"""Return why this money makes no meetings, or an empty text."""
	first = shares[0].payment
	if (seen.currency, seen.amount) != (first.currency, asked_for(first)):
		return for_later("Another amount was paid.")
	if seen.is_given_back:
		return for_later("Paid back at the provider.")
	if any(not each.booking or each.starts_at <= now for each in shares):
		return for_later("The payment came too late.")
	return ""


def _take(shares: Sequence[_Share], seen: Seen, now: int) -> bool:
	"""Make meetings of the bookings for which the money came. Returns False if their times aren't theirs any more."""
	found, amounts = _bookings(shares), [each.payment.amount for each in shares]
	if all(waits_for_payment(booking) for booking in found):
		give(found, amounts, now)
		return True
	was_in_time = seen.paid_at <= shares[0].payment.pay_until
	return was_in_time and all(booking.status == "Expired" for booking in found) and _give_again(found, amounts, now)


def _follow_refunds(shares: Sequence[_Share], backs: Sequence[Back], now: int) -> None:
	# Dates that don't take place come first, and then the last one: these are paid back rather than others.
	ordered = sorted(shares, key=lambda each: (each.is_live, -each.starts_at))
	refunds.follow(_payments(ordered), backs, now)
	_tell_of_refunds(shares, now)


def _tell_of_refunds(shares: Sequence[_Share], now: int) -> None:
	"""Store in the bookings what was paid and paid back, and tell everybody if more or less goes back than they knew."""
	found = _bookings(shares)
	before = {booking.name: booking.amount_refunded or 0.0 for booking in found}
	_count(shares)
	for kind, sign in ((Kind.REFUNDED, 1), (Kind.REFUND_FAILED, -1)):
		_tell(kind, [each for each in found if sign * ((each.amount_refunded or 0.0) - before[each.name]) > 0], now)


def _count(shares: Sequence[_Share]) -> None:
	"""Store in the bookings what was paid and paid back."""
	found = {each.name: each for each in _bookings(shares)}
	amounts = refunds.amounts_of(list(found))
	for name, fields in amounts.items():
		found[name].update(fields)
	store_fields(amounts)


def _tell(kind: Kind, bookings: Sequence[Document], now: int) -> None:
	if bookings:
		run_for_money(*(Change(kind, each, now, by=Actor.SYSTEM, status_before=each.status) for each in bookings))


def _release_waiting(shares: Sequence[_Share], now: int) -> None:
	if waiting := [*filter(waits_for_payment, _bookings(shares))]:
		release(waiting, "Expired", Actor.SYSTEM, "", now)


def give(bookings: Sequence[Document], amounts: Sequence[float], now: int) -> None:
	"""Make meetings, or requests, of a booking or all dates of a series for which these amounts were paid, and tell everybody."""
	guard.lock_hosts(users_of(bookings))
	_make_paid(bookings, amounts)
	run_once_paid(*(Change(Kind.BOOKED, booking, now, by=Actor.ATTENDEE) for booking in bookings))


def _make_paid(bookings: Sequence[Document], amounts: Sequence[float]) -> None:
	needs_answer = bookings[0].get_meeting_type().requires_confirmation
	for booking, amount in zip(bookings, amounts, strict=True):
		booking.update(
			{
				"status": "Pending" if needs_answer else "Scheduled",
				"payment_status": PAID,
				"amount_paid": float(amount),
				"cancelled_by": None,
				"cancelled_at": None,
			}
		)
	save(*bookings)


def _give_again(bookings: Sequence[Document], amounts: Sequence[float], now: int) -> bool:
	"""Do the same for bookings that gave their times back. Returns False if somebody else has one of them now."""
	frappe.db.savepoint("late_payment")
	try:
		for booking, amount in zip(bookings, amounts, strict=True):
			# One after the other: limits count the earlier dates too.
			# Raise SlotTaken unless the booking's hosts are free for it, or its session has room, and its link isn't used
			# again.
			bookable, wanted = bookable_for(booking, same_hosts=True), slot_request_for(booking)
			guard.lock_hosts(booking.host_users())
			if is_used_again(booking):
				raise SlotTaken
			offer = offer_around(bookable, wanted, booking.starts_at, now, lock=True)
			members = [offer.member(user) for user in main_first(booking)]
			standing = joinable_booking(members, booking.starts_at)
			if standing:
				join(booking, standing)
			else:
				check_hosts_have_time(offer, members, booking.starts_at, booking, now, force=False)
			booking.sequence += 1
			_make_paid([booking], [amount])
		# The turn went back to the ledger when nobody paid. Now each booking gives its host what the host pays.
		is_robin = bookings[0].get_meeting_type().assignment == "Round Robin"
		turns = [Turn(each.host, {each.host: BOOKING}) if is_robin else None for each in bookings]
		again = zip(bookings, turns, strict=True)
		run_once_paid(*(Change(Kind.BOOKED, each, now, turn, by=Actor.ATTENDEE) for each, turn in again))
	except (SlotTaken, HostLeft):
		frappe.db.rollback(save_point="late_payment")
		for booking in bookings:
			booking.reload()
		return False
	return True


def _open_payment(booking: Document) -> frappe._dict:
	"""Return the payment with whose checkout the booking is paid."""
	payments = records.checkouts_of([booking.name])
	if not payments:
		raise PaymentOver
	return payments[0]


def _has_begun(payment: frappe._dict) -> tuple[bool, str]:
	return bool(payment.sent_order), payment.external_id or ""


def _locked_booking(name: str) -> Document | None:
	"""Return the booking to which the payment belongs, locked, or None if it was deleted."""
	if not is_booking(name):
		return None
	return latest(frappe.get_doc("Booking", name, for_update=True), for_update=True)
