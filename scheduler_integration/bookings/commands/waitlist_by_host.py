"""What hosts do with the waitlists of their meeting types: change the order, offer a time by hand, take somebody off."""

from __future__ import annotations

from collections.abc import Sequence

import frappe

from scheduler_integration.availability.offer import offer_around
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import guard
from scheduler_integration.bookings.free_times import hold_at
from scheduler_integration.bookings.transaction import command
from scheduler_integration.bookings.waitlist_offers import hold_again, make_offers, release_unless_shared
from scheduler_integration.catalogue.lookup import Bookable, find_own_bookable
from scheduler_integration.exceptions import ChangedMeanwhile, InvalidRequest, WaitlistEntryNotFound, WaitlistOver
from scheduler_integration.notifications.waitlist import plan_offers
from scheduler_integration.outbox.wake import wake
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.plan import plan_look_after
from scheduler_integration.waitlist.records import Entry, Offered


@command
def reorder_waitlist(meeting_type: str, names: Sequence[str], now: int) -> list[Entry]:
	"""Bring those who wait for a Meeting Type into the order of `names`, as one of its hosts, and return them.

	Who isn't named, because they joined in this moment, comes last. Raises MeetingTypeNotFound and NotPermitted.
	"""
	found = find_own_bookable(meeting_type)
	_lock(found)
	present = [each.name for each in records.waiting_of(meeting_type)]
	wanted = [name for name in dict.fromkeys(names) if name in present]
	records.put_in_order([*wanted, *(name for name in present if name not in wanted)])
	return records.waiting_of(meeting_type)


@command
def take_off_waitlist(name: str, now: int) -> None:
	"""Take somebody off a list, as a host of its meeting type. Raises WaitlistEntryNotFound and NotPermitted."""
	entry, _found = _find(name)
	if entry.status != records.WAITING:
		return
	records.close([name], records.ENDED, now, because=records.BECAUSE_HOST)
	if offer := records.open_offer_of(name, for_update=True):
		_withdraw(offer, now)


@command
def withdraw_offer(name: str, now: int) -> None:
	"""Take back the open offer to the entry with this name, as a host. Somebody else is offered the time."""
	entry, _found = _find(name)
	if offer := records.open_offer_of(entry.name, for_update=True):
		_withdraw(offer, now)


@command
def offer_by_hand(name: str, start: int, now: int) -> Offered:
	"""Offer the time at `start` (epoch seconds) to somebody who waits, whatever their place and their wishes, as a host.

	Raises WaitlistEntryNotFound, NotPermitted, WaitlistOver, ChangedMeanwhile if they have an offer already, SlotTaken if the
	time isn't free, and InvalidRequest if it begins too soon to hold it. The caller must roll back then.
	"""
	_entry, found = _find(name)
	users = _lock(found)
	entry = records.lock([name]).get(name)
	if not entry:
		raise WaitlistOver
	if records.open_offer_of(name):
		raise ChangedMeanwhile(frappe._("Another time is offered to this person at present."))
	hold_again(records.open_offers(users), now)
	offer = offer_around(found, SlotRequest(entry.duration), start, now, lock=True)
	offer.check_bookable(start, entry.duration, found.page.timezone)
	made = make_offers([entry], start, hold_at(offer, start), found.meeting_type, now, by_hand=True)
	if not made:
		raise InvalidRequest(details={"start": frappe._("Choose a later date or time.")})
	plan_offers(made, now)
	wake()
	return made[0][1]


def _find(name: str) -> tuple[Entry, Bookable]:
	entry = records.entry(name, for_update=True) if name != records.ENTRY else None
	if not entry:
		raise WaitlistEntryNotFound
	return entry, find_own_bookable(entry.meeting_type)


def _lock(found: Bookable) -> list[str]:
	users = sorted({host.user for host in found.takers})
	guard.lock_hosts(users)
	return users


def _withdraw(offer: Offered, now: int) -> None:
	records.end_offers([offer.name], records.WITHDRAWN)
	release_unless_shared(offer)
	plan_look_after(offer.entry, offer.held.users, now)
	wake()
