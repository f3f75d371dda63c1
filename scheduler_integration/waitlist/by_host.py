"""Hosts' actions on the waitlists of their meeting types: change the order, offer a time by hand, take somebody off."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.holds import Hold
from scheduler_integration.availability.offer import DAY, SUGGESTION_DAYS
from scheduler_integration.bookings import command, lock_takers
from scheduler_integration.catalogue.lookup import Bookable, find_hosted, find_own_bookable
from scheduler_integration.catalogue.repeats import FIXED
from scheduler_integration.exceptions import (
	ChangedMeanwhile,
	InvalidRequest,
	NoWaitlist,
	WaitlistEntryNotFound,
	WaitlistOver,
)
from scheduler_integration.meetings.chain import latest
from scheduler_integration.meetings.policy import reschedule_refusal
from scheduler_integration.outbox.wake import wake
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.free_times import FreeTimes
from scheduler_integration.waitlist.looks import as_offered, free_times
from scheduler_integration.waitlist.messages import plan_offers
from scheduler_integration.waitlist.offers import give_back, hold_again, make_offers
from scheduler_integration.waitlist.rows import Entry, Offered

# A host who offers a time by hand chooses from so many days.
DAYS_TO_OFFER = 35
# Nobody waits longer than a year.
MOST_DAYS = 366


@command
def reorder_waitlist(meeting_type: str, names: Sequence[str]) -> list[Entry]:
	"""Bring those who wait for a Meeting Type into the order of `names`, as one of its hosts, and return them.

	A person who isn't named, because they joined in this moment, comes last. Raises MeetingTypeNotFound and NotPermitted.
	"""
	found = find_hosted(meeting_type)
	lock_takers(found)
	present = [each.name for each in records.waiting_of(meeting_type)]
	wanted = [name for name in dict.fromkeys(names) if name in present]
	records.put_in_order([*wanted, *(name for name in present if name not in wanted)])
	return records.waiting_of(meeting_type)


@command
def take_off_waitlist(name: str, now: int) -> None:
	"""Take somebody off a list, as a host of its meeting type. Raises WaitlistEntryNotFound and NotPermitted."""
	entry = _find(name, for_update=True)
	find_hosted(entry.meeting_type)
	if entry.status != records.WAITING:
		return
	records.close([name], records.ENDED, now, because=records.BECAUSE_HOST)
	if offer := records.open_offer_of(name, for_update=True):
		give_back(offer, records.WITHDRAWN, now)


@command
def withdraw_offer(name: str, now: int) -> None:
	"""Take back the open offer to the entry with this name, as a host. Somebody else is offered the time."""
	entry = _find(name, for_update=True)
	find_hosted(entry.meeting_type)
	if offer := records.open_offer_of(entry.name, for_update=True):
		give_back(offer, records.WITHDRAWN, now)


@command
def offer_by_hand(name: str, start: int, now: int) -> Offered:
	"""Offer the time at `start` (epoch seconds) to somebody who waits, whatever their place and their wishes, as a host.

	Raises WaitlistEntryNotFound, NotPermitted, WaitlistOver, ChangedMeanwhile if they have an offer already, SlotTaken if the
	time isn't free, InvalidRequest if it begins too soon to hold it, and the errors of `policy.reschedule_refusal`. The
	caller must roll back then.
	"""
	if start > now + MOST_DAYS * DAY:
		raise InvalidRequest(details={"start": _("Choose a date within a year.")})
	# The hosts are locked first, and the entry after them, as by a look at the list.
	found = find_own_bookable(_find(name).meeting_type)
	if found.meeting_type.repeats == FIXED:
		raise NoWaitlist
	users = lock_takers(found)
	locked = records.lock([name]).get(name)
	if not locked:
		raise WaitlistOver(_("This person doesn't wait any more."))
	if records.open_offer_of(name):
		raise ChangedMeanwhile(_("Another time is offered to this person at present."))
	promised = hold_again(users, now)
	moving = _meeting_to_move(locked, found.meeting_type, now)
	if moving and moving.starts_at == start:
		raise InvalidRequest(details={"start": _("The meeting is at this time already. Choose another.")})
	entry, times = _free_times(found, locked, moving, now, start + SUGGESTION_DAYS * DAY, promised)
	offer = times.offer_for(entry)
	offer.check_bookable(start, entry.duration, found.page.timezone)
	made = make_offers([([entry], start, times.hold(entry, start))], found.meeting_type, now, by_hand=True)
	if not made:
		raise InvalidRequest(details={"start": _("Choose a later date or time.")})
	plan_offers(made, now)
	wake()
	return made[0][1]


def times_to_offer(name: str, now: int) -> list[int]:
	"""Return the starts, ascending, that a host can offer by hand to the entry with this name: those of five weeks.

	They are epoch seconds, as `now` is. Raises the errors of `offer_by_hand`, except for those about a start.
	"""
	entry = _find(name)
	found = find_own_bookable(entry.meeting_type)
	if entry.status != records.WAITING:
		raise WaitlistOver(_("This person doesn't wait any more."))
	moving = _meeting_to_move(entry, found.meeting_type, now)
	entry, times = _free_times(found, entry, moving, now, now + DAYS_TO_OFFER * DAY)
	return [start for start in times.starts(entry) if not moving or start != moving.starts_at]


def _find(name: str, *, for_update: bool = False) -> Entry:
	entry = records.entry(name, for_update=for_update) if name != records.ENTRY else None
	if not entry:
		raise WaitlistEntryNotFound(_("This person doesn't wait any more."))
	return entry


def _meeting_to_move(entry: Entry, meeting_type: Document, now: int) -> Document | None:
	"""Return the present booking of the meeting that somebody wants to move earlier. Raises the reason if it can't be moved."""
	if not entry.booking:
		return None
	booking = latest(frappe.get_doc("Booking", entry.booking))
	if refusal := reschedule_refusal(booking, meeting_type, now):
		raise refusal
	return booking


def _free_times(
	found: Bookable,
	entry: Entry,
	moving: Document | None,
	now: int,
	last: int,
	promised: Collection[Hold] | None = None,
) -> tuple[Entry, FreeTimes]:
	"""Return what is free for somebody, whatever they wish, and the entry with the present booking of the meeting to move."""
	entry = replace(entry, booking=moving.name) if moving else as_offered(entry, found.meeting_type)
	return entry, free_times(found, [entry], {entry.name: moving} if moving else {}, now, last, promised=promised)
