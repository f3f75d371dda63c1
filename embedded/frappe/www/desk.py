"""Stands in for frappe.www.app, the desk: an empty page, where a session gets its CSRF token as on a bench."""

from urllib.parse import urlencode

import frappe
from frappe.sessions import get_csrf_token

no_cache = 1


def get_context(context: frappe._dict) -> None:
	if frappe.session.user == "Guest":
		frappe.flags.redirect_location = f"/login?{urlencode({'redirect-to': frappe.request.path})}"
		raise frappe.Redirect
	context.csrf_token = get_csrf_token()
