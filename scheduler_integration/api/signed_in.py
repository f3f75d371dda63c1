"""Who is calling."""

import frappe

from scheduler_integration.exceptions import NotSignedIn


def signed_in() -> str:
	"""The signed-in user. Guests are let in as far as here, so that they are told to sign in, in the shape of all answers.

	Raises NotSignedIn.
	"""
	if frappe.session.user == "Guest":
		raise NotSignedIn
	return frappe.session.user
