"""Methods for notifications on a host's devices, and the files that make /scheduling an app on the home screen."""

import json
from typing import Any

import frappe
from frappe import _
from werkzeug.wrappers import Response

from scheduler_integration.api.answer import json_endpoint
from scheduler_integration.api.signed_in import signed_in
from scheduler_integration.entry.worker import worker_script
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.notifications import devices
from scheduler_integration.parsing.device import parse_endpoint, parse_subscription
from scheduler_integration.permissions import has_app_permission

_SCOPE = "/scheduling"
_IMAGES = "/assets/scheduler_integration/images"


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def add(endpoint=None, p256dh=None, auth=None) -> dict[str, Any]:
	"""Let this browser show the signed-in host's notifications."""
	user = signed_in()
	if not has_app_permission():
		raise NotPermitted
	devices.add_device(user, parse_subscription(endpoint, p256dh, auth))
	return {"is_on": True}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def remove(endpoint=None) -> dict[str, Any]:
	"""Send nothing to this browser any more."""
	devices.forget_device(parse_endpoint(endpoint), signed_in())
	return {"is_on": False}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def mine(endpoint=None) -> dict[str, Any]:
	"""Say whether this browser shows the signed-in host's notifications."""
	return {"is_on": devices.is_device_of(parse_endpoint(endpoint), signed_in())}


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
def worker() -> Response:
	"""Return the service worker. The header lets it work for /scheduling, which isn't below its own address."""
	return worker_script(_SCOPE)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
def manifest() -> Response:
	"""Return the web app manifest, in the reader's language."""
	about = {
		"id": _SCOPE,
		"name": _("Scheduling"),
		"start_url": _SCOPE,
		"scope": _SCOPE,
		"display": "standalone",
		"background_color": "#f4f5f8",
		"theme_color": "#0b6e5d",
		"icons": [
			{"src": f"{_IMAGES}/app-{size}.png", "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
			for size in (192, 512)
			for purpose in ("any", "maskable")
		],
	}
	return Response(json.dumps(about, ensure_ascii=False), mimetype="application/manifest+json")
