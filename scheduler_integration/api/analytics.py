"""Methods for hosts and managers: figures on bookings, hosts, visitors, reports and providers of video calls."""

from typing import Any

import frappe
from frappe import _

from scheduler_integration.api import serialise, serialise_insights
from scheduler_integration.api.answer import File, Message, json_endpoint
from scheduler_integration.api.serialise_engagement import analytics_of
from scheduler_integration.api.signed_in import signed_in
from scheduler_integration.engagement.access import whose_analytics
from scheduler_integration.engagement.analytics import analytics
from scheduler_integration.entry.funnel import count_report
from scheduler_integration.entry.limits import REQUESTS, limited
from scheduler_integration.exceptions import NotPermitted, PageNotFound
from scheduler_integration.insights import export_files
from scheduler_integration.insights.advice import advice as advice_on
from scheduler_integration.insights.dashboard import dashboard as figures
from scheduler_integration.insights.export import export as exported
from scheduler_integration.insights.fairness import fairness
from scheduler_integration.insights.funnel import funnel as figures_of_visitors
from scheduler_integration.insights.history import MOST_DAYS
from scheduler_integration.insights.history import history as history_of
from scheduler_integration.insights.outlook import outlook
from scheduler_integration.insights.providers import period, provider_performance
from scheduler_integration.insights.scope import MAX_DAYS, Scope, in_site_zone, scope_for
from scheduler_integration.insights.sheets import FORMATS
from scheduler_integration.insights.staff import staff_performance as figures_of_staff
from scheduler_integration.parsing.fields import parse_choice, parse_dates, parse_name
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform import clock
from scheduler_integration.platform.language import current_locale


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def dashboard(start_date=None, end_date=None, host=None, page=None, meeting_type=None, source=None) -> dict[str, Any]:
	"""Return the figures on bookings: of the signed-in host, or for managers of all or of one host.

	The dates are those of meetings, both included, by default the last 30 days. `page` and `meeting_type` are ids.
	"""
	scope = _scope(start_date, end_date, host, page, meeting_type, source)
	week_begins = current_locale().first_week_day
	return serialise_insights.dashboard(figures(scope, clock.now(), week_begins=week_begins), _conversion(scope))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def staff_performance(
	start_date=None, end_date=None, host=None, page=None, meeting_type=None, source=None
) -> dict[str, Any]:
	"""Return the figures of each host: a host's own, or for managers everybody's, and whether round robins are fair."""
	scope = _scope(start_date, end_date, host, page, meeting_type, source)
	shares = fairness(scope) if is_manager() else []
	return serialise_insights.staff(scope, figures_of_staff(scope), shares)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def forecast(host=None, page=None, meeting_type=None, source=None) -> dict[str, Any]:
	"""Return between which numbers the meetings and the revenue of the next four weeks will lie, or why that isn't known."""
	scope = _scope(None, None, host, page, meeting_type, source)
	return serialise_insights.forecast(outlook(scope, clock.now()))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def advice(start_date=None, end_date=None, host=None, page=None, meeting_type=None, source=None) -> dict[str, Any]:
	"""Return which meetings are missed more often than others, if the numbers are certain enough."""
	scope = _scope(start_date, end_date, host, page, meeting_type, source)
	found = figures(scope, clock.now())
	return serialise_insights.advice(scope, advice_on(found))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
@limited(REQUESTS)
def track(booking_page_id=None, step=None, meeting_type=None, session_id=None) -> Message:
	"""Count a step of a visitor of a booking page: `page_view`, `service_selected` or `slot_selected`.

	Robots, signed-in users and people who don't want to be tracked aren't counted. They get no error.
	"""
	page, type_slug = parse_name(booking_page_id), parse_name(meeting_type)
	session = parse_choice("session_id", session_id)[:64]
	counted = count_report(page, type_slug, parse_choice("step", step), session)
	return Message(_("Step tracked successfully") if counted else _("This step isn't counted."), {"counted": counted})


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def funnel(start_date=None, end_date=None, host=None, page=None, meeting_type=None, source=None) -> dict[str, Any]:
	"""Return how far the visitors of booking pages came: of the host's pages, or for managers of all.

	`page` is an id or a slug. The dates are those of the site's zone.
	"""
	now = clock.now()
	scope = in_site_zone(_scope(start_date, end_date, host, page, meeting_type, source), now)
	return serialise_insights.funnel(figures_of_visitors(scope, now))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def history(start_date=None, end_date=None, host=None, page=None, meeting_type=None) -> dict[str, Any]:
	"""Return the numbers of each day and month, of at most three years. Days are those of the site's zone."""
	now = clock.now()
	scope = in_site_zone(_scope(start_date, end_date, host, page, meeting_type, None, most_days=MOST_DAYS), now)
	return serialise_insights.history(history_of(scope, now))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def export(
	what=None, start_date=None, end_date=None, host=None, page=None, meeting_type=None, source=None, format=None
) -> File:
	"""Return a table as a file: `bookings`, `daily`, `meeting_types`, `staff`, `sources`, `funnel` or `video_providers`.

	`format` is `csv`, the default, or `xlsx`. More than 100,000 bookings need `start_export`.
	"""
	scope = _scope(start_date, end_date, host, page, meeting_type, source)
	table, extension = parse_choice("what", what), parse_choice("format", format) or "csv"
	filename = f"scheduling-{table}-{scope.first}-{scope.last}.{extension}"
	return File(filename, exported(table, scope, clock.now(), extension), FORMATS[extension])


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint(status=202)
def start_export(
	what=None, start_date=None, end_date=None, host=None, page=None, meeting_type=None, source=None, format=None
) -> Message:
	"""Let a job make the file that `export` would return, of any length. `exports` says when it can be downloaded."""
	scope = _scope(start_date, end_date, host, page, meeting_type, source)
	table, extension = parse_choice("what", what), parse_choice("format", format) or "csv"
	asked = export_files.ask(table, extension, scope, frappe.session.user, clock.now())
	return Message(
		_("The file is being made. You get a notification when it is ready."), serialise_insights.file(asked)
	)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def exports() -> list[dict[str, Any]]:
	"""Return the files that the signed-in user asked for with `start_export`, the newest first."""
	return [serialise_insights.file(each) for each in export_files.files_of(signed_in(), clock.now())]


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def scheduler_analytics(consultant=None, start_date=None, end_date=None) -> dict[str, Any]:
	"""Return the clicks on a consultant's reports and the bookings that followed, by default one's own.

	The dates are days in the consultant's zone, both included. Without a date there is no limit on that side.
	"""
	user = signed_in()
	whose = whose_analytics(parse_choice("consultant", consultant) or user)
	first, last = parse_dates(start_date=start_date, end_date=end_date)
	return analytics_of(analytics(whose, first, last))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def video_providers(start_date=None, end_date=None, host=None) -> dict[str, Any]:
	"""Return the figures of each provider of video calls: of the signed-in host's meetings, for managers of all or of one host.

	The dates are those of the site's zone, both included. Without them the figures are those of the last 30 days.
	"""
	whose = _scope(None, None, host, None, None, None).host
	asked = period(*parse_dates(start_date=start_date, end_date=end_date), clock.now())
	return serialise.video_providers(asked, provider_performance(asked.span(), whose))


def _conversion(scope: Scope) -> float | None:
	"""Return how many visitors booked, in percent; None if the scope's page isn't one of the host's."""
	now = clock.now()
	try:
		return figures_of_visitors(in_site_zone(scope, now), now).conversion_rate
	except (NotPermitted, PageNotFound):
		return None


def _scope(
	start_date: object,
	end_date: object,
	host: object,
	page: object,
	meeting_type: object,
	source: object,
	most_days: int = MAX_DAYS,
) -> Scope:
	user = signed_in()
	first, last = parse_dates(start_date=start_date, end_date=end_date)
	return scope_for(
		user,
		first,
		last,
		clock.now(),
		host=parse_choice("host", host) or None,
		page=parse_choice("page", page) or None,
		meeting_type=parse_choice("meeting_type", meeting_type) or None,
		source=parse_choice("source", source) or None,
		most_days=most_days,
	)
