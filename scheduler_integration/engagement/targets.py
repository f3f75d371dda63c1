"""Finds the consultant, the assessment and the meeting type of a click, which must belong together."""

from dataclasses import dataclass

import frappe

from scheduler_integration.catalogue.consultant_types import consultant_type
from scheduler_integration.exceptions import ReportLinkNotFound

_ASSESSMENT = ("name", "consultant", "primary_phase", "client", "contact")


@dataclass(frozen=True, slots=True)
class Target:
	"""The subject of a click. `assessment`, `meeting_type`, `phase`, `client` and `contact` may be None.

	`client` is a User, `phase` the assessment's present one.
	"""

	consultant: str
	assessment: str | None = None
	meeting_type: str | None = None
	phase: str | None = None
	client: str | None = None
	contact: str | None = None


def find_target(assessment: str, meeting_type: str, consultant: str | None = None, phase: str = "") -> Target:
	"""Return the target with these names; an empty name is left out, but one of the two is needed.

	`phase` is what a link says about the client; the present one of an assessment comes first.

	Raises ReportLinkNotFound if a record doesn't exist or if they don't belong to one consultant. The error is the same
	for each reason. A stranger must not find out which records exist.
	"""
	named = {"name": assessment}
	record = frappe.db.get_value("Client Assessment", named, _ASSESSMENT, as_dict=True) if assessment else None
	offered = consultant_type(meeting_type) if meeting_type else None
	wanted, found = [*filter(None, (assessment, meeting_type))], [*filter(None, (record, offered))]
	owners: set[str] = {each.consultant for each in found} | ({consultant} if consultant is not None else set())
	if not found or len(found) < len(wanted) or len(owners) != 1:
		raise ReportLinkNotFound
	user, type_name = owners.pop(), offered.name if offered else None
	if not record:
		return Target(user, meeting_type=type_name, phase=phase or None)
	return Target(user, record.name, type_name, record.primary_phase, record.client, record.contact)
