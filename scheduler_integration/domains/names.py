"""Host names that people type for their pages: checked, and written as the DNS has them."""

import ipaddress
import re

import frappe
import idna
from frappe import _

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.platform.site_address import site_host

_LONGEST = 253
# The first label of a host name is a slug on addresses under the base domain, and the DNS allows labels of 63 letters.
LONGEST_LABEL = 63


def checked_domain(text: object) -> str:
	"""Return a host name in lower case and ASCII: "Büro.example." becomes "xn--bro-hoa.example". An address is cut to its host.

	Raises InvalidRequest for a name without a dot, an IP address, and other text that is no host name.
	"""
	typed = re.sub(r"^https?://", "", str(text or "").strip().lower()).partition("/")[0].rstrip(".")
	try:
		name = idna.encode(typed, uts46=True, std3_rules=True).decode()
	except idna.IDNAError:
		name = ""
	if "." not in name or len(name) > _LONGEST or _is_address(name):
		raise InvalidRequest(
			_("“{0}” is not a host name. Write one such as book.example.com.").format(text or ""),
			details={"domain": _("Write a host name such as book.example.com.")},
		)
	return name


def refuse_own(domain: str, base: str) -> None:
	"""Raise an error if the domain is the site's own, or under `base`, where the app gives out the names itself."""
	if domain in own_hosts():
		raise _refusal(_("{0} is the address of this site itself.").format(domain))
	if base and (domain == base or domain.endswith(f".{base}")):
		raise _refusal(_("Addresses that end in {0} are made from the slugs of the pages.").format(base))


def own_hosts() -> frozenset[str]:
	"""Return the names at which the site itself is reached, whatever pages claim."""
	return frozenset({site_host(), frappe.local.site.lower()})


def configured_hosts() -> frozenset[str]:
	"""Return the further names of the site in site_config.json, as `bench setup add-domain` writes them."""
	entries = frappe.conf.get("domains") or []
	names = (each.get("domain") if isinstance(each, dict) else each for each in entries)
	return frozenset(str(name).lower() for name in names if name)


def readable(domain: str) -> str:
	"""Return the domain as people write it: "xn--bro-hoa.example" becomes "büro.example"."""
	try:
		return idna.decode(domain)
	except idna.IDNAError:
		return domain


def host_of(header: str) -> str:
	"""Return the host name in a Host header, without port, in lower case."""
	return header.partition(":")[0].rstrip(".").lower()


def _is_address(name: str) -> bool:
	try:
		ipaddress.ip_address(name)
	except ValueError:
		# Browsers read 127.1 and 0x7f.1 as addresses too. No top-level domain begins with a digit.
		return name.rpartition(".")[2][0].isdigit()
	return True


def _refusal(sentence: str) -> InvalidRequest:
	return InvalidRequest(sentence, details={"domain": sentence})
