"""Stores each reply, so that it is acted on once. Only this module writes Attendee Reply.

A gateway sends a reply again if it got no answer in time, and somebody may have recorded a signed request. A unique index on
the message's id refuses the second one, also if two processes get it at the same moment. The id and the number are kept as
HMACs, and what somebody wrote isn't kept here.
"""

import json
from collections.abc import Sequence

import frappe

from scheduler_integration.notifications.channels.email import Email
from scheduler_integration.notifications.channels.sms import TextMessage
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.signing import keyed_hash

DOCTYPE = "Attendee Reply"
TEXT, MAIL = TextMessage.name, Email.name
# A mail that is stored and not yet read.
WAITING = "waiting"
DAY = 86400
# After these days nobody can tell any more whose reply it was. The message's id is kept longer, because Twilio signs no time.
PERSON_DAYS = 30
MESSAGE_DAYS = 400


def person_of(address: str) -> str:
	"""Return the HMAC under which the replies of a number (E.164) are kept."""
	return keyed_hash(address.lower(), "reply from")


def is_known(channel: str, message_id: str) -> bool:
	"""Whether this reply was stored before."""
	return bool(frappe.db.exists(DOCTYPE, {"message": _message(channel, message_id)}))


def keep(
	channel: str,
	message_id: str,
	person: str,
	outcome: str,
	now: int,
	*,
	booking: str | None = None,
	choices: Sequence[str] = (),
	content: str | None = None,
) -> None:
	"""Store a reply. `choices` are the bookings in the list with which it was answered, `content` is still to be read.

	Raises UniqueValidationError if another process stores the same reply at this moment; the command is repeated.
	"""
	frappe.get_doc(
		{
			"doctype": DOCTYPE,
			"channel": channel,
			"message": _message(channel, message_id),
			"person": person,
			"outcome": outcome,
			"booking": booking,
			"choices": json.dumps(list(choices)) if choices else None,
			"content": content,
			"received_at": now,
			"received_on": to_site_time(now),
		}
	).insert(ignore_permissions=True)  # The person who replied isn't signed in.


def waiting() -> list[str]:
	"""Return the names of the mails that are still to be read, oldest first."""
	return list(frappe.get_all(DOCTYPE, {"outcome": WAITING}, pluck="name", order_by="received_at asc"))


def take(name: str) -> tuple[str, str] | None:
	"""Lock a mail that is still to be read, and return its booking and content; None if another process has read it."""
	row = frappe.db.get_value(DOCTYPE, name, ["outcome", "booking", "content"], for_update=True)
	return (row[1], row[2]) if row and row[0] == WAITING else None


def settle(name: str, outcome: str) -> None:
	"""Store what became of a mail, and forget what it said."""
	frappe.db.set_value(DOCTYPE, name, {"outcome": outcome, "content": None}, update_modified=False)


def count_for(booking: str, outcomes: Sequence[str], since: int) -> int:
	"""Return how many replies about the booking had one of these outcomes since that instant."""
	found = {"booking": booking, "outcome": ["in", list(outcomes)], "received_at": [">=", since]}
	return int(frappe.db.count(DOCTYPE, found))


def last_of(person: str, since: int) -> tuple[str, list[str]] | None:
	"""Return the outcome of the person's latest reply since that instant, and the choices in its answer, or None."""
	rows = frappe.get_all(
		DOCTYPE,
		{"person": person, "received_at": [">=", since]},
		["outcome", "choices"],
		order_by="received_at desc, creation desc",
		limit=1,
	)
	return (rows[0].outcome, json.loads(rows[0].choices or "[]")) if rows else None


def count_of(person: str, since: int, outcome: str | None = None) -> int:
	"""Return how many replies of the person had this outcome since that instant, or any without `outcome`."""
	found = {"person": person, "received_at": [">=", since], **({"outcome": outcome} if outcome else {})}
	return int(frappe.db.count(DOCTYPE, found))


def forget_old(now: int) -> None:
	"""Forget whose replies were those of long ago, and later the replies too. `now` is in epoch seconds."""
	row = frappe.qb.DocType(DOCTYPE)
	old = (row.received_at < now - PERSON_DAYS * DAY) & row.person.isnotnull()
	frappe.qb.update(row).where(old).set(row.person, None).set(row.booking, None).set(row.choices, None).run()
	frappe.db.delete(DOCTYPE, {"received_at": ["<", now - MESSAGE_DAYS * DAY]})


def _message(channel: str, message_id: str) -> str:
	return keyed_hash(message_id, f"reply by {channel}")
