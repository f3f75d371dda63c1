"""The permissions for which vendors are asked. Pages import this module instead of the providers' large libraries."""

from dataclasses import dataclass

from scheduler_integration.http.oauth.vendors import GOOGLE, MICROSOFT, Vendor

_GOOGLE = "https://www.googleapis.com/auth/"


@dataclass(frozen=True, slots=True)
class Permissions:
	"""The app asks the vendor for all `scopes`. It works if one scope of each group in `needed` is granted."""

	vendor: Vendor
	scopes: tuple[str, ...]
	needed: tuple[tuple[str, ...], ...]


# By `provider` of Calendar Connection.
PERMISSIONS = {
	"Google": Permissions(
		GOOGLE,
		("openid", "email", f"{_GOOGLE}calendar.events", f"{_GOOGLE}calendar.calendarlist.readonly"),
		(
			(f"{_GOOGLE}calendar.events", f"{_GOOGLE}calendar"),
			(f"{_GOOGLE}calendar.calendarlist.readonly", f"{_GOOGLE}calendar.readonly", f"{_GOOGLE}calendar"),
		),
	),
	"Outlook": Permissions(
		MICROSOFT,
		("openid", "email", "profile", "offline_access", "User.Read", "Calendars.ReadWrite", "MailboxSettings.Read"),
		# Without MailboxSettings.Read, the zone of all-day events is guessed from the events.
		(("Calendars.ReadWrite",),),
	),
}
