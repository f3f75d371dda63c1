"""Methods for hosts and managers: booking links for one booking, until a date, or for chosen times."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import frappe
from frappe.model.document import Document

from scheduler_integration.api.as_json import Like, flag, flat, instant_z, made, maybe, object_of, stored
from scheduler_integration.api.door import Who, door
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue import edit_links
from scheduler_integration.catalogue.booking_links import link_url
from scheduler_integration.catalogue.lookup import find_own_bookable
from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.mailed_times.offer import Wish, parse_count, times_for
from scheduler_integration.mailed_times.write import as_html, as_simple_html, as_text
from scheduler_integration.meetings.link_uses import state_of, uses_of
from scheduler_integration.parsing.fields import (
	parse_choice,
	parse_field,
	parse_flag,
	parse_instant_of,
	parse_json,
	parse_name,
)
from scheduler_integration.parsing.kinds import (
	Dates,
	Email,
	Flag,
	MeetingTypeId,
	PersonName,
	RowId,
	User,
	Whole,
	Zone,
)
from scheduler_integration.parsing.link_fields import LINK, parse_new_link
from scheduler_integration.parsing.text import line
from scheduler_integration.parsing.zones import checked_zone
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform import clock
from scheduler_integration.platform.language import language_for_visitors

_LINK = flat(
	"id=name",
	made("url", lambda link: link_url(link.name, link.meeting_type), str),
	"meeting_type user",
	maybe("host title"),
	flag("single_use"),
	made("expires_on", lambda link: str(link.expires_on), str),
	maybe("duration=duration_minutes"),
	made("times", lambda link: (link.own_times or "").split(), [str]),
	maybe("attendee_name attendee_email"),
)
_USE = flat("booking=name attendee_name", instant_z("start=starts_at"))
_CREATED = stored("created_at=creation")
_Use, _State = Annotated[dict[str, Any], Like(_USE, of="Booking")], Literal["open", "used", "expired", "revoked"]
Link = Annotated[dict[str, Any], Like(_LINK, _CREATED, status=_State, used_by=[_Use], of="Booking Link")]
_Offered = Annotated[dict[str, Any], Like(id=str, name=str, page=str)]
# The method `list` below hides the type.
LIST = list


@door("GET", who=Who.HOSTS)
def list(user: User | None = None) -> Annotated[dict[str, Any], Like(links=[Link])]:
	"""Return the newest 200 links of the signed-in host, or for managers of another `user` or of `all`."""
	asked = parse_choice("user", user) or frappe.session.user
	if asked != frappe.session.user and not is_manager():
		raise NotPermitted
	links = edit_links.readable_links(None if asked == "all" else asked)
	uses, now = uses_of(link.name for link in links), clock.now()
	return {"links": [_shown(link, uses.get(link.name, []), now) for link in links]}


@door("POST", who=Who.HOSTS, status=201, fields=LINK)
def create(**fields: Any) -> Link:
	"""Create a link and return it."""
	return _shown(edit_links.create_link(parse_new_link(fields)), [], clock.now())


@door("POST", who=Who.HOSTS)
def revoke(link: RowId) -> Link:
	"""Let nobody book with a link any more, and return it. `link` is its id. Meetings that were booked stay."""
	revoked = edit_links.revoke_link(parse_name(link))
	return _shown(revoked, uses_of([revoked.name]).get(revoked.name, []), clock.now())


@door("GET", who=Who.HOSTS)
def meeting_types() -> Annotated[dict[str, Any], Like(meeting_types=[_Offered], timezone=str)]:
	"""Return the meeting types whose times the caller can offer, with their pages, and the caller's time zone."""
	offered = [{"id": each.name, "name": each.title, "page": each.page} for each in readable_meeting_types()]
	return {"meeting_types": offered, "timezone": timezone_of(frappe.session.user)}


@door("POST", who=Who.HOSTS)
def times_for_mail(
	meeting_type: MeetingTypeId,
	count: Whole | None = None,
	times: Dates | None = None,
	timezone: Zone | None = None,
	single_use: Flag | None = None,
	attendee_name: PersonName | None = None,
	attendee_email: Email | None = None,
) -> Annotated[dict[str, Any], Like(html=str, simple_html=str, text=str, times=[dict[str, str]], link=str | None)]:
	"""Return free times for an e-mail, as HTML and as text: `count` of the next ones, or those in `times`.

	With `single_use`, or the reader's name or address, they lead to a booking link, which is made.
	"""
	own = find_own_bookable(parse_name(meeting_type))
	wish = Wish(
		zone=checked_zone(timezone or own.page.timezone),
		language=language_for_visitors(),
		count=parse_count(count),
		starts=tuple(parse_instant_of("times", each) for each in parse_json("times", times, LIST) or ()),
		single_use=parse_flag("single_use", single_use),
		attendee_name=parse_field("attendee_name", attendee_name, line),
		attendee_email=parse_field("attendee_email", attendee_email, line),
	)
	offered, link = times_for(own, wish, clock.now())
	return {
		"html": str(as_html(offered)),
		"simple_html": str(as_simple_html(offered)),
		"text": as_text(offered),
		"times": [{"day": day, "time": time, "url": url} for day, own in offered.days for time, url in own],
		"link": link,
	}


def _shown(link: Document | frappe._dict, uses: Sequence[frappe._dict], now: int) -> Link:
	"""Return an item of `list`. `uses` are the bookings that take its use, `now` is in epoch seconds."""
	return {
		**object_of(link, _LINK),
		"status": state_of(link, len(uses), now),
		"used_by": [object_of(use, _USE) for use in uses],
		**object_of(link, _CREATED),
	}
