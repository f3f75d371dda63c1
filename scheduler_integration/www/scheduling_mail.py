"""`/scheduling/mail`: managers see whether other mail servers will trust the site's mails.

`domain` in the address is by default that of the site's mail account. `selector` names the DKIM key.
"""

import re

import frappe
from frappe import _

from scheduler_integration.catalogue.hostnames import is_hostname
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.notifications.email import account_address
from scheduler_integration.notifications.mail_domain import check_domain
from scheduler_integration.pages.host.house import open_house
from scheduler_integration.pages.host.mail import PATH, mail_view
from scheduler_integration.pages.kit.respond import argument, respond, to_your_meetings
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0

_SELECTOR = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?")


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: PATH, way_out=to_your_meetings)


def _view() -> dict:
	if not is_manager():
		raise NotPermitted
	domain = argument("domain").strip().lower() or account_address().rpartition("@")[2]
	selector = argument("selector").strip().lower()
	problem = _problem(domain, selector)
	checks = check_domain(domain, selector) if domain and not problem else []
	return mail_view(open_house(frappe.session.user, current_visitor(), now(), PATH), domain, selector, checks, problem)


def _problem(domain: str, selector: str) -> str | None:
	if domain and not (is_hostname(domain) and "." in domain):
		return _("“{0}” is not a domain. Write it as example.com.").format(domain[:100])
	if selector and not _SELECTOR.fullmatch(selector):
		return _("“{0}” is not a selector. Your mail service shows it, such as “google”.").format(selector[:100])
	return None
