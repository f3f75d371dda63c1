"""`/scheduling/mail`: managers see whether other mail servers will trust the site's mails."""

from __future__ import annotations

from collections.abc import Sequence

from frappe import _

from scheduler_integration.notifications.mail_domain import Check, State
from scheduler_integration.pages.host.house import House

PATH = "/scheduling/mail"


def mail_view(house: House, domain: str, selector: str, checks: Sequence[Check], problem: str | None) -> dict:
	"""Return the view of the page. `checks` are empty as long as no domain is known."""
	words = {
		State.GOOD: (_("Good"), "tag-quiet"),
		State.WEAK: (_("Could be better"), ""),
		State.MISSING: (_("Missing"), "tag-danger"),
		State.UNKNOWN: (_("Not known"), ""),
	}
	return {
		**house.frame(_("Mail that arrives")),
		"subtitle": _("Mail servers check these records of your domain before they deliver a confirmation."),
		"domain": domain,
		"selector": selector,
		"problem": problem,
		"checks": [
			{
				"name": check.name,
				"state": words[check.state][0],
				"tag": words[check.state][1],
				"found": check.found,
				"advice": check.advice,
			}
			for check in checks
		],
		"status": 400 if problem else 200,
	}
