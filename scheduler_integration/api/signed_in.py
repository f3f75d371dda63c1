"""Checks that the caller is signed in."""

import frappe

from scheduler_integration.exceptions import NotSignedIn


def signed_in() -> str:
	"""Return the signed-in user. Raises NotSignedIn for Frappe's Guest.

	The methods themselves allow Guest. Otherwise Frappe would refuse the call with its own page instead of JSON.
	"""
	if frappe.session.user == "Guest":
		raise NotSignedIn
	return frappe.session.user
