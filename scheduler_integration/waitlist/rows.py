"""The rows of Waitlist Entry and Waitlist Offer as objects, and how they are written. Makes no statement."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe

from scheduler_integration import engine
from scheduler_integration.meetings.invited import UNCONFIRMED
from scheduler_integration.platform.records import picked, record, set_or_none
from scheduler_integration.platform.signing import keyed_hash
from scheduler_integration.times import Bounds


@dataclass(frozen=True, slots=True)
class Entry:
	"""Somebody who waits. `booking` is the meeting that they want to move earlier. `joined_at` is in epoch seconds.

	`details` are the fields of a BookingPayload that were typed when the person joined. `most_unanswered` offers without an
	answer end the entry. `devices` are those of the person that show offers: `endpoint`, `p256dh` and `auth` of each.
	"""

	name: str
	meeting_type: str
	scheduling_page: str
	status: str
	ended_because: str
	attendee_name: str
	attendee_email: str
	attendee_phone: str
	by_text: bool
	language: str
	booking: str | None
	taken: str | None
	duration: int
	bounds: Bounds
	most_unanswered: int
	unanswered: int
	place: int
	joined_at: int
	address_status: str
	details: Mapping[str, Any]
	devices: tuple[Mapping[str, str], ...] = ()

	@property
	def zone(self) -> str:
		return self.bounds.zone

	@property
	def is_stranger(self) -> bool:
		"""Whether nobody has confirmed that the address is this person's."""
		return self.address_status == UNCONFIRMED

	@property
	def is_told_by_text(self) -> bool:
		"""Whether offers come as text messages, and not as e-mails."""
		return self.by_text and bool(self.attendee_phone)


@dataclass(frozen=True, slots=True)
class Held:
	"""Time that an offer holds: the hosts' users, and the parts of the meeting. Buffers and the minimum notice are in minutes.

	`seats` are those that it takes in a session. `notice` isn't stored: it says until when a new offer may hold.
	"""

	users: tuple[str, ...]
	parts: tuple[engine.Interval, ...]
	buffer_before: int = 0
	buffer_after: int = 0
	notice: int = 0
	seats: int = 1

	@property
	def latest(self) -> int:
		"""Until when the time can be booked, in epoch seconds."""
		return self.parts[0][0] - self.notice * 60


@dataclass(frozen=True, slots=True)
class Offered:
	"""A time that was offered. Instants are epoch seconds. Offers of one time to several people have the same `hold_id`."""

	name: str
	entry: str
	meeting_type: str
	status: str
	start: int
	end: int
	offered_at: int
	expires_at: int
	hold_id: str
	held: Held

	@property
	def hold_key(self) -> str:
		"""The key with which the held time can be booked."""
		return key_of_hold(self.hold_id)


@dataclass(frozen=True, slots=True)
class NewOffer:
	"""A time that is to be offered to an entry. `start` and `expires_at` are epoch seconds. For `hold_id` see `Offered`."""

	entry: Entry
	start: int
	expires_at: int
	hold_id: str
	held: Held


def key_of_hold(hold_id: str) -> str:
	"""Return the key of the hold with this id. It isn't stored: hosts can filter offers by fields that they may not read."""
	return keyed_hash(hold_id, "waitlist hold")[:32]


def entry_of(row: frappe._dict) -> Entry:
	"""Return the entry of a row of Waitlist Entry, which has all fields."""
	bounds = Bounds(
		frappe.utils.getdate(row.first_date),
		frappe.utils.getdate(row.last_date),
		row.timezone,
		frozenset(map(int, (row.weekdays or "").split(","))),
		row.from_minute or 0,
		row.to_minute or 0,
	)
	return record(
		Entry,
		row,
		**set_or_none(row, "booking", "taken"),
		duration=row.duration_minutes,
		bounds=bounds,
		details=json.loads(row.details or "{}"),
		devices=tuple(json.loads(row.devices or "[]")),
	)


def offer_of(row: frappe._dict) -> Offered:
	"""Return the offer of a row of Waitlist Offer, which has all fields."""
	hold = json.loads(row.hold or "{}")
	held = Held(
		tuple(hold.get("users", ())),
		tuple((start, end) for start, end in hold.get("parts", ())),
		hold.get("before", 0),
		hold.get("after", 0),
		seats=hold.get("seats", 1),
	)
	return Offered(
		row.name, row.entry, row.meeting_type, row.status, row.starts_at, row.ends_at, row.offered_at, row.expires_at,
		row.hold_id or "", held,
	)  # fmt: skip


def stored_bounds(bounds: Bounds) -> dict[str, Any]:
	"""Return the fields of an entry that say when the person has time."""
	return {
		"timezone": bounds.zone,
		"first_date": bounds.first,
		"last_date": bounds.last,
		"weekdays": ",".join(map(str, sorted(bounds.weekdays))),
		**picked(bounds, "from_minute", "to_minute"),
		"until_at": bounds.until,
	}


def stored_hold(held: Held) -> str:
	"""Return the field `hold` of an offer, without the minimum notice."""
	buffers = {"before": held.buffer_before, "after": held.buffer_after}
	return json.dumps({**picked(held, "users", "parts"), **buffers, **picked(held, "seats")})
