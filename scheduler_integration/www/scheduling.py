"""`/scheduling`: hosts see their meetings, answer requests, cancel, and copy their links, without the desk.

With `?whose=all`, Scheduling Managers see and reassign everybody's meetings. `?after=` continues the list after a
meeting.
"""

from urllib.parse import quote, urlencode

import frappe
from frappe import _
from frappe.utils import get_fullname

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.calendars.connections import connections_of
from scheduler_integration.catalogue.public import listings_of
from scheduler_integration.clock import now
from scheduler_integration.doors.commands import act, parse_command
from scheduler_integration.doors.errors import refusals
from scheduler_integration.exceptions import HostNotFree, SchedulingError
from scheduler_integration.meetings.agenda import agenda
from scheduler_integration.pages.host.agenda import HostPage, Tabs, hosting_view, not_free_message
from scheduler_integration.pages.kit.dates import TimeStyle
from scheduler_integration.pages.kit.respond import argument, redirection, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.permissions import is_manager

no_cache = 1
sitemap = 0

_PATH = "/scheduling"
_MEETINGS = 100


def get_context(context: frappe._dict) -> None:
	if frappe.session.user == "Guest":
		raise redirection(f"/login?redirect-to={quote(_here(), safe='/')}", 302)
	respond(context, _view)


def _view() -> dict:
	error = _act() if submitted() else None
	user, visitor = frappe.session.user, current_visitor()
	zone = timezone_of(user)
	sees_all = _sees_all()
	after = argument("after")
	found = agenda(None if sees_all else user, now(), _MEETINGS, after)
	tabs = Tabs(
		views=_views(sees_all) if is_manager() else (),
		sees_all=sees_all,
		after=after,
		first=_address(sees_all) if after else None,
		later=_address(sees_all, after=found.last) if found.last else None,
	)
	view = hosting_view(
		HostPage(
			host=get_fullname(user),
			zone=zone,
			entries=found.entries,
			listings=listings_of(user),
			visitor=visitor,
			now=now(),
			tabs=tabs,
			message=_refused_message(error, visitor.style(zone)) if error else _done_message(argument("done")),
		)
	)
	status = error.http_status_code if error else 200
	return view | {"status": status, "calendar_trouble": _calendar_trouble(user)}


def _calendar_trouble(user: str) -> str | None:
	"""Return a sentence if one of the user's calendars can't be trusted, which closes their times."""
	troubled = [each for each in connections_of(user, now()) if each.is_active and each.distrust]
	if not troubled:
		return None
	return _("The calendar {0} can't be read at present. See what helps.").format(troubled[0].account)


def _act() -> SchedulingError | None:
	"""Run the command of a meeting's button and redirect to the page. Returns the error if the command is refused."""
	try:
		with refusals():
			asked = ("action", "name", "reason", "host", "replaces", "force")
			act(parse_command(*(argument(name) for name in asked)))
	except SchedulingError as error:
		return error
	raise redirection(_address(_sees_all(), done=argument("action"), after=argument("after")))


def _sees_all() -> bool:
	"""Whether to show everybody's meetings: if the address asks for them and the user is a manager."""
	return argument("whose") == "all" and is_manager()


def _views(sees_all: bool) -> list[dict]:
	return [
		{"title": _("My meetings"), "url": _address(False), "is_current": not sees_all},
		{"title": _("Everybody's meetings"), "url": _address(True), "is_current": sees_all},
	]


def _here() -> str:
	"""Return the requested address, for the redirect after signing in. It isn't known yet if the user is a manager."""
	return _address(argument("whose") == "all", after=argument("after"))


def _address(sees_all: bool, **arguments: str) -> str:
	"""Return the address of this page with `arguments`, and with `whose=all` if `sees_all`."""
	asked = {**arguments, "whose": "all" if sees_all else ""}
	query = urlencode({name: value for name, value in asked.items() if value})
	return f"{_PATH}?{query}" if query else _PATH


def _refused_message(error: SchedulingError, style: TimeStyle) -> dict:
	if isinstance(error, HostNotFree):
		asked = {name: argument(name) for name in ("name", "host", "replaces")}
		return not_free_message(error, asked, style)
	return {"text": error.message, "is_error": True}


def _done_message(action: str) -> dict | None:
	texts = {
		"cancel": _("The meeting is cancelled, and the attendee has been told."),
		"cancel_for_all": _("The meeting is cancelled for all, and everybody has been told."),
		"confirm": _("The meeting is confirmed, and the attendee has been told."),
		"reassign": _("The meeting is reassigned, and everybody has been told."),
		"decline": _("The request is declined, and the attendee has been told."),
	}
	return {"text": texts[action], "is_error": False} if action in texts else None
