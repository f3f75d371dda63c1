"""How pages show hosts: names, images and initials."""

from __future__ import annotations

from collections.abc import Sequence

from babel import Locale
from frappe import _

from scheduler_integration.catalogue.images import is_public_image
from scheduler_integration.catalogue.public import PublicHost, PublicMeetingType
from scheduler_integration.meetings.summaries import AttendeeBooking, BookingHost
from scheduler_integration.pages.kit import dates

Host = PublicHost | BookingHost
# A longer list of names isn't read.
_MOST_NAMES = 3


def faces(hosts: Sequence[Host]) -> list[dict]:
	"""Return `[{"name", "image", "initials"}]` for the hosts."""
	return [{"name": host.name, "image": own_image(host.image), "initials": initials(host.name)} for host in hosts]


def names(hosts: Sequence[Host]) -> list[str]:
	return [host.name for host in hosts if host.name]


def hosts_or_page(booking: AttendeeBooking) -> str:
	"""Return the names of a booking's hosts; the page's title if all of them have left."""
	return ", ".join(names(booking.hosts)) or booking.page.title


def with_words(meeting: PublicMeetingType, hosts: Sequence[str], locale: Locale) -> str:
	"""Return whom the attendee meets: all hosts of a collective meeting, one of a round robin. "" if there are too many.

	A host who joins a collective meeting only if free isn't promised: `Jane Doe, with Tom Lee if free`.
	"""
	if meeting.assignment == "Round Robin" and len(hosts) > 1:
		if len(hosts) > _MOST_NAMES:
			return _("With one of our team")
		return _("With {0}").format(dates.listed([*hosts], locale, style="or"))
	if len(hosts) > _MOST_NAMES:
		return ""
	certain = [name for name in hosts if name not in meeting.joining]
	if not certain or len(certain) == len(hosts):
		return dates.listed([*hosts], locale)
	others = [name for name in hosts if name in meeting.joining]
	return _("{0}, with {1} if free").format(dates.listed(certain, locale), dates.listed(others, locale))


def own_image(address: str | None) -> str | None:
	"""Return the address if it is a public file of this site, or None. Pages load nothing from other sites."""
	return address if is_public_image(address) else None


def initials(name: str | None) -> str:
	"""`JD` for Jane Doe."""
	words = [word for word in (name or "").split() if word[0].isalnum()]
	chosen = words if len(words) < 3 else [words[0], words[-1]]
	return "".join(word[0] for word in chosen).upper()
