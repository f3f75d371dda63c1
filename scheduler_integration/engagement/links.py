"""Links of reports. For now they lead straight to the scheduler, with UTM values."""

import frappe

from scheduler_integration.catalogue.booking_addresses import booking_address, scheduler_url_of, with_campaign
from scheduler_integration.catalogue.consultant_types import consultant_type


def tracked_url(meeting_type: str, consultant: str, assessment: str | None, channel: str) -> str:
	"""Return the address of the link to a meeting type, or to the consultant's scheduler if `meeting_type` is empty."""
	phase = frappe.db.get_value("Client Assessment", assessment, "primary_phase") if assessment else None
	found = consultant_type(meeting_type) if meeting_type else None
	return with_campaign((booking_address(found) if found else scheduler_url_of(consultant)) or "", phase)
