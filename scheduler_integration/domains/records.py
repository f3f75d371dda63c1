"""The DNS records of a domain: those that its owner has to set, and what the DNS has instead.

The TXT record proves that whoever claims the domain may change its DNS. Its value is different for each claim, so that
nobody can use a record that somebody else has left behind. The CNAME record leads visitors here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import frappe
from dns.resolver import Resolver

from scheduler_integration.platform.name_servers import PATIENCE, Silent, ask, patient, texts
from scheduler_integration.platform.signing import keyed_hash
from scheduler_integration.platform.site_address import site_host

LABEL = "_scheduling"
_MOST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Record:
	"""A record to set: `kind` is TXT or CNAME."""

	kind: str
	name: str
	value: str


@dataclass(frozen=True, slots=True)
class Trouble:
	"""A problem with a record. `code` is TXT_MISSING and so on, `seen` the value that the DNS has instead."""

	code: str
	seen: str = ""


TXT_MISSING, TXT_WRONG = "txt_missing", "txt_wrong"
CNAME_MISSING, CNAME_WRONG = "cname_missing", "cname_wrong"
SILENT = "silent"


def wanted_records(domain: str, claim: str) -> tuple[Record, Record]:
	"""Return the TXT and the CNAME record that the owner of the domain has to set. `claim` is the name of the claim's record."""
	proof = keyed_hash("scheduling domain", domain, claim)
	return Record("TXT", f"{LABEL}.{domain}", proof), Record("CNAME", domain, target())


def target() -> str:
	"""Return the host name to which custom domains lead: that of Scheduler Settings, otherwise the site's own."""
	return frappe.get_cached_doc("Scheduler Settings").get("domain_target") or site_host()


def troubles_of(domain: str, claim: str, resolver: Resolver | None = None, seconds: float = PATIENCE) -> list[Trouble]:
	"""Ask the DNS, and return what is wrong with the records; empty if both are right.

	Waits at most `seconds` for each answer.
	"""
	asked = patient(resolver, seconds)
	proof, alias = wanted_records(domain, claim)
	try:
		return [*_wrong_proof(proof, asked), *_wrong_alias(alias, asked)]
	except Silent:
		return [Trouble(SILENT)]


def _wrong_proof(wanted: Record, resolver: Resolver) -> list[Trouble]:
	found = texts(wanted.name, resolver)
	if not found:
		return [Trouble(TXT_MISSING)]
	return [] if wanted.value in found else [Trouble(TXT_WRONG, _shown(found))]


def _wrong_alias(wanted: Record, resolver: Resolver) -> list[Trouble]:
	"""Compare the alias, or the addresses: a domain without a subdomain can't have a CNAME, but some DNS servers fill in the
	addresses of another name.
	"""
	aliases = [str(row.target).rstrip(".").lower() for row in ask(wanted.name, "CNAME", resolver)]
	if wanted.value in aliases:
		return []
	addresses = _addresses(wanted.name, resolver)
	if addresses and addresses <= _addresses(wanted.value, resolver):
		return []
	seen = aliases or sorted(addresses)
	return [Trouble(CNAME_WRONG, _shown(seen)) if seen else Trouble(CNAME_MISSING)]


def _addresses(name: str, resolver: Resolver) -> set[str]:
	return {row.address for kind in ("A", "AAAA") for row in ask(name, kind, resolver)}


def _shown(values: Iterable[str]) -> str:
	return ", ".join(values)[:_MOST_SHOWN]
