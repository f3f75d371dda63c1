"""`/scheduling/why`: tells hosts and managers why a time is offered or not.

The form uses GET, so that each explanation has an address and can be shared.
"""

from dataclasses import replace

import frappe
from frappe import _

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.explain import Explanation, explain
from scheduler_integration.catalogue.readable_meeting_types import ReadableType, readable_meeting_types
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.meetings.hosted import most_used_first
from scheduler_integration.pages.host.house import MEETINGS, open_house
from scheduler_integration.pages.host.why import Answer, Question, why_view
from scheduler_integration.pages.kit.respond import argument, respond, to_your_meetings
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: "/scheduling/why", way_out=to_your_meetings)


def _view() -> dict:
	zone = timezone_of(frappe.session.user)
	question = Question(argument("type"), argument("date"), argument("time"), argument("duration"))
	types = readable_meeting_types()
	answer, status = Answer(), 200
	if question.is_asked:
		try:
			with refusals():
				answer = Answer(_explain(question, zone, types))
		except SchedulingError as error:
			answer, status = Answer(problem=error.message), error.http_status_code
	house = open_house(frappe.session.user, current_visitor(), now(), MEETINGS)
	if types and not question.meeting_type:
		question = replace(question, meeting_type=most_used_first(types, frappe.session.user, now())[0].name)
	return why_view(house, types, question, answer, zone, now()) | {"status": status}


def _explain(question: Question, zone: str, types: list[ReadableType]) -> Explanation:
	start = question.instant(zone)
	if start is None:
		raise InvalidRequest(_("Please choose a day and a time."))
	# After a change of the type, the form still sends the duration that was chosen for the previous type.
	offered = next((meeting_type.durations for meeting_type in types if meeting_type.name == question.meeting_type), ())
	minutes = question.minutes if question.minutes in offered else None
	return explain(question.meeting_type, start, minutes, now())
