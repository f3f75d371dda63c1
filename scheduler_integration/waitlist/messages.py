"""The messages to those who wait: that they are on the list, and that a time is free. Plans them, and sends them.

An offer by text message has an e-mail behind it: it leaves if the text message hasn't, for whatever reason, some minutes
later. So nobody loses an offer to a gateway.
"""

from collections.abc import Iterable
from functools import partial
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.translate import print_language

from scheduler_integration.exceptions import OutsideError
from scheduler_integration.meetings.invited import CONFIRMED, UNCONFIRMED
from scheduler_integration.notifications.channels.push import Push
from scheduler_integration.notifications.channels.sms import TextMessage, send_text
from scheduler_integration.notifications.devices import Notification, notify_each
from scheduler_integration.notifications.email import KIND as EMAIL
from scheduler_integration.notifications.email import send_message, sent_already
from scheduler_integration.notifications.failures import notify_hosts
from scheduler_integration.notifications.messages import Message
from scheduler_integration.notifications.unsubscribe import WAITLIST, Subscription
from scheduler_integration.outbox.outcomes import Again, Done, NotNeeded, Outcome, down_by
from scheduler_integration.outbox.tasks import PENDING, SENDING, SENT, Planned, Task, plan_all
from scheduler_integration.parsing.device import Subscription as Device
from scheduler_integration.parsing.phone_numbers import international
from scheduler_integration.platform.site_address import site_host
from scheduler_integration.trust import caps
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.devices import forget_device
from scheduler_integration.waitlist.links import entry_token, entry_url
from scheduler_integration.waitlist.message_words import (
	Waiting,
	notification_of,
	text_of,
	variables_of,
	waiting_for,
)
from scheduler_integration.waitlist.plan import KIND as LOOK
from scheduler_integration.waitlist.plan import UNDELIVERED
from scheduler_integration.waitlist.records import ENTRY, OPEN, WAITING
from scheduler_integration.waitlist.rows import Entry, Offered

OFFER, JOINED = "waitlist_offer", "waitlist_joined"
# So many seconds after the offer, an e-mail says it too if no text message has.
TEXT_SECONDS = 120
# Seconds until the e-mail looks again whether the text message has left that is being sent.
MOMENT = 30


def plan_offers(offers: Iterable[tuple[Entry, Offered]], now: int) -> None:
	"""Plan the messages that offer a time. A message that is late when the offer ends isn't sent any more."""
	plan_all([(entry.name, each) for entry, offer in offers for each in _offering(entry, offer, now)], now, is_new=True)


def _offering(entry: Entry, offer: Offered, now: int) -> list[Planned]:
	push = _planned(Push.kind, entry.attendee_email, _push_key(offer.name), entry, offer, now)
	pushes = [push] if entry.devices else []
	if not entry.is_told_by_text:
		return [*pushes, _mail(entry, offer, now)]
	text = _planned(TextMessage.kind, entry.attendee_phone, _text_key(offer.name), entry, offer, now)
	return [text, *pushes, _mail(entry, offer, now + TEXT_SECONDS)]


def _mail(entry: Entry, offer: Offered, due_at: int) -> Planned:
	return _planned(EMAIL, entry.attendee_email, _mail_key(offer.name), entry, offer, due_at)


def _planned(kind: str, target: str, key: str, entry: Entry, offer: Offered, due_at: int) -> Planned:
	payload = {"waitlist": entry.name, "offer": offer.name}
	return Planned(
		kind=kind,
		purpose=OFFER,
		target=target,
		key=key,
		due_at=due_at,
		expires_at=offer.expires_at,
		payload=payload,
	)


def was_told(offer: str) -> bool:
	"""Whether a message about the offer with this name has left."""
	return bool(frappe.db.exists("Outbox Task", {"key": ["in", _keys(offer)], "status": SENT}))


def is_untried(offer: str) -> bool:
	"""Whether the outbox hasn't come to any message about the offer with this name."""
	messages = {"key": ["in", _keys(offer)]}
	is_planned = frappe.db.exists("Outbox Task", {**messages, "status": PENDING})
	return bool(is_planned) and not frappe.db.exists("Outbox Task", {**messages, "attempts": [">", 0]})


def _keys(offer: str) -> list[str]:
	return [_text_key(offer), _mail_key(offer), _push_key(offer)]


def _text_key(offer: str) -> str:
	return f"{offer}@offer-text"


def _push_key(offer: str) -> str:
	return f"{offer}@offer-push"


def _mail_key(offer: str) -> str:
	return f"{offer}@offer"


def plan_joined(entry: Entry, now: int) -> None:
	"""Plan the message that says that somebody is on a list, with the link to leave it. `now` is in epoch seconds."""
	joined = Planned(
		kind=EMAIL,
		purpose=JOINED,
		target=entry.attendee_email,
		key=f"{entry.name}-{now}@waitlist",
		due_at=now,
		payload={"waitlist": entry.name},
	)
	plan_all([(entry.name, joined)], now)


def deliver_to_waiting(task: Task, now: int) -> Outcome:
	"""Send the message of the task, if the person still needs it. `now` is in epoch seconds.

	Raises the errors of `send_message`: the outbox tries again later.
	"""
	message_id = f"{task.key}.{site_host()}"
	if task.kind == EMAIL and (done := sent_already(message_id, task.booking)):
		return done
	entry = records.entry(task.booking)
	if not entry or entry.status != WAITING:
		return NotNeeded(_("This person doesn't wait any more."))
	offer = records.offer(task.payload["offer"]) if task.purpose == OFFER else None
	if task.purpose == OFFER and (not offer or offer.status != OPEN or offer.expires_at <= now):
		return NotNeeded(_("The offer has ended."))
	if task.kind == TextMessage.kind and offer:
		return _send_text(task, waiting_for(entry, offer), offer, now)
	if task.kind == Push.kind and offer:
		return _notify(waiting_for(entry, offer), offer, now)
	if offer and (outcome := _told_by_text(offer, now)):
		return outcome
	return send_message(_message(task, waiting_for(entry, offer), message_id), now)


def give_up(task: Task, reason: str, now: int) -> None:
	"""Tell the hosts that a message failed for good. If no e-mail with an offer arrives, the time goes to the next person."""
	offer = records.offer(task.payload.get("offer") or "") if task.kind == EMAIL else None
	if offer and offer.status == OPEN:
		undelivered = Planned(
			kind=LOOK,
			purpose=UNDELIVERED,
			target=offer.entry,
			key=f"{offer.name}@undelivered",
			due_at=now,
			payload={"users": list(offer.held.users), "offer": offer.name},
		)
		plan_all([(offer.entry, undelivered)], now)
	if entry := records.entry(task.booking):
		waiting = waiting_for(entry)
		about = frappe._dict(doctype=ENTRY, name=entry.name)
		notify_hosts(task, reason, waiting.hosts, about, waiting.meeting_type.title)


def _send_text(task: Task, waiting: Waiting, offer: Offered, now: int) -> Outcome:
	"""Send the text message. If it can't be sent at all, the e-mail behind it leaves at once.

	A number gets a limited number of them: anybody can type any number, and pass offers until the next one comes.
	"""
	zones = (waiting.reader.zone, waiting.hosts[0].zone)
	receiver = international(task.target, zones)
	if receiver and not caps.may_text(receiver, now):
		plan_all([(task.booking, _mail(waiting.entry, offer, now))], now)
		return NotNeeded(_("This number got {0} offers today.").format(caps.TEXTS_A_DAY))
	with print_language(waiting.reader.words):
		text = text_of(waiting, offer)
	try:
		outcome = send_text(task.target, text, zones=zones)
	except OutsideError as error:
		return down_by(TextMessage.kind, error)
	if isinstance(outcome, Done):
		return outcome
	plan_all([(task.booking, _mail(waiting.entry, offer, now))], now)
	return NotNeeded(outcome.reason) if hasattr(outcome, "reason") else outcome


def _notify(waiting: Waiting, offer: Offered, now: int) -> Outcome:
	"""Show the offer on the person's devices. It isn't tried again, because an e-mail or a text message says the same."""
	entry = waiting.entry
	with print_language(waiting.reader.words):
		title, body = notification_of(waiting, offer)
	token, gone = entry_token(entry.name), list[Device]()
	shown = Notification(title, body, urlsplit(entry_url(entry)).path, about=entry.name)
	try:
		is_shown = notify_each([Device(**each) for each in entry.devices], shown, now, gone.append)
	except OutsideError as error:
		return NotNeeded(error.message)
	finally:
		# Afterwards, because this locks the entry.
		for device in gone:
			forget_device(token, device.endpoint)
	return Done() if is_shown else NotNeeded(_("This person has turned off notifications."))


def _told_by_text(offer: Offered, now: int) -> Outcome | None:
	"""Return the outcome of an e-mail that a text message makes needless, or None if no text message has left."""
	status = frappe.db.get_value("Outbox Task", {"key": _text_key(offer.name)}, "status")
	if status == SENDING:
		return Again(now + MOMENT, "")
	return NotNeeded(_("A text message has said it.")) if status == SENT else None


def _message(task: Task, waiting: Waiting, message_id: str) -> Message:
	entry = waiting.entry
	# Anybody can type anybody's address, also for a booking that is to move earlier.
	is_strange = entry.address_status == UNCONFIRMED if entry.booking else entry.address_status != CONFIRMED
	is_with_all = waiting.meeting_type.assignment == "Collective"
	return Message(
		booking=entry.name,
		doctype=ENTRY,
		template=task.purpose,
		reader=waiting.reader,
		reply_to=[host.email for host in (waiting.hosts if is_with_all else waiting.hosts[:1])],
		variables=partial(variables_of, waiting),
		invitation=lambda: None,
		message_id=message_id,
		sender_name=waiting.sender_name,
		capped_at=entry.meeting_type if is_strange else "",
		subscription=Subscription(WAITLIST, entry.name, entry.scheduling_page),
	)
