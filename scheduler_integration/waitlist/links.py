"""Links of those who wait. A token is the entry's name, signed with the site's key, and isn't stored."""

from scheduler_integration.domains.links import guest_url
from scheduler_integration.exceptions import WaitlistEntryNotFound
from scheduler_integration.platform.signing import payload_of, signed
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.rows import Entry

_PURPOSE = "waitlist entry"
# 128 bits nobody can guess, and an offer fits into one text message.
_DIGITS = 32


def entry_token(name: str) -> str:
	"""Return the token of the entry with this name."""
	return signed(name, _PURPOSE, _DIGITS)


def entry_url(entry: Entry) -> str:
	"""Return the absolute address at which somebody sees an offer, takes it, and leaves the list. Opening it changes nothing."""
	return guest_url(entry.scheduling_page, f"/schedule/waitlist/{entry_token(entry.name)}")


def find_entry(token: str, *, for_update: bool = False) -> Entry:
	"""Return the entry of a token, locked with `for_update`. Raises WaitlistEntryNotFound."""
	name = payload_of(token, _PURPOSE, _DIGITS)
	entry = records.entry(name, for_update=for_update) if name and name != records.ENTRY else None
	if not entry:
		raise WaitlistEntryNotFound
	return entry
