"""Holds a slot while a visitor fills in the form (see availability/holds.py)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import frappe
from frappe import _

from scheduler_integration import engine
from scheduler_integration.availability.holds import (
	Hold,
	address_hash,
	held_slots,
	held_until,
	put_hold,
	release_hold,
)
from scheduler_integration.availability.offer import Offer, offer_around
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings.assign import hosts_to_hold
from scheduler_integration.calendars.queue import refresh_of_hosts
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.exceptions import InvalidRequest

# Visitors together hold at most one part in so many of the time that a host offers on a date: whoever sends requests from a
# thousand addresses must not close a calendar. So many holds fit on any date.
SHARE_OF_DATE = 3
LEAST_HOLDS = 2


@dataclass(frozen=True, slots=True)
class HeldSlot:
	"""The secret key of a hold, and when the hold expires: epoch seconds, to be shown in `zone`, the page's zone."""

	key: str
	expires_at: int
	zone: str


def hold_slot(bookable: Bookable, request: SlotRequest, start: int, address: str | None, now: int) -> HeldSlot:
	"""Hold the slot at `start`, epoch seconds.

	If the request has a `hold` key, the key's earlier slot is given up; otherwise the visitor gets a new key. `address`
	is the visitor's network address, `now` is in epoch seconds.

	Raises InvalidRequest if this site holds no slots, if this address held the slot for as long as it may, or if visitors hold
	their share of the date already; and SlotTaken if the slot isn't offered.
	"""
	minutes = hold_minutes()
	if not minutes:
		raise InvalidRequest(_("Slots can't be held on this site."))
	own = request.hold or frappe.generate_hash(length=32)
	offer = offer_around(bookable, request, start, now)
	offer.check_bookable(start, request.duration, bookable.page.timezone)
	seconds = minutes * 60
	hosts = hosts_to_hold(offer, start)
	users = [each.user for each in hosts]
	rules = [each.member.rules for each in hosts]
	caller = address_hash(address)
	hold = Hold(
		key=own,
		meeting_type=bookable.meeting_type.name,
		users=tuple(users),
		parts=tuple(offer.pool.parts(start, users[0])),
		buffer_before=max(rule.buffer_before for rule in rules),
		buffer_after=max(rule.buffer_after for rule in rules),
		expires_at=held_until(caller, users[0], start, now, seconds),
		address=caller,
		began_at=now,
	)
	if hold.expires_at <= now:
		raise InvalidRequest(_("This time was held for as long as it can be. You can book it while it is free."))
	if not _fits(hold, offer, bookable, now):
		raise InvalidRequest(_("Others are choosing times on this day. You can book this time while it is free."))
	put_hold(hold, now)
	# The hosts' own calendars are read while the visitor fills in the form.
	refresh_of_hosts(hold.users, now)
	return HeldSlot(own, hold.expires_at, bookable.page.timezone)


def release_slot(key: str) -> None:
	"""Release the slot held by `key`. An unknown key raises no error, so that nobody can find out keys by trying."""
	release_hold(key)


def hold_minutes() -> int:
	"""Return for how many minutes this site holds a slot; 0 if it holds none."""
	return frappe.get_cached_doc("Scheduler Settings").hold_minutes or 0


def _fits(hold: Hold, offer: Offer, bookable: Bookable, now: int) -> bool:
	"""Return whether holds leave enough of each date to others, with this one.

	Example: on Monday a host offers 16 slots of 30 minutes. Visitors can hold 5 of them at a time, a third. On a date with 4
	slots they can hold 2. Holds of a session close nothing, because others can join it.
	"""
	if (bookable.meeting_type.seats or 1) > 1:
		return True
	held = held_slots(hold.users, None, now, hold.key)
	return all(
		_fits_date(
			engine.local_date(start, bookable.page.timezone), end - start, held[user], offer, bookable.page.timezone
		)
		for start, end in hold.parts
		for user in hold.users
	)


def _fits_date(date: date, seconds: int, held: list[engine.Booked], offer: Offer, zone: str) -> bool:
	day = engine.local_midnight(date, zone), engine.local_midnight(date + timedelta(days=1), zone)
	free = _seconds(engine.merge((start, start + seconds) for start in offer.pool.starts(*day)))
	taken = _seconds(engine.clip(engine.merge((item.start, item.end) for item in held), *day))
	return taken + seconds <= max(LEAST_HOLDS * seconds, (free + taken) // SHARE_OF_DATE)


def _seconds(spans: Iterable[engine.Interval]) -> int:
	return sum(end - start for start, end in spans)
