"""Checks that the caller is signed in. Calls of strangers are counted, as those of public methods are."""

import frappe

from scheduler_integration.entry.limits import REQUESTS, count_request
from scheduler_integration.exceptions import NotPermitted, NotSignedIn
from scheduler_integration.permissions import has_app_permission


def signed_in() -> str:
	"""Return the signed-in user. Raises NotSignedIn for Frappe's Guest, or RateLimited.

	The methods themselves allow Guest. Otherwise Frappe would refuse the call with its own page instead of JSON.
	"""
	if frappe.session.user == "Guest":
		count_request(REQUESTS)
		raise NotSignedIn
	return frappe.session.user


def signed_in_host() -> str:
	"""Return the signed-in user, who is a host or a manager. Raises NotSignedIn, NotPermitted or RateLimited."""
	user = signed_in()
	if not has_app_permission():
		raise NotPermitted
	return user
