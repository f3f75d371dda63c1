"""`/scheduling/video`: the accounts with which a host's video calls are made.

- `?connect=Zoom` goes on to the provider's page.
- The provider leads back with `?connected=`, the account, or `?video_error=`.
- `?join=<booking>` goes on to the video call, with the host's own link.
- A form with `disconnect` removes an account, one with `prefer` makes it the preferred one.
"""

from __future__ import annotations

from collections.abc import Collection

import frappe
from frappe import _

from scheduler_integration.catalogue.video import CONNECTED
from scheduler_integration.conferencing.connect import accounts, begin, disconnect, prefer, providers
from scheduler_integration.conferencing.records import host_link
from scheduler_integration.entry.oauth import this_asker
from scheduler_integration.exceptions import (
	AdminConsentNeeded,
	BookingNotFound,
	ConsentExpired,
	ConsentIncomplete,
	ConsentRefused,
	SchedulingError,
	VendorRefusesApp,
)
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.pages.host.host_page import HostPage, Reader, anybody
from scheduler_integration.pages.host.house import VIDEO, waiting_text
from scheduler_integration.pages.kit.respond import View, argument, redirection
from scheduler_integration.platform.language import for_later

_ERRORS = (ConsentExpired, ConsentRefused, AdminConsentNeeded, ConsentIncomplete, VendorRefusesApp)

PAGE = HostPage(VIDEO, allowed=anybody, in_page=True)


@PAGE.action(
	"video_preferred",
	field="prefer",
	done=for_later("Meetings without a provider of their own use this account now."),
)
def _prefer() -> None:
	prefer(argument("prefer"), frappe.session.user)


@PAGE.action(
	"video_disconnected",
	field="disconnect",
	done=for_later("The account is disconnected. Links that were sent keep working."),
)
def _disconnect() -> None:
	disconnect(argument("disconnect"), frappe.session.user)


@PAGE.view
def _view(reader: Reader) -> View:
	"""Return the view of the page. It names the providers that no administrator has set up, without a button."""
	if name := argument("join"):
		link = host_link(find_for_host(name, "read"), reader.now)
		if not link:
			raise BookingNotFound
		raise redirection(link, 302)
	if provider := argument("connect"):
		raise redirection(begin(provider, this_asker()), 302)
	own, offered = accounts(reader.user, reader.now), providers()
	working = [account.name for account in own if account.status == CONNECTED]
	return {
		"title": _("Video"),
		"subtitle": _("Jitsi Meet needs no account. Other providers make links once you connect one."),
		"accounts": own,
		"working": working,
		# If several accounts work, the host's choice or else the oldest.
		"preferred": working[0] if len(working) > 1 else None,
		"waiting_text": waiting_text,
		"providers": offered,
		**_news(working),
	}


def _news(working: Collection[str]) -> View:
	"""Return the message about what happened at the provider. Unknown codes come from outside and aren't shown."""
	if code := argument("video_error"):
		error = next((each for each in _ERRORS if each.code == code), None)
		text = error(_("the provider")).message if error else SchedulingError().message
		return {"message": {"text": text, "is_error": True}}
	text = _("The account is connected, and makes the links of your online meetings.")
	return {"message": {"text": text, "is_error": False}} if argument("connected") in working else {}
