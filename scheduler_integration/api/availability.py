"""Methods for hosts and managers: explain their availability."""

from typing import Any

import frappe

from scheduler_integration.api import serialise
from scheduler_integration.api.answer import json_endpoint
from scheduler_integration.api.signed_in import signed_in
from scheduler_integration.availability.explain import explain as explain_start
from scheduler_integration.parsing.fields import parse_instant_of, parse_name, parse_whole_number
from scheduler_integration.platform import clock


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def explain(meeting_type=None, start=None, duration=None) -> dict[str, Any]:
	"""Return why a meeting type is offered at `start` or not. `meeting_type` is the name of its record."""
	signed_in()
	instant = parse_instant_of("start", start)
	minutes = parse_whole_number("duration", duration)
	return serialise.explanation(explain_start(parse_name(meeting_type), instant, minutes, clock.now()))
