"""`/scheduling/insights`: hosts see the figures on their own meetings, managers those of all or of one host.

The filters are in the address: `from`, `to`, `host` and `type`. A wrong filter is named, and the last 30 days are shown. A
form with `what` and `format` has a large table made as a file.
"""

from typing import Any
from urllib.parse import urlencode

import frappe

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue.consultant_settings import settings_of
from scheduler_integration.catalogue.hosts import enabled_hosts_of_all
from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.insights.advice import advice
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.export_files import ask, files_of
from scheduler_integration.insights.fairness import fairness
from scheduler_integration.insights.funnel import funnel
from scheduler_integration.insights.history import history
from scheduler_integration.insights.outlook import outlook
from scheduler_integration.insights.providers import provider_performance
from scheduler_integration.insights.scope import Scope, a_year, in_site_zone, scope_for
from scheduler_integration.insights.staff import staff_performance
from scheduler_integration.pages.host.house import open_house
from scheduler_integration.pages.host.insights import PATH, Figures, insights_view
from scheduler_integration.pages.kit.respond import argument, redirection, respond, submitted, to_your_meetings
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.fields import parse_choice, parse_dates
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: PATH, way_out=to_your_meetings)


def _view() -> dict:
	user, visitor, instant = frappe.session.user, current_visitor(), now()
	scope, problem = _scope(user, instant)
	if submitted() and not problem:
		_ask_for_file(scope, user, instant)
	shows_staff = is_manager() and not scope.host
	found = dashboard(scope, instant, week_begins=visitor.locale.first_week_day)
	days = in_site_zone(scope, instant)
	figures = Figures(
		dashboard=found,
		funnel=funnel(days, instant),
		history=history(a_year(days), instant),
		outlook=outlook(scope, instant),
		advice=advice(found),
		round_robins=fairness(scope) if shows_staff else (),
		staff=staff_performance(scope) if shows_staff else (),
		# Requests to providers belong to no meeting type.
		providers=() if scope.meeting_type else provider_performance(days.span, scope.host),
		types=readable_meeting_types(),
		hosts=enabled_hosts_of_all() if is_manager() else (),
		files=files_of(user, instant),
		is_manager=is_manager(),
		own_zone=timezone_of(user),
		problem=problem,
	)
	house = open_house(user, visitor, instant, PATH)
	status, has_reports = 400 if problem else 200, settings_of(user) is not None
	return insights_view(house, figures, local_date(instant, scope.zone)) | {
		"status": status,
		"has_reports": has_reports,
		"here": _here(),
	}


def _ask_for_file(scope: Scope, user: str, instant: int) -> None:
	"""Let a job make the table of the form, and redirect to the page."""
	ask(argument("what"), argument("format"), scope, user, instant)
	raise redirection(f"{_here()}#files")


def _here() -> str:
	"""Return the address of the page with its filters."""
	asked = {name: argument(name) for name in ("from", "to", "host", "type") if argument(name)}
	return f"{PATH}?{urlencode(asked)}" if asked else PATH


def _scope(user: str, instant: int) -> tuple[Scope, str | None]:
	# Each link of the page has them.
	asked: dict[str, Any] = {}
	try:
		asked = {
			"host": parse_choice("host", argument("host")[:140]) or None,
			"meeting_type": parse_choice("type", argument("type")[:140]) or None,
		}
		first, last = parse_dates(start_date=argument("from"), end_date=argument("to"))
		return scope_for(user, first, last, instant, **asked), None
	except InvalidRequest as refused:
		return scope_for(user, None, None, instant, **asked), " ".join([refused.message, *refused.details.values()])
