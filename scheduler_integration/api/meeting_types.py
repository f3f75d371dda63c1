"""Methods for consultants: read and change their meeting types."""

from typing import Any

import frappe
from frappe import _

from scheduler_integration.api import serialise_consultants as serialise
from scheduler_integration.api.answer import Message, json_endpoint
from scheduler_integration.api.consultants import consultant_of
from scheduler_integration.catalogue.consultant_types import types_of_consultant
from scheduler_integration.catalogue.edit_types import create_type, delete_type, update_type
from scheduler_integration.catalogue.starter_types import create_starter_types
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.parsing.scheduler_fields import parse_meeting_type, parse_new_meeting_type


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def list(consultant=None) -> dict[str, Any]:
	"""Return all meeting types of the consultant, inactive ones too."""
	found = types_of_consultant(consultant_of(consultant), only_active=False)
	return {"meeting_types": [serialise.meeting_type(each) for each in found]}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint(status=201)
def create(consultant=None, **fields) -> dict[str, Any]:
	"""Create a meeting type and return it."""
	user = consultant_of(consultant)
	return serialise.meeting_type(create_type(user, parse_new_meeting_type(fields)))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["PATCH", "POST"])
@json_endpoint()
def update(meeting_type=None, **fields) -> dict[str, Any]:
	"""Change those fields of a meeting type that are sent, and return it. `meeting_type` is its id."""
	consultant_of(None)
	return serialise.meeting_type(update_type(parse_name(meeting_type), parse_meeting_type(fields)))


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
	found = create_starter_types(consultant_of(consultant))
	return {"meeting_types": [serialise.meeting_type(each) for each in found]}
