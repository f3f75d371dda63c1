"""Who stands at a door and asks for a consent, and where vendors send them back to."""

import frappe
from frappe.utils import get_url

from scheduler_integration.outside.oauth.consent import Asker

# Where Google and Microsoft send a host back to after the consent for a calendar.
CALENDAR_CALLBACK = "scheduler_integration.api.calendars.callback"


def this_asker() -> Asker:
	"""Return the signed-in user with the session of their browser."""
	return Asker(frappe.session.user, frappe.session.sid)


def callback_address(method: str) -> str:
	"""Return the absolute address of a whitelisted method. It must be entered in the vendor's console as it is here."""
	return get_url(f"/api/method/{method}")
