"""Asks the DNS whether other mail servers will trust the mails of a domain: SPF, DKIM, DMARC, and a server for replies.

Sources: SPF is RFC 7208, DKIM RFC 6376, DMARC RFC 7489. Large receivers refuse mails of domains without them since 2024.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from dns.resolver import Resolver
from frappe import _

from scheduler_integration.platform.name_servers import PATIENCE, Silent, ask, patient, texts

# The names under which well-known mail services publish their keys.
SELECTORS = (
	"google selector1 selector2 default mail dkim k1 k2 k3 s1 s2 fm1 fm2 fm3 zoho zmail pm mandrill mxvault smtp key1 sig1"
	" protonmail amazonses brevo1"
)


class State(Enum):
	"""GOOD, or what is wrong. UNKNOWN: the DNS doesn't answer, or nobody can know."""

	GOOD = "good"
	WEAK = "weak"
	MISSING = "missing"
	UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
	"""The result for one of the records. `found` is the record itself, or empty. `advice` says what to do."""

	name: str
	state: State
	found: str
	advice: str


def check_domain(
	domain: str, selector: str = "", resolver: Resolver | None = None, seconds: float = PATIENCE
) -> list[Check]:
	"""Return the checks of a mail domain. `selector` is the name of its DKIM key, if it is known.

	Waits at most `seconds` for each answer, and stops asking a server that is silent.
	"""
	asked = patient(resolver, seconds)
	checks, is_silent = [], False
	for name, check in (
		("SPF", lambda: _spf(domain, asked)),
		("DKIM", lambda: _dkim(domain, [selector] if selector else SELECTORS.split(), asked)),
		("DMARC", lambda: _dmarc(domain, asked)),
		(_("Replies"), lambda: _replies(domain, asked)),
	):
		result = State.UNKNOWN, "", _("The name server doesn't answer. Try again later.")
		try:
			result = result if is_silent else check()
		except Silent:
			is_silent = True
		checks.append(Check(name, *result))
	return checks


_Result = tuple[State, str, str]


def _spf(domain: str, resolver: Resolver) -> _Result:
	found = [text for text in texts(domain, resolver) if text.lower().split(" ")[0] == "v=spf1"]
	if not found:
		advice = _(
			"Publish a TXT record such as “v=spf1 include:your-mail-service -all”. Your mail service names its part."
		)
		return State.MISSING, "", advice
	if len(found) > 1:
		return State.WEAK, " | ".join(found), _("There must be one record. With several, none of them counts.")
	words = found[0].lower().split()
	if {"+all", "all", "?all"}.intersection(words):
		return State.WEAK, found[0], _("It lets everybody send for this domain. End it with “~all” or “-all”.")
	if not any(word in ("-all", "~all") or word.startswith("redirect=") for word in words):
		return State.WEAK, found[0], _("It says nothing about other servers. End it with “~all” or “-all”.")
	return State.GOOD, found[0], _("Check that it includes the server through which this site sends.")


def _dkim(domain: str, selectors: Sequence[str], resolver: Resolver) -> _Result:
	for selector in selectors:
		for text in texts(f"{selector}._domainkey.{domain}", resolver):
			tags = _tags(text)
			if tags.get("p"):
				return State.GOOD, f"{selector}._domainkey", _("The key is published. Your mail service signs with it.")
			if "p" in tags:
				return State.WEAK, f"{selector}._domainkey", _("This key was withdrawn. Publish the present one.")
	if len(selectors) == 1:
		return State.MISSING, "", _("There is no key under this name. Your mail service shows the record to publish.")
	return State.UNKNOWN, "", _("No key under a usual name. Enter the selector that your mail service shows.")


def _dmarc(domain: str, resolver: Resolver) -> _Result:
	labels = domain.split(".")
	for start in range(max(1, len(labels) - 1)):
		name = ".".join(labels[start:])
		found = [text for text in texts(f"_dmarc.{name}", resolver) if text.lower().startswith("v=dmarc1")]
		if found:
			policy = _tags(found[0]).get("p", "").lower()
			if policy in ("quarantine", "reject"):
				return State.GOOD, found[0], _("Others can't send mails in your name.")
			return State.WEAK, found[0], _("It only asks for reports. Once they look right, choose “p=quarantine”.")
	return (
		State.MISSING,
		"",
		_("Publish a TXT record at “_dmarc”, for a start “v=DMARC1; p=none; rua=mailto:you@your-domain”."),
	)


def _replies(domain: str, resolver: Resolver) -> _Result:
	found = sorted(str(row.exchange).rstrip(".") for row in ask(domain, "MX", resolver))
	if not found:
		return (
			State.WEAK,
			"",
			_("No server takes mails for this domain. Replies to invitations come back to their senders."),
		)
	return State.GOOD, ", ".join(found), _("A server takes mails for this domain.")


def _tags(text: str) -> dict[str, str]:
	"""Return the tags of a record such as “v=DKIM1; k=rsa; p=MIGf”."""
	pairs = (part.partition("=") for part in text.split(";"))
	return {name.strip().lower(): "".join(value.split()) for name, _equals, value in pairs}
