"""The rules of waitlists, written again: nothing here asks the code that decides.

The functions read the database as it is at present. Called in a transaction, they see what it is about to commit. Each
returns sentences about what is wrong.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import frappe

LIVE = ("Scheduled", "Pending", "Completed", "No Show")
OVER = ("Cancelled", "Rescheduled", "Declined")
WISHES = ("first_date", "last_date", "weekdays", "from_minute", "to_minute", "timezone")


def entries(types: Iterable[str], **where: Any) -> list[frappe._dict]:
	"""Return those on the lists of these types, each list in its order."""
	order = "meeting_type asc, place asc, creation asc, name asc"
	return frappe.get_all("Waitlist Entry", {"meeting_type": ["in", list(types)], **where}, ["*"], order_by=order)


def offers(types: Iterable[str], **where: Any) -> list[frappe._dict]:
	found = frappe.get_all("Waitlist Offer", {"meeting_type": ["in", list(types)], **where}, ["*"])
	for each in found:
		hold = json.loads(each.hold)
		each.hosts, each.seats = set(hold["users"]), hold.get("seats", 1)
	return found


def promised(types: Iterable[str], now: int) -> list[frappe._dict]:
	"""Return the offers that people can still take."""
	return [each for each in offers(types, status="Open") if each.expires_at > now]


def suits(entry: frappe._dict, start: int) -> bool:
	"""Whether somebody has time at `start`, by their own clock."""
	wall = datetime.fromtimestamp(start, ZoneInfo(entry.timezone))
	if not str(entry.first_date) <= wall.date().isoformat() <= str(entry.last_date):
		return False
	minute = wall.hour * 60 + wall.minute
	return str(wall.isoweekday()) in entry.weekdays.split(",") and entry.from_minute <= minute <= entry.to_minute


def present_booking(name: str) -> frappe._dict:
	"""Return the booking that this one has become."""
	fields = ["name", "status", "starts_at", "ends_at", "host", "session", "series", "seats"]
	while later := frappe.get_all("Booking", {"rescheduled_from": name}, pluck="name"):
		[name] = later
	[found] = frappe.get_all("Booking", {"name": name}, fields)
	return found


def overlap(one: frappe._dict, two: frappe._dict) -> bool:
	return one.starts_at < two.ends_at and two.starts_at < one.ends_at


def meetings(hosts: Iterable[str]) -> list[frappe._dict]:
	"""Return the hosts' live meetings."""
	fields = ["user", "starts_at", "ends_at", "parent", "session", "meeting_type", "seats"]
	return frappe.get_all(
		"Booking Host", {"user": ["in", sorted(hosts)], "is_live": 1}, fields, parent_doctype="Booking"
	)


def same_session(one: frappe._dict, two: frappe._dict, kinds: dict[str, Any]) -> bool:
	"""Whether two times of a host are one session, in which both find a seat if there are enough."""
	is_same = one.meeting_type == two.meeting_type and one.starts_at == two.starts_at and one.ends_at == two.ends_at
	return is_same and kinds[one.meeting_type]["seats"] > 1


def seats_promised_too_often(offer: frappe._dict, kinds: dict[str, Any], now: int) -> list[str]:
	"""No more seats of a session are offered than are left."""
	seats = kinds[offer.meeting_type]["seats"]
	session = [each for each in meetings(offer.hosts) if same_session(each, offer, kinds)]
	alike = [each for each in promised(kinds, now) if each.hosts & offer.hosts and same_session(each, offer, kinds)]
	taken, given = sum(each.seats or 1 for each in session), sum({each.hold_id: each.seats for each in alike}.values())
	return [f"{given} offers of {seats - taken} seats at {offer.starts_at}"] if taken + given > seats else []


def most_at_once(kind: dict[str, Any], start: int, now: int, zone: str) -> int:
	"""Return to how many people a time may be offered together: to more if fewer than four offers find room by day before it.

	By day is by the clock of the first of them, in `zone`. There is no minimum notice, and no clock changes.
	"""
	offset = int(datetime.fromtimestamp(now, ZoneInfo(zone)).utcoffset().total_seconds()) // 60
	ahead = range(now // 60 + 1, min(start, now + 3 * 86400) // 60)
	by_day = sum(8 <= (minute + offset) % 1440 // 60 < 21 for minute in ahead)
	return min(20, kind["at_once"] * math.ceil(4 * kind["minutes"] / max(by_day, kind["minutes"])))


def wrong_offers(kinds: dict[str, Any], now: int) -> list[str]:
	"""Return sentences about what is wrong with the offers that are open at present."""
	found, still = [], promised(kinds, now)
	ever = offers(kinds)
	all_open = [each for each in ever if each.status == "Open"]
	twice = [name for name, number in Counter(each.entry for each in all_open).items() if number > 1]
	found += [f"{name} has two open offers" for name in twice]
	by_key, zones = Counter(each.hold_id for each in still), {each.name: each.timezone for each in entries(kinds)}
	for each in still:
		# Which of them was the first isn't stored.
		asked = [zones[other.entry] for other in ever if other.hold_id == each.hold_id]
		kind, start = kinds[each.meeting_type], each.starts_at
		if by_key[each.hold_id] > max(most_at_once(kind, start, each.offered_at, zone) for zone in asked):
			found.append(f"{each.name} is offered to {by_key[each.hold_id]} at once")
		found += seats_promised_too_often(each, kinds, now) if kinds[each.meeting_type]["seats"] > 1 else []
	for number, one in enumerate(still):
		for two in still[number + 1 :]:
			is_both = one.hold_id != two.hold_id and one.hosts & two.hosts and overlap(one, two)
			if is_both and not same_session(one, two, kinds):
				found.append(f"{one.name} and {two.name} offer one time to two people")
	return found


def wrong_ends(kinds: dict[str, Any]) -> list[str]:
	"""Every taken offer has its booking, whoever is Booked took one, and who waits no longer has no open offer."""
	found, by_entry = [], defaultdict(list)
	for each in offers(kinds):
		by_entry[each.entry].append(each)
	for entry in entries(kinds):
		own = by_entry[entry.name]
		taken = [each for each in own if each.status == "Taken"]
		if (entry.status == "Booked") != (len(taken) == 1) or len(taken) > 1:
			found.append(f"{entry.name} is {entry.status}, with {len(taken)} offers taken")
		elif taken:
			found += _wrong_booking(entry, taken[0])
		if entry.status != "Waiting" and any(each.status == "Open" for each in own):
			found.append(f"{entry.name} is {entry.status}, and has an open offer")
	return found


def _wrong_booking(entry: frappe._dict, offer: frappe._dict) -> list[str]:
	fields = ["status", "starts_at", "attendee_email", "meeting_type"]
	[booking] = frappe.get_all("Booking", {"name": entry.taken or ""}, fields) or [None]
	if not booking:
		return [f"{entry.name} took {offer.name}, and there is no booking"]
	wanted = (offer.starts_at, entry.attendee_email, entry.meeting_type)
	if (booking.starts_at, booking.attendee_email, booking.meeting_type) != wanted:
		return [f"{entry.name} took {offer.name}, and has another booking"]
	if booking.status not in (*LIVE, *OVER):
		return [f"the booking of {entry.name} is {booking.status}"]
	return []


def left_out(
	before: list[frappe._dict],
	made: list[str],
	offer: frappe._dict,
	kinds: dict[str, Any],
	later: Collection[str] = (),
) -> list[str]:
	"""Return who came first on the list, and should have been offered the time that `made` were offered.

	`before` are those who could get an offer when the look began, in their order. `later` are the offers that it made after
	this one.
	"""
	names = [each.name for each in before]
	last = max((names.index(name) for name in made if name in names), default=-1)
	rows = {each.name: each for each in entries(kinds, meeting_type=offer.meeting_type)}
	if _frees_it_itself(rows[made[0]], offer):
		# The time is free for this person only: it overlaps the meeting that moves.
		return []
	found = []
	for entry in before[:last]:
		row = rows[entry.name]
		is_left = row.name not in made and row.status == "Waiting" and _size(row) == _size(rows[made[0]])
		# Somebody who changes their wishes while a look decides gets the next look.
		is_same = all(entry[field] == row[field] for field in WISHES)
		if is_left and is_same and could_get(row, offer.starts_at, offer.hosts, kinds, later):
			found.append(f"{row.name} came before {made} and suits {offer.starts_at}")
	return found


def _size(entry: frappe._dict) -> tuple[int, int]:
	return entry.duration_minutes, present_booking(entry.booking).seats or 1 if entry.booking else 1


def _frees_it_itself(entry: frappe._dict, offer: frappe._dict) -> bool:
	return bool(entry.booking) and overlap(present_booking(entry.booking), offer)


def could_get(
	entry: frappe._dict,
	start: int,
	hosts: set[str] | None,
	kinds: dict[str, Any],
	later: Collection[str] = (),
) -> bool:
	"""Whether this time may be offered to somebody who waits, if it is free. `hosts` give it; None are any.

	The offers `later` don't count.
	"""
	own = frappe.get_all("Waitlist Offer", {"entry": entry.name}, ["name", "starts_at", "status"])
	own = [each for each in own if each.name not in later]
	# A time that somebody else had meanwhile is news when it is free again.
	if any(each.status == "Open" or (each.starts_at == start and each.status != "Lost") for each in own):
		return False
	if not suits(entry, start):
		return False
	if not entry.booking:
		return True
	booking = present_booking(entry.booking)
	keeps_host = bool(booking.series) or not kinds[entry.meeting_type]["any_host"]
	if keeps_host and hosts is not None and booking.host not in hosts:
		return False
	return booking.status in ("Scheduled", "Pending") and start < booking.starts_at


def taken_by_others(names: Iterable[str], kinds: dict[str, Any], now: int) -> list[tuple[str, str]]:
	"""Return the bookings of `names` that take an offered time, each with the offer."""
	found, still = [], promised(kinds, now)
	hosts = {user for each in still for user in each.hosts}
	for meeting in meetings(hosts) if names else ():
		for offer in still:
			if meeting.parent not in names or meeting.user not in offer.hosts or not overlap(meeting, offer):
				continue
			if not same_session(meeting, offer, kinds) or seats_promised_too_often(offer, kinds, now):
				found.append((meeting.parent, offer.name))
	return found
