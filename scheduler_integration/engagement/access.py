"""Decides who may see analytics: consultants their own, managers everybody's."""

import frappe
from frappe import _

from scheduler_integration.exceptions import NotFound, NotPermitted
from scheduler_integration.permissions import is_manager


def whose_analytics(consultant: str) -> str:
	"""Return the consultant whose analytics the signed-in user asks for.

	Raises NotPermitted for another consultant's, whether that user exists or not. Managers get NotFound for an unknown user.
	"""
	if not is_manager():
		if consultant != frappe.session.user or not frappe.has_permission("Scheduler Engagement", "read"):
			raise NotPermitted
	elif not frappe.db.exists("User", {"name": consultant}):
		raise NotFound(_("There is no such user."))
	return consultant
