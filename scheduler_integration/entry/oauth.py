"""Returns who asks for a consent, and the address to which vendors send that person back."""

import frappe

from scheduler_integration.http.oauth.consent import Asker
from scheduler_integration.platform.site_address import site_url

# Google and Microsoft send a host back to this method after the consent for a calendar.
CALENDAR_CALLBACK = "scheduler_integration.api.calendars.callback"


def this_asker() -> Asker:
	"""Return the signed-in user with the session of their browser."""
	return Asker(frappe.session.user, frappe.session.sid)


def callback_address(method: str) -> str:
	"""Return the absolute address of a whitelisted method. Exactly this address must be entered in the vendor's console."""
	return site_url(f"/api/method/{method}")
