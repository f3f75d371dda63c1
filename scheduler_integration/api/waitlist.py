"""Methods for hosts and managers: who waits for a time of their meeting types, in which order, and with which offer."""

from typing import Annotated, Any

import frappe

from scheduler_integration.api.as_json import Like
from scheduler_integration.api.door import Who, door
from scheduler_integration.catalogue.lookup import find_hosted
from scheduler_integration.parsing.fields import parse_instant_of, parse_json, parse_name
from scheduler_integration.parsing.kinds import EntryId, Guests, Instant, MeetingTypeId
from scheduler_integration.platform import clock
from scheduler_integration.waitlist import by_host
from scheduler_integration.waitlist.listing import Waitlist, lists_of, own_lists

# The method `list` below hides the type.
LIST = list


@door("GET", who=Who.HOSTS)
def list(meeting_type: MeetingTypeId) -> Annotated[dict[str, Any], Like(waitlists=[Waitlist])]:
	"""Return the waitlists of the caller's meeting types, or the one of `meeting_type`, which is an id."""
	if meeting_type not in (None, ""):
		return {"waitlists": [_waitlist(parse_name(meeting_type))]}
	return {"waitlists": own_lists(clock.now())}


@door("POST", who=Who.HOSTS)
def reorder(meeting_type: MeetingTypeId, entries: Guests) -> Waitlist:
	"""Bring those who wait into the order of `entries`, a list of ids. Return the waitlist."""
	names = [parse_name(each) for each in parse_json("entries", entries, LIST) or ()]
	by_host.reorder_waitlist(parse_name(meeting_type), names)
	return _waitlist(parse_name(meeting_type))


@door("POST", who=Who.HOSTS)
def offer_by_hand(entry: EntryId, start: Instant) -> Waitlist:
	"""Offer the time at `start` to somebody, whatever their place and wishes. Return the waitlist."""
	by_host.offer_by_hand(parse_name(entry), parse_instant_of("start", start), clock.now())
	return _waitlist_of(entry)


@door("POST", who=Who.HOSTS)
def withdraw_offer(entry: EntryId) -> Waitlist:
	"""Take back the offer that somebody has. Return the waitlist."""
	by_host.withdraw_offer(parse_name(entry), clock.now())
	return _waitlist_of(entry)


@door("POST", who=Who.HOSTS)
def take_off(entry: EntryId) -> Waitlist:
	"""Let somebody wait no longer. Return the waitlist."""
	by_host.take_off_waitlist(parse_name(entry), clock.now())
	return _waitlist_of(entry)


def _waitlist_of(entry: str) -> Waitlist:
	return _waitlist(frappe.db.get_value("Waitlist Entry", entry, "meeting_type"))


def _waitlist(meeting_type: str) -> Waitlist:
	[found] = lists_of([find_hosted(meeting_type)], clock.now())
	return found
