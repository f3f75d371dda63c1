"""Methods for consultants: read and change their meeting types."""

from typing import Any

import frappe
from frappe import _

from scheduler_integration.api import serialise_catalogue
from scheduler_integration.api import serialise_consultants as serialise
from scheduler_integration.api.answer import Message, json_endpoint
from scheduler_integration.api.consultants import consultant_of
from scheduler_integration.catalogue.consultant_types import ConsultantType, types_of_consultant, types_of_page
from scheduler_integration.catalogue.edit_pages import readable_page
from scheduler_integration.catalogue.edit_types import create_type, delete_type, update_type
from scheduler_integration.catalogue.starter_types import create_starter_types
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.parsing.meeting_type_fields import parse_meeting_type, parse_new_meeting_type
from scheduler_integration.permissions import may_see_report_fields

# The fields of permission level 1.
_OF_REPORTS = ("scheduler_event_url", "recommended_phases", "priority")


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def list(consultant=None, page=None) -> dict[str, Any]:
	"""Return all meeting types of the consultant, or of a page (its id), inactive ones too."""
	user = consultant_of(consultant)
	types = (
		types_of_page(readable_page(parse_name(page)).name) if page else types_of_consultant(user, only_active=False)
	)
	return {"meeting_types": [_answer(meeting_type) for meeting_type in types]}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint(status=201)
def create(consultant=None, **fields) -> dict[str, Any]:
	"""Create a meeting type and return it."""
	user = consultant_of(consultant)
	return _answer(create_type(user, parse_new_meeting_type(fields)))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["PUT", "PATCH", "POST"])
@json_endpoint()
def update(meeting_type=None, **fields) -> dict[str, Any]:
	"""Change those fields of a meeting type that are sent, and return it. `meeting_type` is its id."""
	consultant_of(None)
	return _answer(update_type(parse_name(meeting_type), parse_meeting_type(fields)))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["DELETE", "POST"])
@json_endpoint()
def delete(meeting_type=None) -> Message:
	"""Delete a meeting type that was never booked."""
	consultant_of(None)
	delete_type(parse_name(meeting_type))
	return Message(_("Meeting type deleted successfully"))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint(status=201)
def create_starter_set(consultant=None) -> dict[str, Any]:
	"""Create the starter set: a meeting type for each phase. Those that exist already are kept as they are."""
	created = create_starter_types(consultant_of(consultant))
	return {"meeting_types": [_answer(meeting_type) for meeting_type in created]}


def _answer(meeting_type: ConsultantType) -> dict[str, Any]:
	"""A meeting type of a page has further fields. Only its consultant and the page's owner see those for reports."""
	answer = serialise.meeting_type(meeting_type)
	if not meeting_type.scheduling_page:
		return answer
	doc = frappe.get_cached_doc("Meeting Type", meeting_type.name)
	hidden = {} if may_see_report_fields(doc) else dict.fromkeys(_OF_REPORTS)
	return {**answer, **hidden, **serialise_catalogue.native_fields(doc)}
