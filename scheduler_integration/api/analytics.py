"""Methods for hosts and managers: clicks and bookings that reports bring, and figures on providers of video calls."""

from typing import Any

import frappe

from scheduler_integration.api import serialise
from scheduler_integration.api.answer import json_endpoint
from scheduler_integration.api.serialise_engagement import analytics_of
from scheduler_integration.api.signed_in import signed_in
from scheduler_integration.conferencing.performance import period, provider_performance
from scheduler_integration.engagement.access import whose_analytics
from scheduler_integration.engagement.analytics import analytics
from scheduler_integration.parsing.fields import parse_choice, parse_dates
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform import clock


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
def video_providers(start_date=None, end_date=None) -> dict[str, Any]:
	"""Return the figures of each provider of video calls: of the signed-in host's meetings, of all for managers.

	The dates are those of the site's zone, both included. Without them the figures are those of the last 30 days.
	"""
	user = signed_in()
	asked = period(*parse_dates(start_date=start_date, end_date=end_date), clock.now())
	return serialise.video_providers(asked, provider_performance(asked.span(), None if is_manager() else user))
