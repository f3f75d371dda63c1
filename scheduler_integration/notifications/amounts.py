"""The amounts that a message names: of one booking, or of all dates of a series that it is about."""

from collections.abc import Sequence

from frappe import _
from frappe.model.document import Document

from scheduler_integration.meetings.payment import payable_there
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform.money import money


def amounts(bookings: Sequence[Document], reader: Reader) -> dict[str, str | None]:
	"""Return what was paid, what goes back, and what is left to pay when people meet. Additional guests don't read it."""
	names = ("amount_paid", "amount_refunded", "amount_open", "price")
	paid = _sum(bookings, "amount_paid")
	there = sum(map(payable_there, bookings))
	if not (paid or there) or reader.role in ("guest", "removed_guest"):
		return dict.fromkeys(names)
	if not paid:
		amount = money(there, bookings[0].currency, reader.locale)
		return {**dict.fromkeys(names), "price": _("{0}, payable at the meeting").format(amount)}
	back, coming = _sum(bookings, "amount_refunded"), [booking for booking in bookings if booking.status in OPEN]
	left = _sum(coming, "price") - _sum(coming, "amount_paid")
	return {
		name: money(amount, bookings[0].currency, reader.locale) if amount > 0 else None
		for name, amount in zip(names, (paid, back, left, 0), strict=True)
	}


def _sum(bookings: Sequence[Document], field: str) -> float:
	return sum(booking.get(field) or 0 for booking in bookings)
