"""Makes and ends the offers of a waitlist, and holds their times."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import partial

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.holds import Hold, keep_offers, put_offers, release_after_commit, release_hold
from scheduler_integration.outbox.wake import wake
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.hours import offer_ends
from scheduler_integration.waitlist.plan import plan_look_after
from scheduler_integration.waitlist.rows import Entry, Held, NewOffer, Offered
from scheduler_integration.waitlist.terms import minutes_of


def make_offers(
	given: Iterable[tuple[Sequence[Entry], int, Held]],
	meeting_type: Document,
	now: int,
	*,
	by_hand: bool = False,
) -> list[tuple[Entry, Offered]]:
	"""Store offers and hold their times: of each time the entries that are offered it together, its start, and what is held.

	Makes one statement, however many times there are. The caller has locked the hosts and the entries.
	"""
	minutes = minutes_of(meeting_type)
	new: list[NewOffer] = []
	for entries, start, held in given:
		hold_id = frappe.generate_hash(length=16)
		ends = [(entry, offer_ends(now, minutes, entry.zone, held.latest)) for entry in entries]
		new += [NewOffer(entry, start, until, hold_id, held) for entry, until in ends if until]
	if not new:
		return []
	offers = records.insert_offers(new, now, by_hand=by_hand)
	holds = _holds_of(offers)
	frappe.db.after_rollback.add(partial(release_hold, *(hold.key for hold in holds)))
	put_offers(holds)
	return [(each.entry, offer) for each, offer in zip(new, offers, strict=True)]


def hold_again(users: Collection[str], now: int) -> list[Hold]:
	"""Make the holds in the cache those of the open offers whose time one of these hosts gives, and return them.

	The hosts are locked. `now` is in epoch seconds.

	The cache may have lost a hold. It may also have a hold too many: of a process that was killed before it stored the
	offer, or of a look that repeated the hold while the person passed the offer.
	"""
	holds = _holds_of(offer for offer in records.open_offers(users) if offer.expires_at > now)
	keep_offers(users, holds)
	return holds


def _holds_of(offers: Iterable[Offered]) -> list[Hold]:
	"""Return one hold for all offers of the same time, until the last of them ends."""
	latest = {offer.hold_id: offer for offer in sorted(offers, key=lambda each: each.expires_at)}
	return [_hold(offer) for offer in latest.values()]


def _hold(offer: Offered) -> Hold:
	held = offer.held
	key = offer.hold_key
	return Hold(
		key,
		offer.meeting_type,
		held.users,
		held.parts,
		held.buffer_before,
		held.buffer_after,
		offer.expires_at,
		key,
		offer.offered_at,
		held.seats,
	)


def end_and_release(offers: Collection[Offered], status: str) -> None:
	"""End the offers. Their times are released after the commit, except those that are still offered to others."""
	records.end_offers([each.name for each in offers], status)
	shared = records.ids_of_open_holds({each.hold_id for each in offers})
	release_after_commit(*{each.hold_key for each in offers if each.hold_id not in shared})


def give_back(offer: Offered, status: str, now: int) -> None:
	"""End the offer, and let a look offer its time to others. `now` is in epoch seconds."""
	end_and_release([offer], status)
	plan_look_after(offer.entry, offer.held.users, now)
	wake()
