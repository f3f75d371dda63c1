"""Offers free times of a meeting type in an e-mail: by its public address, or by a booking link of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _

from scheduler_integration.catalogue.booking_links import link_url
from scheduler_integration.catalogue.edit_links import create_link
from scheduler_integration.catalogue.lookup import Bookable
from scheduler_integration.domains.links import page_url
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.mailed_times.choose import LEAST, MOST, free_days, spread
from scheduler_integration.mailed_times.write import OfferedTimes, offered_times
from scheduler_integration.parsing.fields import parse_whole_number
from scheduler_integration.platform.records import picked, set_or_none


@dataclass(frozen=True, slots=True)
class Wish:
	"""A host's wish: `count` free times, or these `starts` (epoch seconds), in the reader's zone and language.

	With `single_use` or the reader's name or address, the times lead to a booking link that is made for them. `writing` is the
	host's language tag with the clock, such as `en-GB-u-hc-h23`: times look as on the host's page. Empty: as in the zone's region.
	"""

	zone: str
	language: str
	count: int = LEAST
	starts: tuple[int, ...] = ()
	single_use: bool = False
	attendee_name: str = ""
	attendee_email: str = ""
	writing: str = ""

	@property
	def needs_link(self) -> bool:
		return self.single_use or bool(self.attendee_name or self.attendee_email)


def parse_count(value: object) -> int:
	"""Return how many times are wanted, 3 if the value is missing. Raises InvalidRequest unless it is 3 to 8."""
	count = parse_whole_number("count", value)
	if count is None:
		return LEAST
	if not LEAST <= count <= MOST:
		raise InvalidRequest(details={"count": _("Must be between {0} and {1}.").format(LEAST, MOST)})
	return count


def times_for(own: Bookable, wish: Wish, now: int) -> tuple[OfferedTimes, str | None]:
	"""Return the times that the wish asks for, and the name of the booking link that was made for them, or None.

	`own` is a type that the signed-in user hosts. Raises InvalidRequest if there are too many times or none is free.
	"""
	starts = wish.starts or tuple(spread(free_days(own, wish.zone, now), wish.zone, wish.count))
	if not starts:
		raise InvalidRequest(_("No time is free."))
	if len(starts) > MOST:
		raise InvalidRequest(_("Choose at most {0} times.").format(MOST))
	link = None
	if wish.needs_link:
		# The link is the signed-in user's, or if a manager offers another host's times, that of the page's owner.
		user = frappe.session.user
		fields: dict[str, Any] = {
			"meeting_type": own.meeting_type.name,
			"single_use": int(wish.single_use),
			**set_or_none(wish, "attendee_name", "attendee_email"),
			"user": user if user in {own.page.user, *(host.user for host in own.hosts)} else own.page.user,
		}
		link = str(create_link(fields).name)
	return words_for(own, starts, wish, link), link


def words_for(own: Bookable, starts: Sequence[int], wish: Wish, link: str | None) -> OfferedTimes:
	"""Return the words for these starts. With `link`, the name of a booking link, they lead there."""
	meeting_type = own.meeting_type
	return offered_times(
		meeting_type.title,
		meeting_type.duration_minutes,
		starts,
		url=link_url(link, meeting_type.name) if link else page_url(own.page.slug, meeting_type.slug),
		**picked(wish, "zone", "language", "writing"),
	)
