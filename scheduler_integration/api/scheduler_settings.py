"""Methods for consultants: read and change the settings of their scheduler."""

from typing import Any

import frappe
from frappe import _

from scheduler_integration.api import serialise_consultants as serialise
from scheduler_integration.api.answer import Message, json_endpoint
from scheduler_integration.api.consultants import consultant_of
from scheduler_integration.catalogue.consultant_settings import save_settings, settings_of
from scheduler_integration.catalogue.consultant_types import types_of_consultant
from scheduler_integration.exceptions import SettingsNotFound
from scheduler_integration.parsing.scheduler_fields import parse_settings


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def get(consultant=None) -> dict[str, Any]:
	"""Return the settings with the consultant's active meeting types."""
	settings = settings_of(consultant_of(consultant))
	if not settings:
		raise SettingsNotFound
	return serialise.settings(settings, types_of_consultant(settings.consultant))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["PATCH", "POST"])
@json_endpoint()
def update(consultant=None, **fields) -> Message:
	"""Change the settings that are sent. The first call creates the record."""
	user = consultant_of(consultant)
	settings = save_settings(user, parse_settings(fields))
	return Message(_("Scheduler settings updated successfully"), serialise.updated_settings(settings))
