"""Keeps a slot for a guest who is about to book it (see availability/holds.py)."""

import re
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.asked import Asked
from scheduler_integration.availability.holds import Hold, address_hash, held_until, put_hold, release_hold
from scheduler_integration.availability.offer import DAY, SUGGESTION_DAYS, Offer, make_offer
from scheduler_integration.availability.slots import chosen_duration
from scheduler_integration.bookings.book import slot_taken
from scheduler_integration.catalogue.lookup import find_page_and_type
from scheduler_integration.clock import iso
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.text import Refused

_KEY = re.compile(r"[0-9a-zA-Z]{32}")


def hold_slot(
	slug: object, type_slug: object, start: object, duration: int | None, key: object, address: str | None, now: int
) -> dict[str, str]:
	"""Holds the slot for the caller, in place of what `key` held before, and answers the key and when it lapses.

	`duration` in minutes or None for the type's own; `address` is the caller's. Raises PageNotFound,
	MeetingTypeNotFound, InvalidRequest (also where the caller has held the slot long enough), and SlotTaken where the
	slot isn't offered.
	"""
	page, meeting_type = find_page_and_type(slug, type_slug)
	minutes = hold_minutes()
	if not minutes:
		raise InvalidRequest(_("Slots can't be held on this site."))
	instant = _instant(start)
	own = key if isinstance(key, str) and _KEY.fullmatch(key) else frappe.generate_hash(length=32)
	asked = Asked(chosen_duration(meeting_type, duration), hold=own)
	margin = SUGGESTION_DAYS * DAY
	offer = make_offer(meeting_type, page, asked, instant - margin, instant + margin, now)
	if not offer.is_bookable(instant):
		raise slot_taken(offer, instant, asked.duration, page.timezone)
	hold = _hold(own, offer, meeting_type, instant, address, now, minutes * 60)
	if hold.expires_at <= now:
		raise InvalidRequest(_("This time was held for as long as it can be. You can book it while it is free."))
	put_hold(hold, now)
	return {"hold": own, "expires_at": iso(hold.expires_at, page.timezone)}


def release_slot(key: object) -> dict[str, Any]:
	"""Gives a held slot back. Answers alike whether there was one: a key that isn't known tells nothing."""
	if isinstance(key, str) and _KEY.fullmatch(key):
		release_hold(key)
	return {}


def hold_minutes() -> int:
	"""For how many minutes this site holds a slot; 0 for not at all."""
	return frappe.get_cached_doc("Scheduler Settings").hold_minutes or 0


def _instant(start: object) -> int:
	try:
		return parse_instant(start)
	except Refused as refused:
		raise InvalidRequest(details={"start": str(refused)}) from None


def _hold(
	key: str, offer: Offer, meeting_type: Document, start: int, address: str | None, now: int, seconds: int
) -> Hold:
	free = offer.free_hosts(start)
	users = [user for user in free if offer.host(user).is_required] if offer.assignment == "Collective" else free[:1]
	rules = [offer.member(user).rules for user in users]
	caller = address_hash(address)
	return Hold(
		key=key,
		meeting_type=meeting_type.name,
		users=tuple(users),
		parts=tuple(offer.team.parts(start, users[0])),
		buffer_before=max(each.buffer_before for each in rules),
		buffer_after=max(each.buffer_after for each in rules),
		expires_at=held_until(caller, users[0], start, now, seconds),
		address=caller,
		began_at=now,
	)
