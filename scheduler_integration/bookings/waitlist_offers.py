"""Makes the offers of a waitlist, and holds their times."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.holds import Hold, keep_offers, put_hold, release_hold
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.hours import offer_ends
from scheduler_integration.waitlist.records import Entry, Held, Offered
from scheduler_integration.waitlist.terms import minutes_of


def make_offers(
	entries: Sequence[Entry],
	start: int,
	held: Held,
	meeting_type: Document,
	now: int,
	*,
	by_hand: bool = False,
) -> list[tuple[Entry, Offered]]:
	"""Store the offers of one time and hold it. The caller has locked the hosts and the entries."""
	minutes = minutes_of(meeting_type)
	ends = [(entry, offer_ends(now, minutes, entry.zone, held.latest)) for entry in entries]
	rows = [(entry, until) for entry, until in ends if until]
	if not rows:
		return []
	key, end = frappe.generate_hash(length=32), held.parts[0][1]
	stored = records.insert_offers(rows, start, end, key, held, now, by_hand=by_hand)
	frappe.db.after_rollback.add(partial(release_hold, key))
	put_hold(_hold(stored[0], max(until for _entry, until in rows)), now)
	return [(entry, offer) for (entry, _until), offer in zip(rows, stored, strict=True)]


def hold_again(users: Collection[str], now: int) -> list[Hold]:
	"""Make the holds in the cache those of the open offers whose time one of these hosts gives, and return them.

	The hosts are locked.

	The cache may have lost a hold. And it may have one too many: of a process that was killed before it stored the offer, or
	of a look that repeated it while the person passed the offer. `now` is in epoch seconds.
	"""
	latest: dict[str, Offered] = {}
	for offer in sorted(records.open_offers(users), key=lambda each: each.expires_at):
		if offer.expires_at > now:
			latest[offer.hold_key] = offer
	holds = [_hold(offer, offer.expires_at) for offer in latest.values()]
	keep_offers(users, holds)
	return holds


def _hold(offer: Offered, until: int) -> Hold:
	held = offer.held
	key = offer.hold_key
	return Hold(
		key,
		offer.meeting_type,
		held.users,
		held.parts,
		held.buffer_before,
		held.buffer_after,
		until,
		key,
		offer.offered_at,
		held.seats,
	)


def release_unless_shared(offer: Offered) -> None:
	"""Release the offer's time after the commit, unless it is offered to others at the same time."""
	if not [each for each in records.open_with(offer.hold_key) if each.name != offer.name]:
		frappe.db.after_commit.add(partial(release_hold, offer.hold_key))
