"""Webhook subscriptions: other programs that hosts and managers let know of meetings. Who subscribed, and what was delivered."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.password import decrypt, encrypt

from scheduler_integration.exceptions import InvalidRequest, NotFound, NotPermitted
from scheduler_integration.notifications.automations.triggers import CHANGES
from scheduler_integration.notifications.channels.webhook import Webhook
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.failures import WEBHOOK_SUBSCRIPTION
from scheduler_integration.outbox.tasks import Planned, plan
from scheduler_integration.outbox.wake import wake
from scheduler_integration.platform.cached_rows import CachedRows

DOCTYPE = "Webhook Subscription"
# The triggers of automations that are changes, by the names of events in webhooks: `no_show` is "No Show".
EVENTS = {frappe.scrub(each): each for each in CHANGES}
# The newest deliveries of a subscription that a page or the API lists.
MOST_LISTED = 50
DAY = 86400


@dataclass(frozen=True, slots=True)
class Hook:
	"""An active subscription. `is_of_all`: to all meetings of the site, and not only those of its owner."""

	name: str
	user: str
	events: tuple[str, ...]
	is_of_all: bool


@dataclass(frozen=True, slots=True)
class Delivery:
	"""A webhook that was or is to be sent. Instants are epoch seconds; `answer` is the HTTP status of a success."""

	name: str
	subscription: str
	event: str
	booking: str
	status: str
	due_at: int
	done_at: int | None
	attempts: int
	answer: int | None
	error: str | None


def active_hooks() -> list[Hook]:
	"""Return the active subscriptions, from the cache. Whether their owners still may know is asked when they are sent."""
	return [
		Hook(row["name"], row["user"], tuple(row["events"].split()), row["meetings"] == "All") for row in _ROWS.read()
	]


def _load() -> list[dict[str, Any]]:
	fields = ["name", "user", "events", "meetings"]
	return [dict(row) for row in frappe.get_all(DOCTYPE, {"is_active": 1}, fields, order_by="creation asc, name asc")]


_ROWS = CachedRows("scheduling_webhook_subscriptions", _load)
forget_hooks = _ROWS.forget


def subscribe(fields: Mapping[str, Any]) -> tuple[Document, str | None]:
	"""Make a subscription of the signed-in user, and return it with its secret, which nobody is told again.

	If there is the same one already, it is switched on, and returned without its secret: other programs repeat the call if
	they missed the answer. Raises InvalidRequest or NotPermitted.
	"""
	subscription = frappe.new_doc(DOCTYPE)
	subscription.update({"user": frappe.session.user, **fields})
	subscription.check_fields()
	known = frappe.db.get_value(DOCTYPE, {"key": subscription.key})
	if known:
		return switch(known, is_active=True), None
	try:
		subscription.insert()
	except frappe.UniqueValidationError:
		# The same call came twice at this moment, and a locking read sees what the other one has stored.
		frappe.clear_messages()
		same = {"key": subscription.key}
		return frappe.get_doc(DOCTYPE, frappe.db.get_value(DOCTYPE, same, for_update=True)), None
	return subscription, subscription.get_password("secret")


def subscriptions_of(user: str | None) -> list[Document]:
	"""Return the subscriptions of a user, or all of the site, the newest first. The caller may read them."""
	whose = {"user": user} if user else {}
	names = frappe.get_all(DOCTYPE, whose, pluck="name", order_by="creation desc, name desc")
	return [frappe.get_doc(DOCTYPE, name) for name in names]


def find(name: str, ptype: str = "write") -> Document:
	"""Return a subscription, locked, that the signed-in user may change. Raises NotFound or NotPermitted."""
	if not name or not frappe.db.exists(DOCTYPE, {"name": name}):
		raise NotFound(_("There is no such webhook subscription. It may have been deleted."))
	subscription = frappe.get_doc(DOCTYPE, name, for_update=True)
	if not subscription.has_permission(ptype):
		raise NotPermitted
	return subscription


def switch(name: str, *, is_active: bool) -> Document:
	"""Pause a subscription, or go on with it. What happens meanwhile isn't sent later. Raises the errors of `find`."""
	subscription = find(name)
	subscription.update({"is_active": int(is_active), "off_reason": None})
	return subscription.save()


def switch_off(name: str, reason: str) -> None:
	"""Note that nothing more is sent, and why, for its owner."""
	frappe.db.set_value(DOCTYPE, name, {"is_active": 0, "off_reason": reason})
	forget_hooks()


def unsubscribe(name: str) -> dict[str, Any]:
	"""Delete a subscription. What still waits isn't sent. Returns the facts for `take_back`. Raises the errors of `find`."""
	subscription = find(name, "delete")
	fields = ("name", "user", "url", "events", "format", "meetings", "is_active", "off_reason")
	facts = {field: subscription.get(field) for field in fields}
	secret = subscription.get_password("secret")
	subscription.delete()
	return {**facts, "secret": encrypt(secret)}


def take_back(facts: Mapping[str, Any]) -> None:
	"""Make a deleted subscription again, with its id and its secret. Does nothing if the same one was made meanwhile."""
	subscription = frappe.new_doc(DOCTYPE)
	subscription.update({**facts, "name": None, "secret": decrypt(facts["secret"])})
	subscription.flags.is_taken_back = True
	subscription.check_fields()
	if not frappe.db.exists(DOCTYPE, {"key": subscription.key}):
		subscription.insert(set_name=facts["name"])


def forget_user(user: Document, method: str | None = None) -> None:
	"""Hook for a deleted User: delete their subscriptions, with the secrets."""
	for name in frappe.get_all(DOCTYPE, {"user": user.name}, pluck="name"):
		# A user who may delete a User needn't have a role of this app.
		frappe.delete_doc(DOCTYPE, name, ignore_permissions=True)


def deliveries_of(subscriptions: Collection[str]) -> dict[str, list[Delivery]]:
	"""Return the newest deliveries of these subscriptions, by their names. The caller may read the subscriptions."""
	found = defaultdict[str, list[Delivery]](list)
	for name in subscriptions:
		about = {"kind": WEBHOOK_SUBSCRIPTION, "target": name}
		for task in frappe.get_all(
			"Outbox Task", about, ["*"], order_by="creation desc", limit_page_length=MOST_LISTED
		):
			found[name].append(_delivery(task))
	return found


def send_again(name: str, now: int) -> Delivery:
	"""Let a webhook be sent again soon, with the same id and what the booking is then. `now` is in epoch seconds.

	Raises the errors of `find`, and InvalidRequest if there is no such delivery, or if its subscription is switched off.
	"""
	asked = {"name": name, "kind": WEBHOOK_SUBSCRIPTION}
	task = frappe.db.get_value("Outbox Task", asked, "*", as_dict=True, for_update=True) if name else None
	if not task:
		raise InvalidRequest(_("There is no such delivery."))
	if not find(task.target).is_active:
		raise InvalidRequest(_("This subscription is switched off. Switch it on first."))
	payload = {**json.loads(task.payload), "by_hand": True}
	again = Planned(
		kind=task.kind,
		purpose=task.purpose,
		target=task.target,
		key=task.key,
		due_at=now,
		expires_at=now + Webhook.days * DAY,
		generation=(task.generation or 0) + 1,
		payload=payload,
	)
	plan(task.booking, [again], now)
	outages.ask_soon(task.kind, [task.target], now, obeys=False)
	wake()
	return _delivery(frappe.db.get_value("Outbox Task", name, "*", as_dict=True))


def _delivery(task: frappe._dict) -> Delivery:
	return Delivery(
		name=task.name,
		subscription=task.target,
		event=task.purpose,
		booking=task.booking,
		status=task.status,
		due_at=task.due_at,
		done_at=task.done_at,
		attempts=task.attempts or 0,
		answer=int(task.external_id) if task.external_id and task.status == "Sent" else None,
		error=task.error,
	)
