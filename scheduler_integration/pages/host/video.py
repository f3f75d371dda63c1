"""`/scheduling/video`: the accounts with which a host's video calls are made."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from frappe import _

from scheduler_integration.catalogue.video import CONNECTED
from scheduler_integration.conferencing.connect import VideoAccount, VideoProvider
from scheduler_integration.exceptions import (
	AdminConsentNeeded,
	ConsentExpired,
	ConsentIncomplete,
	ConsentRefused,
	SchedulingError,
	VendorRefusesApp,
)
from scheduler_integration.pages.host.house import VIDEO, House
from scheduler_integration.pages.host.late import waiting_text

_ERRORS = (ConsentExpired, ConsentRefused, AdminConsentNeeded, ConsentIncomplete, VendorRefusesApp)


def video_view(
	house: House, accounts: Sequence[VideoAccount], providers: Sequence[VideoProvider], message: dict | None
) -> dict:
	"""Return the view of the page. It names the providers that no administrator has set up, without a button."""
	working = [account for account in accounts if account.status == CONNECTED]
	preferred = working[0].name if len(working) > 1 else None
	return {
		**house.frame(_("Video")),
		"subtitle": _("Connect an account, and each online meeting gets a link of its own."),
		"message": message,
		"accounts": [_account(account, preferred) for account in accounts],
		"providers": [
			{"label": each.label, "url": _connect_url(each.provider)} for each in providers if each.is_set_up
		],
		"not_set_up": [provider.label for provider in providers if not provider.is_set_up],
		"status": 200,
	}


def video_problem(code: str) -> str | None:
	"""Return the sentence for an error with which the provider's page ended, or None."""
	if not code:
		return None
	error = next((each for each in _ERRORS if each.code == code), None)
	return error(_("the provider")).message if error else SchedulingError().message


def _account(account: VideoAccount, preferred: str | None) -> dict:
	"""Return the view of an account. Of several working accounts, the host's choice or else the oldest is `preferred`."""
	is_connected = account.status == CONNECTED
	return {
		"name": account.name,
		"label": account.label,
		"account": account.account,
		"status": _("Connected") if is_connected else _("Reconnect needed"),
		"is_connected": is_connected,
		"trouble": account.trouble or (waiting_text(account) if account.waiting else None),
		"is_preferred": account.name == preferred,
		"can_prefer": is_connected and preferred not in (None, account.name),
		"url": _connect_url(account.provider),
	}


def _connect_url(provider: str) -> str:
	return f"{VIDEO}?{urlencode({'connect': provider})}"
