"""Methods for hosts: connect accounts and choose calendars. With `notify`, vendors report that a calendar changed."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

import frappe
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from scheduler_integration.api.as_json import Like, instant, made, shown
from scheduler_integration.api.door import Who, asks_for_all, door
from scheduler_integration.calendars import connections, joining, push
from scheduler_integration.calendars.joining import AnotherAccount
from scheduler_integration.calendars.mirror.calendar_changes import CalendarChange, changes_of_booking
from scheduler_integration.calendars.queue import enqueue_push_sync
from scheduler_integration.entry.errors import keeping_secrets, refusals
from scheduler_integration.entry.limits import REQUESTS, refused
from scheduler_integration.entry.oauth import CALENDAR_CALLBACK, callback_address, this_asker
from scheduler_integration.exceptions import ConsentExpired, SchedulingError
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.parsing.calendar_fields import parse_address_form, parse_names, parse_secret
from scheduler_integration.parsing.fields import parse_choice, parse_flag, parse_name
from scheduler_integration.parsing.kinds import BookingId, ConnectionId, Flag, Text, Whose
from scheduler_integration.parsing.push_messages import google_messages, microsoft_messages
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform import clock
from scheduler_integration.platform.site_address import site_url

PAGE = "/scheduling/calendars"
# A vendor sends a token of some dozen characters, and messages of some hundred kilobytes at once.
_LONGEST_TOKEN, _LARGEST_BODY = 2000, 1 << 20

shown(
	# Addresses, tokens and passwords are never part of it.
	connections.ConnectionSummary,
	"name user provider account status is_active",
	made("is_trusted", lambda each: each.distrust is None, bool),
	"distrust",
	instant("last_read"),
	"error error_count unwritten closes",
	made("", lambda each: each.switches, Like.each(connections.SWITCHES, bool)),
	"calendars",
)
shown(connections.CalendarChoice)
One = Annotated[dict[str, Any], Like(connection=connections.ConnectionSummary)]
shown(
	CalendarChange,
	"user account",
	made(
		"event",
		lambda it: "deleted" if it.is_deleted else "declined" if it.starts_at is None else "moved",
		Literal["deleted", "declined", "moved"],
	),
	instant("starts_at ends_at"),
	"declined_by",
)


@door("GET", who=Who.USERS)
def list(whose: Whose | None = None) -> Annotated[dict[str, Any], Like(connections=[connections.ConnectionSummary])]:
	"""Return the signed-in host's connections with their calendars and health; with `whose=all`, for managers, all."""
	summaries = connections.connections_of(None if asks_for_all(whose) else frappe.session.user, clock.now())
	return {"connections": summaries}


@door("POST", who=Who.USERS)
def connect_address(provider: Text, address: Text, login: Text | None = None, password: Text | None = None) -> One:
	"""Connect a `CalDAV` account with address, login and app password, or an `ICS` feed with its address.

	The server is asked at once.
	"""
	user = frappe.session.user
	form = parse_address_form(joining.password_needed(), provider, address, login, password)
	with keeping_secrets():
		name = connections.connect_by_address(user, form)
	return _one(name, user)


@door("POST", who=Who.USERS)
def reconnect(name: ConnectionId, password: Text | None = None, address: Text | None = None) -> One:
	"""Give a CalDAV account its new app password, or a feed its new address."""
	user = frappe.session.user
	given = parse_secret("password", password), parse_secret("address", address)
	with keeping_secrets():
		connections.reconnect(parse_name(name), user, *given)
	return _one(parse_name(name), user)


@door("POST", who=Who.USERS, fields=dict.fromkeys(connections.SWITCHES, Flag))
def update(
	name: ConnectionId,
	read: Text | None = None,
	written: Text | None = None,
	closes: Flag | None = None,
	**switches: Any,
) -> One:
	"""Change a connection. Settings that are left out stay as they are.

	`read`: names of the calendars whose busy times count, a list or separated by commas. `written`: the calendar for
	bookings, or empty for none. `closes`: close the times if a calendar can't be read. Further switches:
	`ignore_tentative`, `ignore_focus_time`, `invites`, `delete_cancels`, `move_reschedules`.
	"""
	user = frappe.session.user
	connections.update(
		parse_name(name),
		user,
		read=parse_names(read),
		written=None if written is None else parse_choice("written", written),
		closes=None if closes is None else parse_flag("closes", closes),
		switches={field: parse_flag(field, switches[field]) for field in connections.SWITCHES if field in switches},
	)
	return _one(parse_name(name), user)


@door("POST", who=Who.USERS)
def sync(name: ConnectionId, full: Flag | None = None) -> One:
	"""Read the connection's calendars as soon as possible. Returns at once. With `full` all of them, not only what changed."""
	user = frappe.session.user
	connections.sync_now(parse_name(name), user, clock.now(), full=parse_flag("full", full))
	return _one(parse_name(name), user)


@door("POST", who=Who.USERS)
def disconnect(name: ConnectionId, keep_events: Flag | None = None) -> dict[str, str]:
	"""Disconnect an account. With `keep_events`, the events that were written stay in its calendars."""
	user = frappe.session.user
	connections.disconnect(parse_name(name), user, keeps_events=parse_flag("keep_events", keep_events))
	return {"disconnected": parse_name(name)}


@door("GET", who=Who.USERS)
def changes(booking: BookingId) -> Annotated[dict[str, Any], Like(changes=[CalendarChange])]:
	"""Return how the booking's event differs in the caller's calendars; for managers, in those of all its hosts."""
	user = frappe.session.user
	name = find_for_host(parse_name(booking), "read").name
	differences = changes_of_booking(name, None if is_manager() else user, clock.now())
	return {"changes": differences}


def _one(name: str, user: str) -> One:
	owner = None if is_manager(user) else user
	summaries = (connection for connection in connections.connections_of(owner, clock.now()) if connection.name == name)
	return {"connection": next(summaries)}


@door("POST", who=Who.USERS)
def connect(provider: Text, connection: ConnectionId | None = None) -> dict[str, str]:
	"""Return the address of the vendor's page, where the host permits access. Nothing is connected yet.

	`provider` is `Google` or `Outlook`. `connection` is the name of a connection that is to be connected again.
	"""
	name = parse_name(connection) if connection else ""
	address = joining.begin(
		parse_choice("provider", provider) or "", this_asker(), callback_address(CALENDAR_CALLBACK), name
	)
	return {"auth_url": address}


@door("POST", who=Who.USERS)
def use_other_account(key: Text) -> dict[str, str]:
	"""Give a connection another account: the one with which the host has just signed in."""
	return {"connection": joining.use_other_account(parse_choice("key", key) or "", this_asker()).connection}


@door("GET", who=Who.ANYBODY)
def callback() -> Response:
	"""Finish connecting an account: the vendor sends the browser back here. Shows the host's calendars.

	The page gets one of three arguments: `connected`, the name of a connection; `problem`, the code of an error; or
	`other`, a key, if the host signed in with another account and must say which of the two to use.
	"""
	if frappe.session.user == "Guest":
		return refused(REQUESTS) or _to_page(problem=ConsentExpired.code)
	try:
		with refusals():
			joined = joining.finish(frappe.request.args, this_asker(), clock.now())
	except SchedulingError as error:
		return _to_page(problem=error.code, vendor=getattr(error, "vendor", ""))
	# The vendor sends the browser with GET, after which Frappe commits only if it is asked to.
	frappe.local.flags.commit = True
	if isinstance(joined, AnotherAccount):
		return _to_page(other=joined.key)
	return _to_page(connected=joined.connection)


@door("POST", who=Who.SENDERS)
def notify() -> Response:
	"""Take push messages of Google and Microsoft. Queues the reading of the calendars, and answers at once.

	A genuine request and any other one get the same answer. Others are counted, so that a flood ends with 429.
	"""
	token = frappe.request.args.get("validationToken")
	if token:
		if refusal := refused(REQUESTS):
			return refusal
		# Microsoft checks that this site owns the address. The text comes from outside, so it is sent as plain text.
		return Response(token[:_LONGEST_TOKEN], 200, content_type="text/plain; charset=utf-8")
	now = clock.now()
	request = frappe.request
	from_google = google_messages(request.headers)
	if from_google is not None:
		messages = from_google
	elif (request.content_length or 0) > _LARGEST_BODY:
		messages = []
	else:
		# A body that comes in pieces doesn't say how long it is. Frappe has read it already.
		body = request.get_data()
		messages = microsoft_messages(body) if len(body) <= _LARGEST_BODY else []
	connections_to_read = push.received(messages, now)
	if not connections_to_read:
		# Vendors' own messages aren't limited, so that none is lost on a busy day.
		return refused(REQUESTS) or Response(status=202)
	for connection in connections_to_read:
		enqueue_push_sync(connection)
	return Response(status=202)


def _to_page(**query: str) -> Response:
	given = {key: text for key, text in query.items() if text}
	return redirect(site_url(f"{PAGE}?{urlencode(given)}"), 303)
