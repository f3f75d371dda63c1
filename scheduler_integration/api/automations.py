"""Methods for managers: preview an automation's message about a booking, get it as a test, and start an automation."""

from dataclasses import asdict
from typing import Any

import frappe

from scheduler_integration.api.answer import json_endpoint
from scheduler_integration.api.signed_in import signed_in
from scheduler_integration.notifications.automations import fire as firing
from scheduler_integration.notifications.automations import preview as room
from scheduler_integration.parsing.fields import parse_choice, parse_name
from scheduler_integration.platform import clock


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def preview(name=None, booking=None) -> dict[str, Any]:
	"""Return the message of the saved automation `name` about the `booking`, by default about the newest one."""
	signed_in()
	return asdict(room.preview(parse_name(name), parse_choice("booking", booking) or None))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def send_test(name=None, booking=None) -> dict[str, Any]:
	"""Send the preview of an e-mail to the signed-in manager."""
	signed_in()
	return {"sent_to": room.send_test(parse_name(name), parse_choice("booking", booking) or None)}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def fire(name=None, booking=None) -> dict[str, Any]:
	"""Start the automation `name` for the `booking` now, and return how many people it is for."""
	signed_in()
	return {"planned": firing.fire(parse_name(name), parse_name(booking), clock.now())}
