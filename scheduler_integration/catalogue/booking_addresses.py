"""Finds the address where a consultant's meeting type is booked. Links in reports lead there."""

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import frappe

from scheduler_integration.catalogue.consultant_types import ConsultantType


def booking_address(meeting_type: ConsultantType) -> str | None:
	"""Return the type's own link on an external scheduler, else its page on this site, else the consultant's scheduler.

	Returns None if it can't be booked anywhere, because the page is off and the consultant has no other scheduler.
	"""
	return address_of(meeting_type, scheduler_url_of(meeting_type.consultant))


def address_of(meeting_type: ConsultantType, scheduler_url: str | None) -> str | None:
	"""Return the same without a query. `scheduler_url` is the address in the consultant's settings."""
	own = meeting_type.scheduler_event_url or meeting_type.page_url
	# If its page is off, the meeting type isn't offered, even if the consultant has another scheduler.
	return own or (scheduler_url if not meeting_type.scheduling_page else None)


def with_campaign(address: str, phase: str | None) -> str:
	"""Return the address with `utm_source` (Scheduler Settings), `utm_medium=report` and `utm_campaign=phase_<phase>`.

	Other parameters and the fragment stay as they are. UTM parameters that the address has already are replaced:
	"https://x.example/a?b=1&utm_source=old#c" becomes "https://x.example/a?b=1&utm_source=scheduler&…#c".
	"""
	source = frappe.get_cached_doc("Scheduler Settings").utm_source or "scheduler"
	campaign = {"utm_source": source, "utm_medium": "report"}
	if phase:
		campaign["utm_campaign"] = f"phase_{phase.lower()}"
	parts = urlsplit(address)
	kept = [each for each in parts.query.split("&") if each and _name_of(each) not in campaign]
	query = "&".join([*kept, urlencode(campaign, quote_via=quote)])
	return urlunsplit(parts._replace(query=query))


def scheduler_url_of(consultant: str) -> str | None:
	"""Return the address in the consultant's settings, or None."""
	return frappe.db.get_value("Consultant Scheduler Settings", {"consultant": consultant}, "scheduler_url") or None


def _name_of(parameter: str) -> str:
	"""Return the decoded name of one parameter of a query, such as `utm_source` for `utm%5Fsource=x`."""
	pairs = parse_qsl(parameter, keep_blank_values=True)
	return pairs[0][0] if pairs else parameter
