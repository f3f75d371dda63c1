"""Methods for hosts and managers: their scheduling pages."""

from typing import Any

import frappe
from frappe import _

from scheduler_integration.api import serialise_catalogue as serialise
from scheduler_integration.api.answer import Message, json_endpoint
from scheduler_integration.api.signed_in import signed_in
from scheduler_integration.catalogue.edit_pages import create_page, delete_page, readable_pages, update_page
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.parsing.page_fields import parse_new_page, parse_page
from scheduler_integration.permissions import has_app_permission


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def list() -> dict[str, Any]:
	"""Return the caller's pages and those of their teams; for managers all pages. Inactive ones too."""
	_host()
	return {"pages": [serialise.page(page) for page in readable_pages()]}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint(status=201)
def create(**fields) -> dict[str, Any]:
	"""Create a page and return it."""
	_host()
	return serialise.page(create_page(parse_new_page(fields)))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["PUT", "PATCH", "POST"])
@json_endpoint()
def update(page=None, **fields) -> dict[str, Any]:
	"""Change those fields of a page that are sent, and return it. `page` is its id."""
	_host()
	return serialise.page(update_page(parse_name(page), parse_page(fields)))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["DELETE", "POST"])
@json_endpoint()
def delete(page=None) -> Message:
	"""Delete a page that was never booked, with its meeting types."""
	_host()
	delete_page(parse_name(page))
	return Message(_("Scheduling page deleted successfully"))


def _host() -> None:
	signed_in()
	if not has_app_permission():
		raise NotPermitted
