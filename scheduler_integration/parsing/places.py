"""Reads the place of a meeting that a form of a host's page sends."""

from frappe import _

from scheduler_integration.catalogue.places import OWN, Place, location_label
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import parse_field
from scheduler_integration.parsing.payload import choices
from scheduler_integration.parsing.text import prose


def parse_place(kind: str, details: str) -> Place:
	"""Return the place of this kind, a choice of `location_type`. Raises InvalidRequest, also if its details are missing."""
	kinds = choices("Meeting Type", "location_type")
	if kind not in kinds:
		raise InvalidRequest(details={"location_type": _("Please choose how you meet.")})
	chosen = kinds[kind]
	text = parse_field("location_details", details, prose) or ""
	if not text and chosen in ("In Person", "Custom"):
		raise InvalidRequest(details={"location_details": _("Say where: attendees read it.")})
	return Place(OWN, chosen, location_label(chosen) or chosen, text)
