"""The table of providers: what each of them can do, known before an account is opened.

Pages import this module, so it imports none of the providers: the vendors' libraries are large.
"""

from collections.abc import Callable
from importlib import import_module

from frappe import _

from scheduler_integration.calendars.provider import Account, Consent, Provider, ProviderKind, Service
from scheduler_integration.http.oauth.vendors import GOOGLE, MICROSOFT

_GOOGLE = "https://www.googleapis.com/auth/"

# By `provider` of Calendar Connection.
PROVIDERS = {
	"Google": ProviderKind(
		module="scheduler_integration.calendars.providers.google",
		can_watch=True,
		can_invite=True,
		knows_focus_time=True,
		consent=Consent(
			GOOGLE,
			("openid", "email", f"{_GOOGLE}calendar.events", f"{_GOOGLE}calendar.calendarlist.readonly"),
			(
				(f"{_GOOGLE}calendar.events", f"{_GOOGLE}calendar"),
				(f"{_GOOGLE}calendar.calendarlist.readonly", f"{_GOOGLE}calendar.readonly", f"{_GOOGLE}calendar"),
			),
		),
	),
	"Outlook": ProviderKind(
		module="scheduler_integration.calendars.providers.outlook",
		can_watch=True,
		can_invite=True,
		knows_focus_time=True,
		consent=Consent(
			MICROSOFT,
			(
				"openid",
				"email",
				"profile",
				"offline_access",
				"User.Read",
				"Calendars.ReadWrite",
				"MailboxSettings.Read",
			),
			# Without MailboxSettings.Read, the zone of all-day events is guessed from the events.
			(("Calendars.ReadWrite",),),
		),
	),
	"CalDAV": ProviderKind(
		module="scheduler_integration.calendars.providers.caldav",
		access="password",
		title=lambda: _("iCloud, Fastmail, Nextcloud or another CalDAV server"),
		services={
			"icloud": Service("iCloud", "https://caldav.icloud.com/", "account.apple.com"),
			"fastmail": Service("Fastmail", "https://caldav.fastmail.com/", "app.fastmail.com/settings/security"),
		},
	),
	"ICS": ProviderKind(
		module="scheduler_integration.calendars.providers.ics",
		access="address",
		can_write=False,
		title=lambda: _("Subscribe by link (ICS)"),
	),
}
WITH_CONSENT = {name: each.consent for name, each in PROVIDERS.items() if each.consent}
BY_ADDRESS = {name: each for name, each in PROVIDERS.items() if each.access != "consent"}
WATCHED = tuple(name for name, each in PROVIDERS.items() if each.can_watch)


def open_account(account: Account) -> Provider:
	"""Return the provider of an account. Nothing is sent yet."""
	opener: Callable[[Account], Provider] = import_module(PROVIDERS[account.provider].module).open_account
	return opener(account)
