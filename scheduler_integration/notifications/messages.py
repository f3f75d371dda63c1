"""Decides which messages a change of a booking needs, and builds them."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.meetings.changes import Change, Changes, Kind
from scheduler_integration.meetings.destinations import provider_invites, writes_for
from scheduler_integration.meetings.invited import CONFIRMED, UNCONFIRMED
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.notifications.invitation import Invitation, invitation_for
from scheduler_integration.notifications.readers import attendee_of, former_host, guests_of, hosts_of, removed_guests_of
from scheduler_integration.notifications.series_words import series_variables
from scheduler_integration.notifications.templates import first_version_of, render, versions_of
from scheduler_integration.notifications.unsubscribe import Subscription
from scheduler_integration.notifications.variables import variables_for
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.tasks import SENDING, SENT, Task, statuses_of
from scheduler_integration.platform.one_line import header_text

# The purpose of the message to a host who was replaced. Later changes of the booking don't skip this message.
HOST_REMOVED = "host_removed"
# The same for an additional guest who was removed.
GUEST_REMOVED = "guest_removed"
# The message that the meeting stays as it is, to an attendee who was asked for another time.
KEPT = "attendee_kept"
# The message about money that goes back, if nothing else is told.
REFUNDED = "attendee_refunded"
# The messages that a refund failed of which people were told.
REFUND_FAILED, HOST_REFUND_FAILED = "attendee_refund_failed", "host_refund_failed"
# Messages about money alone. They leave however late it is.
ABOUT_MONEY = frozenset({REFUNDED, REFUND_FAILED, HOST_REFUND_FAILED})
# The questions that follow an attendee's answer to the invitation: whether to cancel, and whether to move.
DECLINE_OFFER, PROPOSED = "attendee_declined", "host_proposed"
# After these, the entry in calendars stays as it is.
_LEAVE_CALENDARS = frozenset({"attendee_asked", KEPT, DECLINE_OFFER, PROPOSED})
# The end of the purposes of messages about a change after which the meeting takes place, or may.
_EVENTS = {
	Kind.CONFIRMED: "accepted",
	Kind.RESCHEDULED: "moved",
	Kind.REASSIGNED: "reassigned",
	Kind.GUESTS_CHANGED: "guests",
	Kind.LINKED: "link",
	Kind.PLACED: "link",
}


@dataclass(frozen=True, slots=True)
class Message:
	"""One e-mail to one reader about the booking as it is now.

	`template` is the key of a message that the app ships, and empty for an automation of the site's own.
	`email_template` is the Email Template to use; by default it is the one of the built-in automation. `variables` and
	`invitation` are functions, because they must run in the reader's language. `invitation` returns None if the message
	changes nothing in the reader's calendar, or if the app itself writes the meeting into that calendar. `sender_name` is the
	name that the reader sees as the sender, None for the name of the site's account. `capped_at` is the
	name of the Meeting Type if the reader is a stranger, who gets a limited number of messages (`trust/caps.py`).
	`subscription` is what the reader can stop, None for messages that people need to hold the meeting. `doctype` is the kind of
	record that `booking` names, if it is no booking.
	"""

	booking: str
	template: str
	reader: Reader
	reply_to: Sequence[str]
	variables: Callable[[], dict[str, Any]]
	invitation: Callable[[], Invitation | None]
	message_id: str
	email_template: str | None = None
	sender_name: str | None = None
	capped_at: str = ""
	subscription: Subscription | None = None
	doctype: str = "Booking"


def acting_user(change: Change) -> str | None:
	"""Return the host or manager who acted, and needs no message about it. None if it was somebody else."""
	return frappe.session.user if change.by is Actor.HOST and change.kind is not Kind.LINKED else None


def readers_of(change: Change, is_first: bool) -> list[tuple[str, Reader]]:
	"""Return the readers of messages about the change, each with a purpose.

	`is_first` is for one booking of a session that moves or is reassigned as a whole. Its hosts get one message, and not
	one for each attendee.
	"""
	booking = change.booking
	if change.kind in _TOLD:
		return [(purpose, reader) for purpose, readers in _TOLD[change.kind] for reader in readers(change)]
	if change.kind is Kind.RESCHEDULE_ASKED and not change.releases_time:
		return [("attendee_asked", attendee_of(booking))]
	if booking.status in RELEASED:
		event = "cancelled"
	else:
		event = _EVENTS.get(change.kind) or ("requested" if booking.status == "Pending" else "confirmed")
	to_guests = "attendee_refused" if booking.status == "Declined" else f"attendee_{event}"
	to_attendee = "attendee_asked" if change.kind is Kind.RESCHEDULE_ASKED else to_guests
	hosts = () if change.moved_from and not is_first else hosts_of(booking)
	replaced = [former_host(change.leaving)] if change.leaving and is_first else []
	return [
		(to_attendee, attendee_of(booking)),
		*((to_guests, guest) for guest in _invited_guests(change)),
		*((f"host_{event}", host) for host in hosts),
		*((HOST_REMOVED, host) for host in replaced),
	]


def _invited_guests(change: Change) -> list[Reader]:
	"""Return the additional guests. Nobody is invited to a meeting that is only a request."""
	is_request = change.booking.status == "Pending" or change.releases_time
	return [] if is_request and not change.was_confirmed else guests_of(change.booking)


def still_asked(changes: Changes) -> list[Change]:
	"""Return the changes of bookings whose host asked for another time, if the message about it hasn't left yet.

	A change skips the messages of earlier changes, but this one must still be sent.
	"""
	asked = [each for each in changes if each.booking.reschedule_asked_at and each.booking.status not in RELEASED]
	if not asked or changes[0].kind is Kind.RESCHEDULE_ASKED:
		return []
	planned = {"booking": ["in", [each.booking.name for each in asked]], "purpose": "attendee_asked"}
	statuses = defaultdict(set)
	for row in frappe.get_all("Outbox Task", planned, ["booking", "target", "status"]):
		statuses[row.booking, row.target].add(row.status)
	return [
		each for each in asked if SENT not in statuses.get((each.booking.name, each.booking.attendee_email), {SENT})
	]


def _attendee(change: Change) -> list[Reader]:
	return [attendee_of(change.booking)]


def _hosts(change: Change) -> list[Reader]:
	return hosts_of(change.booking)


def _asked_attendee(change: Change) -> list[Reader]:
	"""Return the attendee, if they know that they were asked for another time."""
	asked = statuses_of(change.booking.name, change.booking.attendee_email, ["attendee_asked"])
	return [attendee_of(change.booking)] if {SENDING, SENT}.intersection(asked) else []


def _removed_guests(change: Change) -> list[Reader]:
	return removed_guests_of(change.booking, change.removed_guests) if change.was_confirmed else []


def _new_guests_of(change: Change) -> list[Reader]:
	"""Return the additional guests who haven't got the invitation yet."""
	return [
		guest
		for guest in _invited_guests(change)
		if SENT not in statuses_of(change.booking.name, guest.email, versions_of("attendee_confirmed"))
	]


# For changes after which the meeting keeps its time: the purpose of each message, and its readers.
_TOLD: dict[Kind, tuple[tuple[str, Callable[[Change], list[Reader]]], ...]] = {
	Kind.ADDRESS_CONFIRMED: (("attendee_confirmed", _new_guests_of),),
	Kind.REFUNDED: ((REFUNDED, _attendee),),
	Kind.REFUND_FAILED: ((REFUND_FAILED, _attendee), (HOST_REFUND_FAILED, _hosts)),
	Kind.GUESTS_CHANGED: (
		("attendee_guests", _attendee),
		("attendee_confirmed", _new_guests_of),
		("host_guests", _hosts),
		(GUEST_REMOVED, _removed_guests),
	),
	Kind.ASK_WITHDRAWN: ((KEPT, _asked_attendee),),
}


def message_to(booking: Document, task: Task, reader: Reader, now: int) -> Message:
	"""Return the message of the task about the booking as it is now. `now` is in epoch seconds."""
	about = {
		"is_reassigned": task.payload["is_reassigned"],
		"is_link": task.payload.get("is_link", False),
		"is_kept": task.purpose == KEPT,
		"is_refund": task.purpose == REFUNDED,
		"is_proposal": task.payload.get("is_proposal", False),
		"is_guests_changed": task.payload.get("is_guests_changed", False) and reader.role != "guest",
		"is_confirmed": task.payload.get("is_confirmed", False),
	}
	was_confirmed, dates = task.payload.get("was_confirmed", True), task.payload.get("dates", ())
	changes_calendar = task.purpose not in ABOUT_MONEY and (
		task.purpose not in _LEAVE_CALENDARS or booking.status in RELEASED
	)
	# Whether the app writes the meeting into the reader's calendar, or the host's provider invites the reader.
	# With an invitation beside it, some calendars would show the meeting twice, and attendees would get two
	# invitations.
	needs_invitation = changes_calendar and not (
		writes_for(reader.user) if reader.is_hosting else provider_invites(booking)
	)
	return Message(
		booking=booking.name,
		template=task.purpose,
		reader=reader,
		reply_to=reply_addresses(booking, reader),
		variables=lambda: {**variables_for(booking, reader), **series_variables(booking, reader, dates, now), **about},
		invitation=lambda: (
			invitation_for(booking, now, reader, was_confirmed=was_confirmed) if needs_invitation else None
		),
		message_id=task.key,
		sender_name=sender_name_for(booking, reader),
		capped_at=capped_at(booking, reader),
	)


def sender_name_for(booking: Document, reader: Reader) -> str | None:
	"""Return the hosts' names, as whose message attendees and guests see it. Hosts see the name of their page."""
	if reader.is_hosting:
		page = frappe.get_cached_doc("Scheduling Page", booking.scheduling_page)
		return header_text(page.organization or page.title)
	return header_text(reader.listed([host.name for host in hosts_of(booking)]))


def reply_addresses(booking: Document, reader: Reader) -> list[str]:
	"""Return who gets the answers to the message: the attendee, or all hosts of a collective meeting."""
	return [each.email for each in ([attendee_of(booking)] if reader.is_hosting else hosts_of(booking))]


def capped_at(booking: Document, reader: Reader) -> str:
	"""Return the Meeting Type whose page the message counts for, if anybody could have typed the reader's address.

	A code proves the attendee's own address, and not those of the additional guests.
	"""
	strange = (UNCONFIRMED,) if reader.is_attendee else (UNCONFIRMED, CONFIRMED)
	return booking.meeting_type if booking.address_status in strange and not reader.is_hosting else ""


def message_id(booking: Document, purpose: str, reader: Reader, now: int = 0) -> str:
	"""Return an ID: the same for every attempt to send this message, another one for each change of the booking.

	`now` is the instant of the change, for a change of money: the same amount may go back, fail, and go back again.
	"""
	# Each change has one message to a reader. Its ID stays the same if a later version of the app words it otherwise.
	purpose, change = first_version_of(purpose), str(booking.sequence)
	if purpose == "attendee_asked":
		# Asking for another time doesn't change the sequence, and a host may ask again. So the time of asking counts too.
		change += f" {booking.reschedule_asked_at}"
	if purpose in ABOUT_MONEY:
		change += f" {booking.amount_refunded} {now}"
	if purpose == KEPT:
		# Nor does withdrawing that, which may happen again too.
		change += f" {booking.modified}"
	return task_key(booking, booking.name, purpose, booking.status, change, reader.email.lower())


def task_key(booking: Document, *of: str) -> str:
	"""Return the key of a task for the booking, the same for the same facts. As an ID of a mail it has the site's domain."""
	digest = hashlib.sha256("\n".join(of).encode()).hexdigest()
	return f"{digest[:40]}@{booking.ical_uid.partition('@')[2]}"


# Renders a message to be looked at, without sending it.


@dataclass(frozen=True, slots=True)
class ShownMessage:
	"""A message as its reader would get it. `html` is its body."""

	to: str
	subject: str
	html: str


def confirmation_of(booking: Document) -> ShownMessage:
	"""Return the message that the attendee gets after booking: the confirmation, or that the request was received."""
	reader = attendee_of(booking)
	key = "attendee_requested" if booking.status == "Pending" else "attendee_confirmed"
	with print_language(reader.words):
		words = render(key, variables_for(booking, reader))
	return ShownMessage(reader.email, words.subject, words.html)
