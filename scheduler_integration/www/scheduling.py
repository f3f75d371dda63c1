"""`/scheduling`: hosts see their meetings, answer requests, cancel, and copy their links, without the desk.

With `?whose=all`, Scheduling Managers see and reassign everybody's meetings. `?after=` continues the list after a
meeting. `?status=`, `from`, `to`, `type` and `hosted_by` filter it.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

import frappe
from frappe import _

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.calendars.mirror.outside import changes_of
from scheduler_integration.calendars.notices import change_sentence
from scheduler_integration.catalogue.hosts import enabled_hosts_of_all
from scheduler_integration.catalogue.public import listings_of
from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.engine import local_date
from scheduler_integration.entry.bulk import act_on_all
from scheduler_integration.entry.commands import act, parse_command
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import HostNotFree, InvalidRequest, SchedulingError, SomeRefused, TimeNotFree
from scheduler_integration.meetings.agenda import AgendaEntry, agenda
from scheduler_integration.pages.host.agenda import HostPage, Tabs, hosting_view
from scheduler_integration.pages.host.filters import Filters, filters_view
from scheduler_integration.pages.host.house import MEETINGS, open_house
from scheduler_integration.pages.host.refused import no_time_message, not_free_message, some_refused_message
from scheduler_integration.pages.kit.dates import TimeStyle
from scheduler_integration.pages.kit.fields import split_addresses
from scheduler_integration.pages.kit.respond import argument, redirection, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.kit.wall_time import read_day, read_wall_time
from scheduler_integration.parsing.booking_filter import BookingFilter, parse_booking_filter
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import iso, now

no_cache = 1
sitemap = 0

_PATH = "/scheduling"
_MEETINGS = 100
# The arguments of a command that a form sends as they are.
ASKED = ("action", "name", "reason", "host", "replaces", "force", "gives_back")


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=_here)


def _view() -> dict:
	error = _act() if submitted() else None
	user, visitor = frappe.session.user, current_visitor()
	zone = timezone_of(user)
	sees_all = _sees_all()
	after = argument("after")
	only, error = _filter(zone, sees_all, error)
	found = agenda(None if sees_all else user, now(), _MEETINGS, after, only)
	tabs = Tabs(
		views=_views(sees_all, local_date(now(), zone)),
		sees_all=sees_all,
		after=after,
		first=_address(sees_all) if after else None,
		later=_address(sees_all, after=found.last) if found.last else None,
	)
	view = hosting_view(
		HostPage(
			house=open_house(user, visitor, now(), MEETINGS),
			zone=zone,
			entries=found.entries,
			listings=listings_of(user),
			now=now(),
			tabs=tabs,
			message=_refused_message(error, found.entries, visitor.style(zone))
			if error
			else _done_message(argument("done")),
			filters=filters_view(_filters(), readable_meeting_types(), enabled_hosts_of_all() if sees_all else ()),
		)
	)
	status = error.http_status_code if error else 200
	return view | {
		"status": status,
		"calendar_notes": _calendar_notes(user, zone),
	}


def _calendar_notes(user: str, zone: str) -> list[dict]:
	"""Return the events of coming meetings that were moved or deleted in the user's calendars."""
	locale = current_visitor().locale
	return [{"title": each.title, "text": change_sentence(each, zone, locale)} for each in changes_of(user, now())]


def _act() -> SchedulingError | None:
	"""Run the command of a meeting's button and redirect to the page. Returns the error if the command is refused."""
	if argument("action") == "sign_out":
		frappe.local.login_manager.logout()
		raise redirection("/login")
	count = 0
	try:
		with refusals():
			if argument("several"):
				count = act_on_all(argument("action"), _selected(), argument("reason"))
			else:
				asked: dict[str, object] = {name: argument(name) for name in ASKED}
				act(parse_command(**asked, start=_wanted_start(), guests=split_addresses(argument("guests"))))
	except SchedulingError as error:
		return error
	done = {"done": "several", "count": str(count)} if count else {"done": argument("action")}
	raise redirection(_address(_sees_all(), **done, after=argument("after")))


def _selected() -> list[str]:
	"""Return the names of the selected bookings. A session is one row of the list, and sends all its bookings."""
	return [name for row in frappe.request.form.getlist("selected") for name in row.split(",") if name]


def _wanted_start() -> str:
	"""Return the time to which a meeting is to be moved, in ISO 8601; empty if none or no valid one was given."""
	zone = timezone_of(frappe.session.user)
	typed = read_wall_time(read_day(argument("to_date")), argument("to_time"), zone)
	return iso(typed, zone) if typed else argument("start")


def _filters() -> Filters:
	names = ("status", "from", "to", "type", "hosted_by")
	return Filters(*(argument(name) for name in names))


def _filter(zone: str, sees_all: bool, error: SchedulingError | None) -> tuple[BookingFilter, SchedulingError | None]:
	"""Return the filter of the list, and the error to show. A filter that can't be read filters nothing."""
	values = _filters().values(local_date(now(), zone))
	try:
		return parse_booking_filter(values if sees_all else {**values, "host": ""}, zone), error
	except InvalidRequest as refused:
		return BookingFilter(), error or InvalidRequest(" ".join(refused.details.values()))


def _sees_all() -> bool:
	"""Whether to show everybody's meetings: if the address asks for them and the user is a manager."""
	return argument("whose") == "all" and is_manager()


def _views(sees_all: bool, today: date) -> list[dict]:
	"""Return the links to other lists: the user's own meetings, for managers everybody's, and those of the last week."""
	whose = {"whose": "all"} if sees_all else {}
	week = {**whose, "status": "all", "from": str(today - timedelta(days=7)), "to": str(today)}
	past = {name: argument(name) for name in week} == week
	views = [{"title": _("My meetings"), "url": _PATH, "is_current": not sees_all and not past}]
	if is_manager():
		everybody = {"title": _("Everybody's meetings"), "url": f"{_PATH}?whose=all"}
		views.append({**everybody, "is_current": sees_all and not past})
	return [*views, {"title": _("The last seven days"), "url": f"{_PATH}?{urlencode(week)}", "is_current": past}]


def _here() -> str:
	"""Return the requested address, for the redirect after signing in. It isn't known yet if the user is a manager."""
	return _address(argument("whose") == "all", after=argument("after"))


def _address(sees_all: bool, **arguments: str) -> str:
	"""Return the address of this page with `arguments` and the filters, and with `whose=all` if `sees_all`."""
	asked = {**arguments, **_filters().arguments, "whose": "all" if sees_all else ""}
	query = urlencode({name: value for name, value in asked.items() if value})
	return f"{_PATH}?{query}" if query else _PATH


def _refused_message(error: SchedulingError, entries: Sequence[AgendaEntry], style: TimeStyle) -> dict:
	if isinstance(error, HostNotFree):
		asked = {name: argument(name) for name in ("name", "host", "replaces")}
		return not_free_message(error, asked, style)
	if isinstance(error, TimeNotFree):
		asked = {**{name: argument(name) for name in ("action", "name", "reason")}, "start": _wanted_start()}
		return no_time_message(error, asked, style)
	if isinstance(error, SomeRefused):
		return some_refused_message(error, entries, style)
	return {"text": " ".join((error.message, *error.details.values())), "is_error": True}


def _done_message(action: str) -> dict | None:
	texts = {
		"book": _("The meeting is booked, and the invitation is on its way."),
		"cancel": _("The meeting is cancelled, and the attendee has been told."),
		"cancel_for_all": _("The meeting is cancelled for all, and everybody has been told."),
		"complete": _("The meeting is marked as held."),
		"no_show": _("The meeting is marked: the attendee didn't come."),
		"reschedule": _("The meeting is moved, and everybody has been told."),
		"reschedule_for_all": _("The session is moved, and everybody has been told."),
		"ask_to_reschedule": _("The attendee has been asked to choose another time."),
		"guests": _("The guests are changed, and those whom this concerns have been told."),
		"confirm": _("The meeting is confirmed, and the attendee has been told."),
		"reassign": _("The meeting is reassigned, and everybody has been told."),
		"decline": _("The request is declined, and the attendee has been told."),
	}
	if action == "several":
		return {"text": _changed(argument("count")), "is_error": False}
	return {"text": texts[action], "is_error": False} if action in texts else None


def _changed(count: str) -> str:
	many = count.isdecimal() and count != "1"
	return _("{0} meetings are changed.").format(count[:3]) if many else _("The meeting is changed.")
