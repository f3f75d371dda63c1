"""Methods for notifications on a host's devices, and the files that make /scheduling an app on the home screen."""

import json

import frappe
from frappe import _
from werkzeug.wrappers import Response

from scheduler_integration.api.door import Who, door
from scheduler_integration.entry.worker import worker_script
from scheduler_integration.notifications import devices
from scheduler_integration.parsing.device import parse_endpoint, parse_subscription
from scheduler_integration.parsing.kinds import Text, Web

_SCOPE = "/scheduling"
_IMAGES = "/assets/scheduler_integration/images"


@door("POST", who=Who.HOSTS)
def add(endpoint: Web, p256dh: Text, auth: Text) -> dict[str, bool]:
	"""Let this browser show the signed-in host's notifications."""
	devices.add_device(frappe.session.user, parse_subscription(endpoint, p256dh, auth))
	return {"is_on": True}


@door("POST", who=Who.USERS)
def remove(endpoint: Web) -> dict[str, bool]:
	"""Send nothing to this browser any more."""
	devices.forget_device(parse_endpoint(endpoint), frappe.session.user)
	return {"is_on": False}


@door("GET", who=Who.USERS)
def mine(endpoint: Web) -> dict[str, bool]:
	"""Say whether this browser shows the signed-in host's notifications."""
	return {"is_on": devices.is_device_of(parse_endpoint(endpoint), frappe.session.user)}


@door("GET", who=Who.ANYBODY)
def worker() -> Response:
	"""Return the service worker. The header lets it work for /scheduling, which isn't below its own address."""
	return worker_script(_SCOPE)


@door("GET", who=Who.ANYBODY)
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
