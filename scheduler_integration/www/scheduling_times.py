"""`/scheduling/times`: hosts choose free times of a meeting type and copy them into an e-mail.

`?type=`, `tz` and `count` choose what is suggested. The form posts the ticked `start`s, with `single_use`, `attendee_name` and
`attendee_email`, and is redirected to the address that has the times, and the `link` that was made for them.
"""

from urllib.parse import urlencode

import frappe
from frappe import _

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue.booking_links import DOCTYPE
from scheduler_integration.catalogue.lookup import Bookable, find_own_bookable
from scheduler_integration.catalogue.readable_meeting_types import ReadableType, readable_meeting_types
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.mailed_times.choose import LEAST, MOST, free_days, spread
from scheduler_integration.mailed_times.offer import Wish, times_for, words_for
from scheduler_integration.mailed_times.write import OfferedTimes
from scheduler_integration.meetings.hosted import most_used_first
from scheduler_integration.pages.host.house import open_house
from scheduler_integration.pages.host.links import PATH as LINKS
from scheduler_integration.pages.host.mail_times import PATH, TimesPage, times_page_view
from scheduler_integration.pages.kit.query import read_instant
from scheduler_integration.pages.kit.respond import argument, redirection, respond_to_host, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.fields import parse_field
from scheduler_integration.parsing.text import line
from scheduler_integration.parsing.zones import is_zone
from scheduler_integration.platform.clock import iso, now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond_to_host(context, _view, sign_in_for=lambda: PATH)


def _view() -> dict:
	types = readable_meeting_types()
	own = _chosen(most_used_first(types, frappe.session.user, now()))
	zone = argument("tz") if is_zone(argument("tz")) else timezone_of(frappe.session.user)
	ticked = _starts()
	wish = Wish(zone, frappe.local.lang or "en", _count(), ticked)
	error, made = None, None
	if own and submitted():
		error = _make(own, wish)
	elif own and ticked:
		made = _made(own, wish)
	days = free_days(own, zone, now()) if own else {}
	page = TimesPage(
		house=open_house(frappe.session.user, current_visitor(), now(), LINKS),
		types=types,
		chosen=own.meeting_type.name if own else "",
		zone=zone,
		count=wish.count,
		days=days,
		ticked=frozenset(ticked or spread(days, zone, wish.count)),
		made=made,
		error=error,
	)
	return {**times_page_view(page), "status": error.http_status_code if error else 200}


def _chosen(types: list[ReadableType]) -> Bookable | None:
	"""Return the type that the address names, or the first that the user hosts."""
	for name in [each.name for each in types if each.name == argument("type")] or [each.name for each in types]:
		try:
			return find_own_bookable(name)
		except SchedulingError:
			continue
	return None


def _count() -> int:
	text = argument("count")
	return min(max(int(text), LEAST), MOST) if text.isascii() and text.isdigit() and len(text) < 3 else LEAST


def _starts() -> tuple[int, ...]:
	given = frappe.request.form.getlist("start") if submitted() else frappe.request.args.getlist("start")
	return tuple(sorted({start for text in given if (start := read_instant(text)) is not None}))


def _make(own: Bookable, wish: Wish) -> SchedulingError | None:
	"""Make the link that the wish needs and redirect to the times. Returns the error if that is refused."""
	form = frappe.request.form
	try:
		with refusals():
			if not wish.starts:
				raise InvalidRequest(_("Choose at least one time."))
			whole = Wish(
				wish.zone,
				wish.language,
				wish.count,
				wish.starts,
				single_use=bool(form.get("single_use")),
				attendee_name=parse_field("attendee_name", form.get("attendee_name"), line),
				attendee_email=parse_field("attendee_email", form.get("attendee_email"), line),
			)
			_times, link = times_for(own, whole, now())
	except SchedulingError as error:
		return error
	address = [("type", own.meeting_type.name), ("tz", wish.zone), ("count", wish.count)]
	address += [("start", iso(start, wish.zone)) for start in wish.starts]
	raise redirection(f"{PATH}?{urlencode([*address, *([('link', link)] if link else [])])}#made")


def _made(own: Bookable, wish: Wish) -> OfferedTimes:
	"""Return the words for the times in the address. A booking link of somebody else isn't shown."""
	name = argument("link")
	is_own = bool(name) and bool(frappe.get_list(DOCTYPE, {"name": name, "meeting_type": own.meeting_type.name}))
	return words_for(own, wish.starts[:MOST], wish, name if is_own else None)
