"""Tracked links: addresses on this site that count a click and lead on to the scheduler.

A tracked link holds a reference and no address. Where it leads is looked up at the click, so nobody can make it lead to
a site of their choice.
"""

from urllib.parse import quote, unquote_plus, urlencode, urlsplit, urlunsplit

import frappe
from frappe.utils import get_url

from scheduler_integration.catalogue.hostnames import is_web_address
from scheduler_integration.engagement.references import CHANNELS, Reference, written
from scheduler_integration.engagement.targets import Target
from scheduler_integration.exceptions import ReportLinkNotFound

PATH = "/schedule/go/"
# Consultants write this as a parameter's value in the address of a scheduler that doesn't give utm_content back.
PLACE_OF_REFERENCE = "REFERENCE"


def tracked_url(meeting_type: str, consultant: str, assessment: str | None, channel: str) -> str:
	"""Return the absolute address of the tracked link to a meeting type.

	`meeting_type` and `assessment` are names of records. Without a meeting type, the link leads to the consultant's
	scheduler; without an assessment, the client isn't known. `channel` is one of CHANNELS. The consultant isn't in the
	link, because the other two tell it.
	"""
	if channel not in CHANNELS:
		raise ValueError(f"unknown channel {channel!r}")
	if not meeting_type and not assessment:
		raise ValueError(f"a link of {consultant} needs a meeting type or an assessment")
	return get_url(PATH + written(Reference(meeting_type or "", assessment or "", channel)))


def destination(target: Target, reference: str) -> str:
	"""Return the address where the target is booked, with the UTM values of reports.

	`reference` is signed text, or empty if the visitor doesn't want to be tracked: then the scheduler doesn't get it.
	An external scheduler gets it as `utm_content`, or as the parameter whose value is the word REFERENCE.
	Raises ReportLinkNotFound if nothing can be booked any more.
	"""
	base, is_ours = _base(target)
	address = with_parameters(base, _campaign(target.phase))
	if f"={PLACE_OF_REFERENCE}" in base:
		name = next(part for part in urlsplit(base).query.split("&") if part.endswith(f"={PLACE_OF_REFERENCE}"))
		return with_parameters(address, {unquote_plus(name.partition("=")[0]): reference})
	return with_parameters(address, {"reference" if is_ours else "utm_content": reference}) if reference else address


def with_parameters(address: str, values: dict[str, str]) -> str:
	"""Return the address with these parameters in its query. Its other parameters and its fragment stay as they are.

	`https://a.example/x?b=1&utm_source=y#c` with `{"utm_source": "z"}` gives `https://a.example/x?b=1&utm_source=z#c`.
	"""
	parts = urlsplit(address)
	kept = [each for each in parts.query.split("&") if each and unquote_plus(each.partition("=")[0]) not in values]
	return urlunsplit(parts._replace(query="&".join([*kept, urlencode(values, quote_via=quote)])))


def _campaign(phase: str | None) -> dict[str, str]:
	source = frappe.get_cached_doc("Scheduler Settings").utm_source or "scheduler"
	campaign = {"utm_source": source, "utm_medium": "report"}
	return campaign | {"utm_campaign": f"phase_{phase.lower()}"} if phase else campaign


def _base(target: Target) -> tuple[str, bool]:
	"""Return the address without our values, and whether it is a booking page of this site."""
	found = _meeting_type(target.meeting_type) if target.meeting_type else frappe._dict()
	if is_web_address(found.scheduler_event_url):
		return found.scheduler_event_url, False
	if found.scheduling_page:
		slug = frappe.db.get_value("Scheduling Page", found.scheduling_page, "slug")
		return get_url(f"/schedule/{quote(slug, safe='')}/{quote(found.slug, safe='')}"), True
	base = frappe.db.get_value("Consultant Scheduler Settings", {"consultant": target.consultant}, "scheduler_url")
	if not is_web_address(base):
		raise ReportLinkNotFound
	return base, False


def _meeting_type(name: str) -> frappe._dict:
	fields = ["scheduling_page", "slug", "scheduler_event_url"]
	return frappe.db.get_value("Meeting Type", name, fields, as_dict=True) or frappe._dict()
