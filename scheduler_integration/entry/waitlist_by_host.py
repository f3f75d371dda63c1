"""What hosts do with waitlists, for pages and methods. Each command is one transaction, repeated if it loses a race."""

from collections.abc import Sequence

from scheduler_integration import bookings
from scheduler_integration.platform import clock
from scheduler_integration.waitlist.rows import Offered


def reorder(meeting_type: str, names: Sequence[str]) -> None:
	"""Bring those who wait into the order of `names`. Raises the errors of `bookings.reorder_waitlist`."""
	bookings.retried(lambda: bookings.reorder_waitlist(meeting_type, names, clock.now()))


def offer_by_hand(entry: str, start: int) -> Offered:
	"""Offer a time to somebody, whatever their place. Raises the errors of `bookings.offer_by_hand`."""
	return bookings.retried(lambda: bookings.offer_by_hand(entry, start, clock.now()))


def withdraw_offer(entry: str) -> None:
	"""Take back the offer that somebody has. Raises the errors of `bookings.withdraw_offer`."""
	bookings.retried(lambda: bookings.withdraw_offer(entry, clock.now()))


def take_off(entry: str) -> None:
	"""Take somebody off a list. Raises the errors of `bookings.take_off_waitlist`."""
	bookings.retried(lambda: bookings.take_off_waitlist(entry, clock.now()))
