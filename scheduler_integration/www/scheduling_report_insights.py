"""`/scheduling/insights/reports`: consultants see the clicks on their reports, managers those of any `consultant`.

The dates are in the address: `from` and `to`. A wrong date shows the last 30 days.
"""

from datetime import timedelta

import frappe

from scheduler_integration.availability.recurrence import rule_zone
from scheduler_integration.engagement.access import whose_analytics
from scheduler_integration.engagement.analytics import analytics
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.pages.host.house import open_house
from scheduler_integration.pages.host.insights import PATH as INSIGHTS
from scheduler_integration.pages.host.report_insights import DAYS, PATH, report_insights_view
from scheduler_integration.pages.kit.respond import argument, respond, to_your_meetings
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.fields import parse_choice, parse_dates
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: PATH, way_out=to_your_meetings)


def _view() -> dict:
	user, visitor, instant = frappe.session.user, current_visitor(), now()
	whose = whose_analytics(parse_choice("consultant", argument("consultant")[:140]) or user)
	status, last = 200, None
	try:
		first, last = parse_dates(start_date=argument("from"), end_date=argument("to"))
	except InvalidRequest:
		status, first = 400, None
	last = last or local_date(instant, rule_zone(whose))
	first = first or last - timedelta(days=DAYS - 1)
	house = open_house(user, visitor, instant, INSIGHTS)
	shown = report_insights_view(house, analytics(whose, first, last), first, last, whose if whose != user else None)
	return shown | {"status": status}
