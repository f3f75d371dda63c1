"""`/scheduling`: hosts see requests and their meetings, answer, mark who came, and copy their links, without the desk.

`?when=past` lists the meetings that are over, latest first, `?q=` those with a name or address. With `?whose=all`, managers
see everybody's. `?after=` continues the list after a meeting. `?status=`, `from`, `to`, `type` and `hosted_by` filter it.
"""

from datetime import timedelta
from urllib.parse import urlencode

import frappe
from frappe import _

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.recurrence import rule_zone
from scheduler_integration.bookings import UNDO_SECONDS
from scheduler_integration.calendars.mirror.calendar_changes import changes_of
from scheduler_integration.calendars.notices import change_sentence
from scheduler_integration.catalogue.consultant_settings import settings_of
from scheduler_integration.catalogue.hosts import TypeHost, enabled_hosts_of_all
from scheduler_integration.catalogue.public import listings_of
from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.engagement.analytics import Counts, analytics
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.meetings.agenda import agenda
from scheduler_integration.meetings.hosted import left_hosts
from scheduler_integration.pages.host.acting import refused_message, run_command, sentences
from scheduler_integration.pages.host.agenda import HostPage, Tabs, hosting_view
from scheduler_integration.pages.host.filters import Filters, filters_view
from scheduler_integration.pages.host.house import MEETINGS, open_house
from scheduler_integration.pages.host.report_insights import DAYS
from scheduler_integration.pages.kit.respond import argument, redirection, respond, submitted
from scheduler_integration.pages.kit.saving import answer_form, toast_of
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.booking_filter import BookingFilter, parse_booking_filter
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0

_MEETINGS = 50


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=_here)


def _view() -> dict:
	user, visitor = frappe.session.user, current_visitor()
	zone = timezone_of(user)
	error = _act(zone) if submitted() else None
	# A search looks at all meetings.
	sees_all, is_past = _sees_all(), argument("when") == "past" and not argument("q").strip()
	after = argument("after")
	only, wrong = _filter(zone, sees_all)
	meetings = agenda(None if sees_all else user, now(), _MEETINGS, after, only, is_past=is_past)
	tabs = Tabs(
		views=_views(sees_all, is_past),
		sees_all=sees_all,
		is_past=is_past,
		after=after,
		first=_address() if after else None,
		later=_address(after=meetings.last) if meetings.last else None,
		requests=f"{MEETINGS}?{urlencode(_kept() | {'status': 'pending'})}" if meetings.has_more_requests else None,
	)
	refused = error or wrong
	bookings = (*meetings.requests, *meetings.bookings)
	view = hosting_view(
		HostPage(
			house=open_house(user, visitor, now(), MEETINGS),
			user=user,
			zone=zone,
			agenda=meetings,
			listings=listings_of(user),
			now=now(),
			tabs=tabs,
			message=refused_message(refused, bookings, visitor.style(zone)) if refused else None,
			toast=toast_of(sentences(), UNDO_SECONDS),
			results=_results(user) if not (sees_all or is_past or after) else None,
			filters=filters_view(_filters(), readable_meeting_types(), _hosts() if sees_all else ()),
		)
	)
	status = refused.http_status_code if refused else 200
	return view | {
		"is_manager": is_manager(),
		"status": status,
		"kept": _kept(after=after),
		"calendar_notes": _calendar_notes(user, zone),
	}


def _act(zone: str) -> SchedulingError | None:
	"""Run the form's command and redirect to the page. Returns the error if the command is refused."""
	if argument("action") == "sign_out":
		frappe.local.login_manager.logout()
		raise redirection("/login")
	style = current_visitor().style(zone)
	return answer_form(lambda: run_command(style, MEETINGS), MEETINGS, sentences(), _kept(after=argument("after")))


def _results(user: str) -> Counts | None:
	"""Return the results of the user's reports in the last DAYS, if they have a scheduler for reports."""
	if not settings_of(user):
		return None
	last = local_date(now(), rule_zone(user))
	return analytics(user, last - timedelta(days=DAYS - 1), last).total


def _calendar_notes(user: str, zone: str) -> list[dict]:
	"""Return the events of coming meetings that were moved or deleted in the user's calendars."""
	locale = current_visitor().locale
	return [{"title": each.title, "text": change_sentence(each, zone, locale)} for each in changes_of(user, now())]


def _hosts() -> list[TypeHost]:
	"""Return by whom managers filter: everybody who is booked, and those who were disabled with meetings to come."""
	return [*enabled_hosts_of_all(), *(host for host, _count in left_hosts(now()))]


def _filters() -> Filters:
	names = ("status", "from", "to", "type", "hosted_by", "q")
	return Filters(*(argument(name).strip()[:140] for name in names))


def _filter(zone: str, sees_all: bool) -> tuple[BookingFilter, SchedulingError | None]:
	"""Return the filter of the list, and the error to show. A filter that can't be read filters nothing."""
	filters = _filters()
	values = filters.values(local_date(now(), zone))
	try:
		return parse_booking_filter(values if sees_all else {**values, "host": ""}, zone), None
	except InvalidRequest as refused:
		return BookingFilter(), InvalidRequest(" ".join(refused.details.values()))


def _sees_all() -> bool:
	"""Whether to show everybody's meetings: if the address asks for them and the user is a manager."""
	return argument("whose") == "all" and is_manager()


def _views(sees_all: bool, is_past: bool) -> list[dict]:
	"""Return the links to other lists: those to come and the past, and for managers everybody's."""
	whose = "&whose=all" if sees_all else ""
	views = [
		{
			"title": _("Upcoming"),
			"url": f"{MEETINGS}?{whose[1:]}".rstrip("?"),
			"is_current": not is_past and not _filters().is_set,
		},
		{"title": _("Past"), "url": f"{MEETINGS}?when=past{whose}", "is_current": is_past},
	]
	if not is_manager():
		return views
	when = "when=past" if is_past else ""
	mine = {"title": _("Mine"), "url": f"{MEETINGS}?{when}".rstrip("?"), "is_current": not sees_all}
	all_of_them = "&".join(filter(None, (when, "whose=all")))
	everybody = {"title": _("Everybody's"), "url": f"{MEETINGS}?{all_of_them}", "is_current": sees_all}
	return [*views, {**mine, "begins": True}, everybody]


def _here() -> str:
	"""Return the requested address, for the redirect after signing in. It isn't known yet if the user is a manager."""
	query = urlencode(_kept(after=argument("after")))
	return f"{MEETINGS}?{query}" if query else MEETINGS


def _address(**arguments: str) -> str:
	"""Return the address of this list with `arguments`."""
	query = urlencode(_kept(**arguments))
	return f"{MEETINGS}?{query}" if query else MEETINGS


def _kept(**arguments: str) -> dict[str, str]:
	"""Return the arguments that make this list: the filters, the past or what is to come, whose."""
	asked = {
		**arguments,
		**_filters().arguments,
		"when": "past" if argument("when") == "past" else "",
		"whose": "all" if argument("whose") == "all" and (frappe.session.user == "Guest" or is_manager()) else "",
	}
	return {name: value for name, value in asked.items() if value}
