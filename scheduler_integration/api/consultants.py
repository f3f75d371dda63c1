"""Finds the consultant for whom a method acts, and checks that the caller may ask for that."""

import frappe
from frappe import _

from scheduler_integration.exceptions import NotFound, NotPermitted
from scheduler_integration.parsing.fields import parse_choice
from scheduler_integration.permissions import has_app_permission, is_manager


def consultant_of(argument: object) -> str:
	"""Return the consultant whom the argument names, by default the signed-in user.

	Raises NotPermitted if a consultant asks for somebody else, whether that person exists or not; NotFound
	if a manager asks for a user who doesn't exist.
	"""
	user = frappe.session.user
	asked = parse_choice("consultant", argument) or user
	if not has_app_permission() or (asked != user and not is_manager(user)):
		raise NotPermitted
	name = frappe.db.exists("User", asked)
	if not name:
		raise NotFound(_("There is no such consultant."))
	return name
