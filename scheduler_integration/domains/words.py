"""The result of a domain's check, in sentences."""

from collections.abc import Sequence

from frappe import _

from scheduler_integration.domains.records import (
	CNAME_MISSING,
	CNAME_WRONG,
	SILENT,
	TXT_MISSING,
	TXT_WRONG,
	Trouble,
)
from scheduler_integration.domains.table import BROKEN, VERIFIED


def sentences(status: str, troubles: Sequence[Trouble], *, was_checked: bool) -> list[str]:
	"""Return what the status of a claim means, and what is wrong with each record."""
	return [_status(status, troubles, was_checked), *(_trouble(each) for each in troubles)]


def _status(status: str, troubles: Sequence[Trouble], was_checked: bool) -> str:
	if status == VERIFIED:
		if troubles:
			return _("The address still works, but its records are wrong. It is switched off after seven days.")
		return _(
			"The records are right, and links use this address. Open it once: the server needs a certificate for it too."
		)
	if status == BROKEN:
		return _("The address was switched off, because its records were wrong for seven days.")
	if not was_checked:
		return _("Set the two records at the company where you rent the domain. Then check them here.")
	return _("The address doesn't work yet. Changes of DNS records can take some hours to arrive.")


def _trouble(trouble: Trouble) -> str:
	words = {
		TXT_MISSING: _("The TXT record isn't there yet."),
		TXT_WRONG: _("The TXT record has another value: {0}"),
		CNAME_MISSING: _("The CNAME record isn't there yet."),
		CNAME_WRONG: _("The CNAME record leads elsewhere: {0}"),
		SILENT: _("The name server doesn't answer. Try again later."),
	}
	return words[trouble.code].format(trouble.seen)
