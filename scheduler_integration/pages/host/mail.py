"""`/scheduling/mail`: managers see whether other mail servers will trust the site's mails.

`domain` in the address is by default that of the site's mail account. `selector` names the DKIM key.
"""

from __future__ import annotations

import re

from frappe import _

from scheduler_integration.catalogue.hostnames import is_hostname
from scheduler_integration.notifications.email import account_address
from scheduler_integration.notifications.mail_domain import State, check_domain
from scheduler_integration.pages.host.host_page import HostPage, Reader
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.permissions import is_manager

_SELECTOR = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")

PAGE = HostPage("/scheduling/mail", allowed=is_manager)


@PAGE.view
def _view(reader: Reader) -> View:
	domain = argument("domain").strip().lower() or account_address().rpartition("@")[2]
	selector = argument("selector").strip().lower()
	problem = _problem(domain, selector)
	words = {
		State.GOOD: (_("Good"), "tag-quiet"),
		State.WEAK: (_("Could be better"), ""),
		State.MISSING: (_("Missing"), "tag-danger"),
		State.UNKNOWN: (_("Not known"), ""),
	}
	return {
		"title": _("Mail that arrives"),
		"subtitle": _("Mail servers check these records of your domain before they deliver a confirmation."),
		"domain": domain,
		"selector": selector,
		"problem": problem,
		"checks": [
			(check, *words[check.state]) for check in (check_domain(domain, selector) if domain and not problem else ())
		],
		"status": 400 if problem else 200,
	}


def _problem(domain: str, selector: str) -> str | None:
	if domain and not (is_hostname(domain) and "." in domain):
		return _("“{0}” is not a domain. Write it as example.com.").format(domain[:100])
	if selector and not _SELECTOR.fullmatch(selector):
		return _("“{0}” is not a selector. Your mail service shows it, such as “google”.").format(selector[:100])
	return None
