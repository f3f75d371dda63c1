"""Methods for hosts: connect an account at a vendor. And one for the vendors: say that a calendar changed."""

import json
from typing import Any
from urllib.parse import urlencode

import frappe
from frappe.utils import get_url
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from scheduler_integration import clock
from scheduler_integration.api.answer import json_endpoint
from scheduler_integration.api.signed_in import signed_in
from scheduler_integration.calendars import joining, push
from scheduler_integration.calendars.joining import AnotherAccount
from scheduler_integration.calendars.push import Message
from scheduler_integration.calendars.queue import enqueue_push_sync
from scheduler_integration.doors.errors import refusals
from scheduler_integration.doors.oauth import callback_address, this_asker
from scheduler_integration.exceptions import ConsentExpired, SchedulingError
from scheduler_integration.parsing.fields import parse_choice, parse_name

PAGE = "/scheduling/calendars"
CALLBACK = "scheduler_integration.api.calendars.callback"
# A vendor sends a token of some dozen characters, and at most some hundred messages at once.
_LONGEST_TOKEN, _LARGEST_BODY, _MOST_MESSAGES = 2000, 1 << 20, 1000
_LIFECYCLE = {"reauthorizationRequired": "renew", "subscriptionRemoved": "ended", "missed": "changed"}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def connect(provider=None, connection=None) -> dict[str, Any]:
	"""Return the address of the vendor's page, where the host permits access. Nothing is connected yet.

	`provider` is `Google` or `Outlook`. `connection` is the name of one that is to be connected again.
	"""
	signed_in()
	name = parse_name(connection) if connection else ""
	address = joining.begin(parse_choice("provider", provider) or "", this_asker(), callback_address(CALLBACK), name)
	return {"auth_url": address}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def use_other_account(key=None) -> dict[str, Any]:
	"""Give a connection the account that the host signed in with the last time, although it had another one."""
	signed_in()
	return {"connection": joining.use_other_account(parse_choice("key", key) or "", this_asker()).connection}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
def callback() -> Response:
	"""Take what the vendor sends the browser back with, and show the host's calendars.

	The page gets `connected`, the name of a connection; or `other`, the key of the question which account is meant; or
	`problem`, the code of an error.
	"""
	try:
		with refusals():
			if frappe.session.user == "Guest":
				raise ConsentExpired
			found = joining.finish(frappe.request.args, this_asker(), clock.now())
	except SchedulingError as error:
		return _to_page(problem=error.code, vendor=getattr(error, "vendor", ""))
	# The vendor sends the browser with GET, after which Frappe commits only if it is asked to.
	frappe.local.flags.commit = True
	if isinstance(found, AnotherAccount):
		return _to_page(other=found.key)
	return _to_page(connected=found.connection)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
def notify() -> Response:
	"""Take push messages of Google and Microsoft. Queues the reading of the calendars, and answers at once.

	A request that isn't genuine gets the same answer as one that is.
	"""
	token = frappe.request.args.get("validationToken")
	if token:
		# Microsoft checks that the address is ours. The text comes from outside: it is text, and never a page.
		return Response(token[:_LONGEST_TOKEN], 200, content_type="text/plain; charset=utf-8")
	now = clock.now()
	for connection in push.received(_messages(), now):
		enqueue_push_sync(connection)
	return Response(status=202)


def _messages() -> list[Message]:
	headers = frappe.request.headers
	if channel := headers.get("X-Goog-Channel-ID"):
		# The first message of a channel only says that it is open.
		if headers.get("X-Goog-Resource-State") == "sync":
			return []
		return [Message(channel, headers.get("X-Goog-Channel-Token", ""), headers.get("X-Goog-Resource-ID", "-"))]
	if (frappe.request.content_length or 0) > _LARGEST_BODY:
		return []
	try:
		entries = json.loads(frappe.request.get_data())["value"]
		return [_message(entry) for entry in entries[:_MOST_MESSAGES]]
	except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
		return []


def _message(entry: dict[str, Any]) -> Message:
	event: Any = _LIFECYCLE.get(str(entry.get("lifecycleEvent")), "changed")
	return Message(str(entry["subscriptionId"]), str(entry.get("clientState") or ""), event=event)


def _to_page(**query: str) -> Response:
	given = {key: text for key, text in query.items() if text}
	return redirect(get_url(f"{PAGE}?{urlencode(given)}"), 303)
