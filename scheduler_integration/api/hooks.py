"""Methods for hosts and managers: webhook subscriptions, for Zapier, n8n and other programs, and for chats."""

from typing import Annotated, Any

import frappe
from frappe import _

from scheduler_integration.api.as_json import Like, flag, flat, instant, made, maybe, object_of, shown, stored
from scheduler_integration.api.door import Message, Who, asks_for_all, door
from scheduler_integration.notifications import subscriptions
from scheduler_integration.parsing.fields import parse_json, parse_name
from scheduler_integration.parsing.kinds import Events, SubscriptionId, TaskId, Web, Whose
from scheduler_integration.parsing.payload import Fields, declared, needed, parse_payload
from scheduler_integration.platform import clock

_HOOK = flat(
	"id=name user url",
	made("events", lambda hook: hook.events.split(), [str]),
	made("format", lambda hook: frappe.scrub(hook.format), str),
	made("meetings", lambda hook: frappe.scrub(hook.meetings), str),
	flag("is_active"),
	maybe("off_reason"),
	stored("created_at=creation"),
)
HookShown = Annotated[dict[str, Any], Like(_HOOK, of="Webhook Subscription")]
shown(
	subscriptions.Delivery,
	"id=name subscription event booking status",
	instant("due_at done_at"),
	"attempts answer",
	# Jobs store their reasons in English.
	made("error", lambda delivery: _(delivery.error) if delivery.error else None, str | None),
)
# The method `list` below hides the type.
LIST = list


HOOK: Fields = {
	**declared("Webhook Subscription", "format meetings"),
	"url": ("url", needed),
	# The record refuses what is no event.
	"events": ("events", lambda value: "\n".join(map(str, parse_json("events", value, LIST) or []))),
}


@door("POST", who=Who.HOSTS, status=201, fields=HOOK)
def subscribe(
	url: Web, events: Events, **fields: Any
) -> Annotated[dict[str, Any], Like(_HOOK, secret=str | None, of="Webhook Subscription")]:
	"""Let a web address know of meetings, and return the subscription with its `secret`, which is told only once.

	The same call again returns the same subscription, with null as its secret.
	"""
	asked = parse_payload({**fields, "url": url, "events": events}, HOOK, frozenset({"cmd"}))
	hook, secret = subscriptions.subscribe(asked)
	return {**object_of(hook, _HOOK), "secret": secret}


@door("GET", who=Who.HOSTS)
def list(whose: Whose | None = None) -> Annotated[dict[str, Any], Like(subscriptions=[HookShown])]:
	"""Return the caller's subscriptions, the newest first; with `whose=all`, for managers, everybody's."""
	hooks = subscriptions.subscriptions_of(None if asks_for_all(whose) else frappe.session.user)
	return {"subscriptions": [object_of(each, _HOOK) for each in hooks]}


@door("DELETE", "POST", who=Who.HOSTS)
def unsubscribe(subscription: SubscriptionId) -> Message:
	"""Delete a subscription. Nothing more is sent to its address."""
	subscriptions.unsubscribe(parse_name(subscription))
	return Message(_("Nothing more is sent to this address."))


@door("GET", who=Who.HOSTS)
def deliveries(
	subscription: SubscriptionId,
) -> Annotated[dict[str, Any], Like(deliveries=[subscriptions.Delivery])]:
	"""Return the newest 50 deliveries of a subscription, with their states and answers."""
	name = subscriptions.find(parse_name(subscription)).name
	return {"deliveries": subscriptions.deliveries_of([name])[name]}


@door("POST", who=Who.HOSTS)
def send_again(delivery: TaskId) -> subscriptions.Delivery:
	"""Send a webhook again, with the same id and the booking as it is now. Return the delivery."""
	return subscriptions.send_again(parse_name(delivery), clock.now())
