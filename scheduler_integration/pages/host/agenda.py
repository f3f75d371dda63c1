"""The page of a host: the next meetings by day, and the links to share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from urllib.parse import urlsplit

from babel import Locale
from frappe import _
from frappe.utils import get_url_to_form

from scheduler_integration.catalogue.places import location_label
from scheduler_integration.catalogue.public import Brand, Listing
from scheduler_integration.clock import iso
from scheduler_integration.doors.bulk import BULK_ACTIONS
from scheduler_integration.engine import local_date, wall_clock
from scheduler_integration.exceptions import HostNotFree, SomeRefused, TimeNotFree
from scheduler_integration.meetings.agenda import AgendaEntry
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.notifications.preferences import Preferences
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.facts import place_icon
from scheduler_integration.pages.kit.people import names, web_address
from scheduler_integration.pages.kit.reasons import conflict_view, reason_view
from scheduler_integration.pages.kit.script_json import script_json
from scheduler_integration.pages.kit.spans import moment_in_short, when_view
from scheduler_integration.pages.kit.strings import host_strings
from scheduler_integration.pages.kit.visitor import Visitor

# This many days are shown one by one. Later ones are in one group.
_DAYS = 7


@dataclass(frozen=True)
class Tabs:
	"""The links around a list of meetings.

	`views` are a manager's links to their own meetings and to everybody's. `sees_all` says whether everybody's are
	shown. If the list continues after a meeting, `after` is that meeting's name and `first` the address of the first
	meetings. `later` is the address of the meetings that follow, or None.
	"""

	views: Sequence[dict] = ()
	sees_all: bool = False
	after: str = ""
	first: str | None = None
	later: str | None = None


@dataclass(frozen=True)
class HostPage:
	"""The data of `/scheduling`: a host's meetings and pages. `zone` is the host's, `now` is in epoch seconds."""

	host: str
	zone: str
	entries: Sequence[AgendaEntry]
	listings: Sequence[Listing]
	visitor: Visitor
	now: int
	tabs: Tabs = Tabs()
	message: dict | None = None
	filters: dict = field(default_factory=dict)
	preferences: Preferences = field(default_factory=Preferences)

	@property
	def style(self) -> dates.TimeStyle:
		return self.visitor.style(self.zone)

	@property
	def today(self) -> date:
		return local_date(self.now, self.zone)


def hosting_view(shown: HostPage) -> dict:
	"""Return the view of `/scheduling`."""
	tabs, locale = shown.tabs, shown.visitor.locale
	title = _("Everybody's meetings") if tabs.sees_all else _("Your meetings")
	return {
		"document": document(
			shown.visitor,
			title=title,
			brand=_brand(shown.listings),
			styles=("host",),
			script="host",
			secret_address=True,
		),
		"title": title,
		"views": tabs.views,
		"sees_all": tabs.sees_all,
		"after": tabs.after,
		"first": tabs.first,
		"later": tabs.later,
		"host": shown.host,
		"today": dates.full_date(shown.today, locale),
		"city": dates.city(shown.zone, locale),
		"zone": shown.zone,
		"days": _days(shown),
		"bulk": _bulk(shown.entries),
		"links": [_link(listing) for listing in shown.listings],
		"new_page_url": get_url_to_form("Scheduling Page", "new"),
		"message": shown.message,
		"filters": shown.filters,
		"feed_url": shown.preferences.feed_url,
		"morning_digest": shown.preferences.morning_digest,
		"csrf_token": csrf_token(),
		"data": script_json({"strings": host_strings()}),
		"status": 200,
	}


def not_free_message(error: HostNotFree, asked: dict[str, str], style: dates.TimeStyle) -> dict:
	"""Return a message that says why the host can't take the meeting.

	`asked` has the form's `name`, `host` and `replaces`. If only rules are in the way, `anyway` repeats them, and the
	page offers to reassign the meeting despite the rules.
	"""
	sentences = {each.message: reason_view(each, style) for each in error.objections}
	return {
		"text": error.message,
		"is_error": True,
		"reasons": list(sentences.values()),
		"conflicts": [conflict_view(each, style) for each in error.conflicts],
		"anyway": {"fields": {**asked, "action": "reassign"}, "label": _("Reassign anyway")}
		if error.can_force
		else None,
	}


def no_time_message(error: TimeNotFree, asked: dict[str, str], style: dates.TimeStyle) -> dict:
	"""Return a message that says why a meeting can't be moved to a time, with the nearest times that are free.

	`asked` has the form's `action`, `name`, `reason` and `start`. `anyway` is as for `not_free_message`.
	"""
	sentences = {each.message: reason_view(each, style) for each in error.objections}
	offered = sorted(error.suggestions, key=lambda slot: slot.start)
	return {
		"text": error.message,
		"is_error": True,
		"reasons": list(sentences.values()),
		"anyway": {"fields": asked, "label": _("Move it anyway")} if error.can_force else None,
		"others": [
			{"fields": {**asked, "start": iso(slot.start, style.zone)}, "label": moment_in_short(slot.start, style)}
			for slot in offered
		],
	}


def some_refused_message(error: SomeRefused, entries: Sequence[AgendaEntry], style: dates.TimeStyle) -> dict:
	"""Return a message that names each of the `entries` that was refused, with the reason."""
	names = {entry.booking.id: _who_and_when(entry.booking, style) for entry in entries}
	return {
		"text": error.message,
		"is_error": True,
		"reasons": [
			{"text": f"{names.get(name, name)}: {refused.message}", "conflicts": []}
			for name, refused in error.refused.items()
		],
	}


def _who_and_when(booking: HostBooking, style: dates.TimeStyle) -> str:
	return f"{booking.attendee.name}, {moment_in_short(booking.start, style)}"


def _brand(listings: Sequence[Listing]) -> Brand | None:
	"""Return the brand of the host's personal page, or else of the first page."""
	pages = [listing.page for listing in listings]
	own = next((page for page in pages if page.page_type == "Personal"), pages[0] if pages else None)
	return own.brand if own else None


def _days(shown: HostPage) -> list[dict]:
	"""Return the meetings by day.

	Today comes first, even without meetings, unless the list is filtered or continues after a meeting. Meetings a week
	ahead or later share a group.
	"""
	today, locale = shown.today, shown.visitor.locale
	is_filtered = bool(shown.filters.get("is_set"))
	groups: dict[date | None, list[list[AgendaEntry]]] = {} if shown.tabs.after or is_filtered else {today: []}
	for sharing in _sessions(shown.entries):
		day = local_date(sharing[0].booking.start, shown.zone)
		# A multi-day meeting that has begun is one of today's.
		day = day if is_filtered else max(day, today)
		groups.setdefault(day if day < today + timedelta(days=_DAYS) else None, []).append(sharing)
	return [
		{
			"title": _day_title(day, today, locale),
			"subtitle": day and _subtitle(day, today, locale),
			"is_today": day == today,
			"meetings": [_meeting(sharing, day, shown.style) for sharing in group],
		}
		for day, group in groups.items()
	]


def _bulk(entries: Sequence[AgendaEntry]) -> list[str]:
	"""Return the commands that can be sent for several of the meetings; none if there is only one meeting."""
	possible = {action for entry in entries for action in entry.booking.actions} if len(entries) > 1 else set()
	return [action for action in BULK_ACTIONS if action in possible]


def _sessions(entries: Sequence[AgendaEntry]) -> list[list[AgendaEntry]]:
	"""Group the bookings by session. A booking without a session is a group of its own."""
	groups: dict[str, list[AgendaEntry]] = {}
	for entry in entries:
		groups.setdefault(entry.booking.session or entry.booking.id, []).append(entry)
	return list(groups.values())


def _subtitle(day: date, today: date, locale: Locale) -> str:
	"""Return day and month, with the year if it isn't this one."""
	return dates.day_and_month(day, locale) if day.year == today.year else dates.full_date(day, locale)


def _day_title(day: date | None, today: date, locale: Locale) -> str:
	if day is None:
		return _("Later")
	if day == today:
		return _("Today")
	return _("Tomorrow") if day == today + timedelta(days=1) else dates.weekday(day, locale)


def _meeting(sharing: list[AgendaEntry], day: date | None, style: dates.TimeStyle) -> dict:
	"""Return the view of one meeting: a booking, or all bookings of a session."""
	bookings = [entry.booking for entry in sharing]
	attendees = [_attendee(booking, style) for booking in bookings]
	first = bookings[0]
	when = when_view(first.stretches, style)
	return {
		"name": first.id,
		"names": ",".join(booking.id for booking in bookings),
		"select_label": _("Select {0}").format(_who_and_when(first, style)),
		"date": None if day else dates.short_day(local_date(first.start, style.zone), style.locale),
		"time": dates.clock_time(first.start, style),
		"until": when["time"] if when["days"] else dates.clock_time(first.end, style),
		"days": when["days"],
		"machine": iso(first.start, style.zone),
		"title": first.meeting_type.title,
		"hosts": names(first.hosts),
		"place": first.location_label,
		"place_icon": place_icon(first.location_type),
		"link": None if first.is_over else _link_of_all(bookings),
		"came": _who_came(first, style),
		"is_session": len(bookings) > 1,
		"seats": sum(booking.seats for booking in bookings),
		"waiting": sum(booking.status == "Pending" for booking in bookings),
		"state": _state(first.status) if len(bookings) == 1 else None,
		"actions": {action for booking in bookings for action in booking.actions},
		"to_date": local_date(first.start, style.zone).isoformat(),
		"to_time": f"{wall_clock(first.start, style.zone):%H:%M}",
		"attendees": attendees,
		"has_problem": any(each["problem"] for each in attendees),
		"possible_hosts": sharing[0].possible_hosts,
		"replaceable": first.hosts if len(first.hosts) > 1 else (),
	}


def _state(status: str) -> str | None:
	"""Return how the meeting ended, in words, or None for one that is to take place."""
	return {
		"Completed": _("Took place"),
		"No Show": _("Attendee didn't come"),
		"Cancelled": _("Was cancelled"),
		"Declined": _("Was declined"),
		"Rescheduled": _("Was moved"),
	}.get(status)


def _attendee(booking: HostBooking, style: dates.TimeStyle) -> dict:
	"""Return the view of the attendee of one booking, with notes and answers."""
	attendee = booking.attendee
	return {
		"name": attendee.name,
		"email": attendee.email,
		"phone": attendee.phone,
		"company": attendee.company,
		"booking": booking.id,
		"guests": booking.guests,
		"is_pending": booking.status == "Pending",
		"state": _state(booking.status),
		"reason": booking.cancel_reason,
		"their_time": booking.timezone != style.zone and _their_time(booking, style),
		"place_text": booking.location if booking.location != _own_link(booking) else None,
		"notes": booking.notes,
		"answers": booking.answers,
		"problem": booking.delivery_error or _call_trouble(booking),
		"problem_title": _("Not delivered") if booking.delivery_error else _("Video call"),
		"actions": booking.actions,
	}


def _their_time(booking: HostBooking, style: dates.TimeStyle) -> str:
	theirs = replace(style, zone=booking.timezone)
	return _("{0} in {1}").format(dates.clock_time(booking.start, theirs), dates.city(theirs.zone, theirs.locale))


def _call_trouble(booking: HostBooking) -> str | None:
	troubles = {
		"failed": _("The video call could not be made. Please send {0} a link."),
		"deleted_outside": _(
			"The video call was deleted at its provider. Please send {0} a link, or cancel the meeting."
		),
		"moved_outside": _("The video call was moved at its provider. The time here is the one that {0} knows."),
	}
	text = troubles.get(booking.video_status or "")
	return text.format(booking.attendee.name) if text else None


def _who_came(booking: HostBooking, style: dates.TimeStyle) -> str | None:
	"""Return what the provider told of the call: a hint whether the attendee came. While it lasts, people may still come."""
	told = booking.attendance
	if not told or (told.others == 0 and not booking.is_over):
		return None
	provider = location_label(told.provider) or told.provider
	if told.others == 0:
		nobody = (
			_("Only the host joined, as far as {0} tells.")
			if told.host_came
			else _("Nobody joined, as far as {0} tells.")
		)
		return nobody.format(provider)
	first = dates.clock_time(told.first_at or booking.start, style)
	if told.others == 1:
		return _("One person joined besides the host, at {0}.").format(first)
	return _("{0} people joined besides the host, the first at {1}.").format(told.others, first)


def _own_link(booking: HostBooking) -> str | None:
	return booking.host_link or web_address(booking.meeting_link) or web_address(booking.location)


def _link_of_all(sharing: list[HostBooking]) -> str | None:
	"""Return the link of the meeting: the first one that a booking of the session has."""
	return next(filter(None, map(_own_link, sharing)), None)


def _link(listing: Listing) -> dict:
	page = listing.page
	return {
		"title": page.title,
		"is_team": page.page_type == "Team",
		"url": page.url,
		"shown": _shown(page.url),
		"types": [{"title": each.title, "url": f"{page.url}/{each.slug}"} for each in listing.meeting_types],
	}


def _shown(url: str) -> str:
	"""Return the address without its scheme."""
	parts = urlsplit(url)
	return parts.netloc + parts.path
