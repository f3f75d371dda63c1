"""Helpers for tests of payments: book a type that costs money, pay, and let the tasks run."""

from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration import bookings
from scheduler_integration.entry import payments as entry
from scheduler_integration.meetings.tokens import pay_token
from tests.payments.conftest import NINE, NOW
from tests.support import door
from tests.support.factories import make_meeting_type, make_page, page_of, payload
from tests.support.outbox import Mail, deliver, mails, tasks

HALF_AN_HOUR = 1800


def make_paid_type(page: Document | None = None, **fields: Any) -> Document:
	"""Create and commit a type that costs 50 euros, and return it."""
	values = {"price": 50, "currency": "EUR", "payment": "Before Booking", "refund_notice_hours": 24, **fields}
	made = make_meeting_type(page or make_page(), **values)
	frappe.db.commit()
	return made


def book(
	meeting_type: Document, start: int = NINE, now: int = NOW, *, address_status: str = "", **fields: Any
) -> Document:
	made = door.book(payload(page_of(meeting_type), meeting_type, start, **fields), now, address_status)
	frappe.db.commit()
	return frappe.get_doc("Booking", made.id)


def again(booking: Document) -> Document:
	"""Return the booking as it is stored now."""
	frappe.db.rollback()
	return frappe.get_doc("Booking", booking.name)


def payment_of(booking: Document, **filters: Any) -> Document:
	[name] = frappe.get_all("Booking Payment", {"booking": booking.name, **filters}, pluck="name")
	return frappe.get_doc("Booking Payment", name)


def press_pay(booking: Document, now: int = NOW) -> str:
	"""Press "Pay", and return the session at the provider."""
	address = entry.checkout_address(pay_token(booking))
	frappe.db.commit()
	return address.rpartition("/")[2]


def hear(stripe: Any, now: int = NOW, *events: dict[str, Any]) -> None:
	"""Let the notices arrive, by default all that wait, and run what follows."""
	waiting = events or tuple(stripe.events)
	if not events:
		stripe.events.clear()
	for event in waiting:
		body, headers = stripe.notification(event)
		notice = entry.read_notice(body, headers["Stripe-Signature"], stripe.clock.now())
		bookings.heed_notice(notice, "Stripe", now)
		frappe.db.commit()


def run(booking: Document, now: int = NOW) -> Document:
	"""Run the due payment tasks of the booking, and return it. Its messages stay where they are."""
	waiting = {"booking": booking.name, "kind": ["!=", "payment"], "status": "Pending"}
	held = frappe.get_all("Outbox Task", waiting, ["name", "due_at"])
	for row in held:
		frappe.db.set_value("Outbox Task", row.name, "due_at", now + 10**8)
	deliver(booking.name, now)
	for row in held:
		frappe.db.set_value("Outbox Task", row.name, "due_at", row.due_at)
	frappe.db.commit()
	return again(booking)


def pay(stripe: Any, booking: Document, now: int = NOW) -> Document:
	"""Pay for the booking on the provider's page, let the notice arrive, and return the booking."""
	assert stripe.pay(press_pay(booking))
	hear(stripe, now)
	return run(booking, now)


def planned_mails(booking: Document) -> list[Mail]:
	"""Return the mails about the booking. The server that hears of the payment may have tried them, with today's clock."""
	frappe.db.set_value("Outbox Task", {"booking": booking.name, "kind": "email"}, "status", "Pending")
	return mails(booking.name, NOW)


def told(booking: Document) -> list[str]:
	"""Return the messages that were planned about the booking."""
	return sorted(task.purpose for task in tasks(booking.name, kind="email"))
