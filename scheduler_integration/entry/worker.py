"""The service worker that shows notifications."""

import frappe
from werkzeug.wrappers import Response

_WORKER = "public/worker/notifications.js"


def worker_script(scope: str) -> Response:
	"""Return the service worker. The header lets it work for `scope`, which isn't below its own address."""
	with open(frappe.get_app_path("scheduler_integration", *_WORKER.split("/")), encoding="utf-8") as file:
		script = file.read()
	headers = {"Service-Worker-Allowed": scope, "Cache-Control": "no-cache"}
	return Response(script, mimetype="text/javascript", headers=headers)
