"""The table of providers: one line for each."""

from collections.abc import Callable
from importlib import import_module

from scheduler_integration.calendars.provider import Account, Provider

# `provider` of Calendar Connection, and the function `open_account(Account) -> Provider` of its module. A module is
# imported when it is needed: the vendors' libraries are large.
PROVIDERS = {
	"Google": "scheduler_integration.calendars.providers.google",
	"Outlook": "scheduler_integration.calendars.providers.outlook",
	"CalDAV": "scheduler_integration.calendars.providers.caldav",
	"ICS": "scheduler_integration.calendars.providers.ics",
}


def open_account(account: Account) -> Provider:
	"""Return the provider of an account. Nothing is sent yet."""
	opener: Callable[[Account], Provider] = import_module(PROVIDERS[account.provider]).open_account
	return opener(account)
