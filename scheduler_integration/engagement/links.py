"""Tracked links: addresses on this site that count a click and lead on to the scheduler.

A tracked link holds a reference and no address. The address is looked up at the click, so nobody can make a link lead
to a site of their choice.
"""

import re
from urllib.parse import quote, unquote_plus, urlencode, urlsplit, urlunsplit

from scheduler_integration.catalogue.booking_addresses import booking_address, scheduler_url_of, with_campaign
from scheduler_integration.catalogue.consultant_types import consultant_type
from scheduler_integration.catalogue.hostnames import is_web_address
from scheduler_integration.engagement.references import CHANNELS, Reference, written
from scheduler_integration.engagement.targets import Target
from scheduler_integration.exceptions import ReportLinkNotFound
from scheduler_integration.platform.site_address import site_url

PATH = "/schedule/go/"
# Consultants write this as a parameter's value in the address of a scheduler that doesn't return utm_content.
_PLACE_OF_REFERENCE = re.compile(r"[?&][^=&#]+=(REFERENCE)(?=[&#]|$)")


def tracked_url(
	meeting_type: str, consultant: str, assessment: str | None, channel: str, phase: str | None = None
) -> str:
	"""Return the absolute address of the tracked link to a meeting type.

	`meeting_type` and `assessment` are names of records. Without a meeting type, the link leads to the consultant's
	scheduler; without an assessment, the client isn't known, and `phase` is stored in the link. `channel` is one of CHANNELS. The consultant isn't in the
	link, because type and assessment determine the consultant.
	"""
	if channel not in CHANNELS:
		raise ValueError(f"unknown channel {channel!r}")
	if not meeting_type and not assessment:
		raise ValueError(f"a link of {consultant} needs a meeting type or an assessment")
	known = "" if assessment else phase or ""
	return site_url(PATH + written(Reference(meeting_type or "", assessment or "", channel, known)))


def widget_reference(assessment: str) -> str:
	"""Return the signed reference of the widget in an assessment's report."""
	return written(Reference("", assessment, "widget"))


def with_reference(address: str, reference: str) -> str:
	"""Return an external scheduler's address with the reference."""
	if place := _PLACE_OF_REFERENCE.search(address):
		return address[: place.start(1)] + quote(reference, safe="") + address[place.end(1) :]
	return _with_parameter(address, "utm_content", reference) if reference else address


def destination(target: Target, reference: str) -> str:
	"""Return the address where the target is booked, with the UTM values of reports.

	`reference` is signed text, or empty if the visitor doesn't want to be tracked: then the scheduler doesn't get it.
	A page of this site gets it as `reference`, an external scheduler as `utm_content`, or as the parameter whose value is
	the word REFERENCE. Raises ReportLinkNotFound if nothing can be booked any more.
	"""
	meeting_type = consultant_type(target.meeting_type) if target.meeting_type else None
	base = booking_address(meeting_type) if meeting_type else scheduler_url_of(target.consultant)
	if not base or not is_web_address(base):
		raise ReportLinkNotFound
	address = with_campaign(base, target.phase)
	if meeting_type and base == meeting_type.page_url:
		return _with_parameter(address, "reference", reference) if reference else address
	return with_reference(address, reference)


def _with_parameter(address: str, name: str, value: str) -> str:
	"""Return the address with the parameter at the end of its query, in place of others of that name."""
	parts = urlsplit(address)
	kept = [each for each in parts.query.split("&") if each and unquote_plus(each.partition("=")[0]) != name]
	return urlunsplit(parts._replace(query="&".join([*kept, urlencode({name: value}, quote_via=quote)])))
