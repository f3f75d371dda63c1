"""Actions of people on a waitlist: join, change when they have time, leave, take an offered time, and pass it on."""

from __future__ import annotations

from dataclasses import replace

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.holds import release_after_commit
from scheduler_integration.bookings import book, command, lock_takers, reschedule_by_token
from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.lookup import Bookable, bookable, find_bookable, page_of
from scheduler_integration.catalogue.repeats import FIXED
from scheduler_integration.exceptions import (
	MeetingTypeNotFound,
	NoWaitlist,
	OfferEnded,
	PageNotFound,
	SlotTaken,
	WaitlistFull,
	WaitlistOver,
)
from scheduler_integration.meetings.chain import latest
from scheduler_integration.meetings.invited import CONFIRMED
from scheduler_integration.meetings.policy import reschedule_refusal
from scheduler_integration.meetings.tokens import find_by_token, manage_token
from scheduler_integration.outbox.wake import wake
from scheduler_integration.parsing.booking_request import BookingPayload, parse_booking_request
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.language import for_later
from scheduler_integration.platform.records import picked
from scheduler_integration.platform.transactions import roll_back
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.links import find_entry
from scheduler_integration.waitlist.messages import plan_joined
from scheduler_integration.waitlist.offers import end_and_release, give_back
from scheduler_integration.waitlist.plan import plan_look_after, plan_one_look
from scheduler_integration.waitlist.requests import Wait, WaitRequest
from scheduler_integration.waitlist.rows import Entry, Offered

# So many people wait for one meeting type at most.
MOST_WAITING = 500
# The last places are for those whose address is confirmed, and for attendees: anybody can type many addresses.
MOST_UNCONFIRMED = 400
# The fields that an entry takes from a booking form, or from a booking.
_OF_PERSON = ("attendee_name", "attendee_email", "attendee_phone", "language", "address_status")


@command
def join_waitlist(request: WaitRequest, found: Bookable, now: int) -> Entry:
	"""Put somebody at the end of the meeting type's waitlist, and return the entry. They get a message with its link.

	A person who waits already keeps their place, and gets the message again: anybody can type an address. If a code has confirmed the
	address, what was typed now counts, and links of an entry that a stranger may have made lead nowhere.

	Raises NoWaitlist and WaitlistFull. The caller must roll back then. `now` is in epoch seconds.
	"""
	meeting_type, person, wait = found.meeting_type, request.person, request.wait
	if not meeting_type.has_waitlist:
		raise NoWaitlist
	users = lock_takers(found)
	mine = records.of_person(person.attendee_email, meeting_type.name)
	entry = next((each for each in mine if not each.booking), None)
	is_owner = bool(entry and person.address_status == CONFIRMED)
	# A list that took those who wait already, and nobody else, would tell strangers who they are.
	most = MOST_WAITING if person.address_status == CONFIRMED else MOST_UNCONFIRMED
	if not is_owner and records.count_waiting(meeting_type.name) >= most:
		raise WaitlistFull
	if entry and is_owner and entry.address_status == CONFIRMED:
		_change(entry, wait)
	elif not entry or is_owner:
		place = _end_for_owner(entry, now) if entry else None
		fields = {
			"meeting_type": found.meeting_type.name,
			"scheduling_page": found.page.name,
			**picked(person, *_OF_PERSON),
			**_asked(wait),
			"duration_minutes": person.duration,
		}
		entry = records.insert_entry(fields, wait.bounds, request.details, now, place)
	return _joined(entry, users, now)


@command
def wait_for_earlier(token: str, wait: Wait, now: int) -> Entry:
	"""Let the attendee of the manage link's `token` wait for an earlier time, and return the entry.

	A person who waits already keeps their place, with the new bounds. Raises BookingNotFound, NoWaitlist, WaitlistFull, and the
	errors of `policy.reschedule_refusal`. The caller must roll back then.
	"""
	booking = find_by_token(token, for_update=True)
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	if refusal := reschedule_refusal(booking, meeting_type, now):
		raise refusal
	if not meeting_type.has_waitlist:
		raise NoWaitlist
	found = bookable(meeting_type)
	users = lock_takers(found)
	if entry := records.of_booking(booking.name):
		_change(entry, wait)
		return _joined(entry, users, now)
	if records.count_waiting(meeting_type.name) >= MOST_WAITING:
		raise WaitlistFull
	fields = {
		"meeting_type": meeting_type.name,
		"booking": booking.name,
		**picked(booking, "scheduling_page", "duration_minutes", *_OF_PERSON),
		**_asked(wait),
		"by_text": int(wait.by_text and bool(booking.attendee_phone)),
	}
	return _joined(records.insert_entry(fields, wait.bounds, {}, now), users, now)


@command
def change_wait(token: str, wait: Wait, now: int) -> Entry:
	"""Store when the person of this entry's link has time from now on. They keep their place, and an offer they have.

	Raises WaitlistEntryNotFound and WaitlistOver.
	"""
	entry = _waiting(find_entry(token, for_update=True))
	_change(entry, wait)
	plan_one_look(
		entry.name,
		sorted(bookable(frappe.get_cached_doc("Meeting Type", entry.meeting_type)).users),
		now,
	)
	wake()
	return find_entry(token)


@command
def leave_waitlist(token: str, now: int) -> Entry:
	"""Take the person of this entry's link off the list. Their offer goes to others. Doing it twice changes nothing."""
	entry = find_entry(token, for_update=True)
	if entry.status == records.WAITING:
		records.close([entry.name], records.LEFT, now)
		if offer := records.open_offer_of(entry.name, for_update=True):
			give_back(offer, records.WITHDRAWN, now)
	return find_entry(token)


@command
def pass_offer(token: str, name: str, now: int) -> Entry:
	"""Offer the time of the offer `name` to others: the person waits for another one, at the same place of the list.

	Raises WaitlistEntryNotFound, WaitlistOver and OfferEnded.
	"""
	entry = _waiting(find_entry(token, for_update=True))
	offer = records.open_offer_of(entry.name, for_update=True)
	if not offer or offer.name != name:
		raise OfferEnded
	records.note_unanswered({entry.name: 0})
	give_back(offer, records.PASSED, now)
	return find_entry(token)


@command
def lose_offer(token: str, name: str, now: int) -> None:
	"""Note that the offered time can't be taken any more, because somebody else has it. The person goes on waiting."""
	entry = find_entry(token, for_update=True)
	offer = records.offer(name, for_update=True)
	if not offer or offer.entry != entry.name:
		return
	if offer.status == records.OPEN:
		give_back(offer, records.LOST, now)
	elif offer.status == records.EXPIRED:
		records.end_offers([name], records.LOST)


@command
def take_offer(token: str, name: str, now: int) -> Document:
	"""Book the time of the offer `name`, or move the person's meeting to it, and return the Booking.

	Doing it twice returns the same booking. An offer that nobody answered in time can still be taken while the time is free.
	Raises WaitlistEntryNotFound, WaitlistOver, OfferEnded, and the errors of `book` or `reschedule_by_token`, such as
	SlotTaken. The caller must roll back then.
	"""
	# The offer is read first. After a second click has taken it, the entry says so too.
	offer = records.offer(name)
	entry = find_entry(token)
	if not offer or offer.entry != entry.name:
		raise OfferEnded
	if entry.status == records.WAITING:
		_check_takeable(offer)
		booking = _move(entry, offer, now) if entry.booking else _book(entry, offer, now)
		# The hosts are locked now. The person may have left since the entry was read, or have clicked twice.
		entry = find_entry(token, for_update=True)
	was_taken = entry.status == records.BOOKED and offer.status in (records.OPEN, records.TAKEN)
	if was_taken and entry.taken and frappe.db.exists("Booking", entry.taken):
		return latest(frappe.get_doc("Booking", entry.taken))
	_waiting(entry)
	_check_takeable(records.offer(name, for_update=True))
	other = records.open_offer_of(entry.name, for_update=True)
	if other and other.name != name:
		give_back(other, records.WITHDRAWN, now)
	records.end_offers([name], records.TAKEN)
	records.end_offers([each.name for each in records.open_with(offer.hold_id)], records.LOST)
	records.close([entry.name], records.BOOKED, now, taken=booking.name)
	release_after_commit(offer.hold_key)
	return booking


def take_or_lose_offer(token: str, name: str, now: int) -> Document:
	"""Take the offer, as `take_offer` does. If somebody else has the time by now, the offer ends, and OfferEnded says so.

	Rolls back and commits then, because the error rolls back whatever the request did.
	"""
	try:
		return take_offer(token, name, now)
	except SlotTaken:
		roll_back()
		frappe.clear_messages()
		lose_offer(token, name, now)
		frappe.db.commit()
		raise OfferEnded(
			_("Somebody else was quicker: this time is taken. You keep your place on the waitlist.")
		) from None


def _joined(entry: Entry, users: list[str], now: int) -> Entry:
	plan_joined(entry, now)
	plan_look_after(entry.name, users, now)
	wake()
	return entry


def _end_for_owner(entry: Entry, now: int) -> int:
	"""End an entry that anybody may have made, because the address's owner joins, and return its place."""
	if records.lock([entry.name]):
		if offer := records.open_offer_of(entry.name, for_update=True):
			end_and_release([offer], records.WITHDRAWN)
		records.close([entry.name], records.LEFT, now)
	return entry.place


def _change(entry: Entry, wait: Wait) -> None:
	records.change_bounds(entry.name, wait.bounds, **_asked(wait), unanswered=0)


def _asked(wait: Wait) -> dict[str, int]:
	"""Return the fields of an entry that say how its person is told, and how often."""
	return {**picked(wait, "most_unanswered"), "by_text": int(wait.by_text)}


def _waiting(entry: Entry) -> Entry:
	if entry.status != records.WAITING:
		raise WaitlistOver
	return entry


def _check_takeable(offer: Offered | None) -> None:
	"""Raise OfferEnded if the person passed the time, or lost it. If only the hold is over, the calendars decide."""
	if not offer or offer.status not in (records.OPEN, records.EXPIRED):
		raise OfferEnded


def _book(entry: Entry, offer: Offered, now: int) -> Document:
	"""Book the offered time with what the person entered when they joined."""
	# The type may be on another page by now, and another type may have its slug on the former one.
	meeting_type = frappe.get_cached_doc("Meeting Type", entry.meeting_type)
	try:
		found = find_bookable(page_of(meeting_type).slug, meeting_type.slug)
	except (PageNotFound, MeetingTypeNotFound):
		raise OfferEnded(_("Nobody can book this meeting at present. You keep your place on the waitlist.")) from None
	minutes = (offer.end - offer.start) // 60
	# If the type always repeats since the offer was made, the person has agreed to one date only.
	if minutes not in durations_of(found.meeting_type) or found.meeting_type.repeats == FIXED:
		raise OfferEnded
	details = {**entry.details, "start": iso(offer.start, "UTC"), "timezone": entry.zone, "language": entry.language}
	details["duration"] = minutes
	# The questions may have changed since the person answered them.
	asked = {question.name for question in found.meeting_type.questions if not question.is_hidden}
	details["answers"] = {name: answer for name, answer in details.get("answers", {}).items() if name in asked}
	details.setdefault("source", "waitlist")
	key = f"waitlist-offer-{offer.name}"
	payload = BookingPayload.of({**details, "hold": offer.hold_key, "idempotency_key": key})
	request = parse_booking_request(payload, found.page, found.meeting_type, needs_answers=False)
	return book(replace(request, address_status=entry.address_status), found, now)


def _move(entry: Entry, offer: Offered, now: int) -> Document:
	"""Move the person's meeting to the offered time."""
	booking = latest(frappe.get_doc("Booking", entry.booking))
	request = RescheduleRequest(
		offer.start,
		entry.duration,
		tuple(start for start, _end in offer.held.parts) if len(offer.held.parts) > 1 else (),
		reason=for_later("An earlier time from the waitlist."),
		hold=offer.hold_key,
		idempotency_key=f"waitlist-offer-{offer.name}",
	)
	moved = reschedule_by_token(manage_token(booking), request, now)
	return frappe.get_doc("Booking", moved.id)
