"""`/scheduling`: requests first, then the meetings to come by day, or those of the past, and the links to share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlsplit

from babel import Locale, numbers
from frappe import _

from scheduler_integration.catalogue.public import Listing
from scheduler_integration.domains.links import page_url
from scheduler_integration.engagement.analytics import Counts
from scheduler_integration.engine import local_date
from scheduler_integration.entry.bulk import BULK_ACTIONS
from scheduler_integration.meetings.agenda import Agenda
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.host import words
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.meeting_row import meeting_row, time_left
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.months import week_begins
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.platform.clock import site_zone_name


@dataclass(frozen=True)
class Tabs:
	"""The links around a list of meetings.

	`views` are the links to other lists. `sees_all` says whether everybody's meetings are shown, `is_past` whether the list
	is of the past. If the list continues after a meeting, `after` is that meeting's name and `first` the address of the first
	meetings. `later` is the address of the meetings that follow, or None, and `requests` that of all requests if more wait than
	the list shows.
	"""

	views: Sequence[dict] = ()
	sees_all: bool = False
	is_past: bool = False
	after: str = ""
	first: str | None = None
	later: str | None = None
	requests: str | None = None


@dataclass(frozen=True)
class HostPage:
	"""The data of `/scheduling`: a host's meetings and pages. `zone` is that of the reader `user`, `now` is in epoch seconds.

	`results` are the clicks of the last DAYS on the links of a consultant's reports, and what came of them.
	"""

	house: House
	user: str
	zone: str
	agenda: Agenda
	listings: Sequence[Listing]
	now: int
	tabs: Tabs = Tabs()
	message: dict | None = None
	toast: dict | None = None
	filters: dict = field(default_factory=dict)
	results: Counts | None = None

	@property
	def visitor(self) -> Visitor:
		return self.house.visitor

	@property
	def style(self) -> dates.TimeStyle:
		return self.visitor.style(self.zone)

	@property
	def today(self) -> date:
		return local_date(self.now, self.zone)

	@property
	def is_plain(self) -> bool:
		"""Whether these are the meetings to come from the first one on, without a filter."""
		return not (self.tabs.is_past or self.tabs.after or self.filters.get("is_set"))


def hosting_view(page: HostPage) -> dict:
	"""Return the view of `/scheduling`."""
	tabs, locale = page.tabs, page.visitor.locale
	sessions = _sessions(page.agenda.bookings)
	coming = _coming(sessions, page)
	return {
		**page.house.frame(_("Meetings")),
		"subtitle": f"{dates.full_date(page.today, locale)} · {_whose_times(page)}",
		"views": tabs.views,
		"sees_all": tabs.sees_all,
		"is_past": tabs.is_past,
		"is_plain": page.is_plain,
		"after": tabs.after,
		"first": tabs.first,
		"later": tabs.later,
		"requests": _requests(page),
		"all_requests": tabs.requests,
		"next": coming and _next(coming, page),
		"days": _days(sessions[1:] if coming else sessions, page),
		"has_today": any(local_date(each.start, page.zone) <= page.today for each in page.agenda.bookings),
		"bulk": _bulk([*page.agenda.requests, *page.agenda.bookings]),
		"links": [_link(listing) for listing in page.listings],
		"message": page.message,
		"toast": page.toast,
		"filters": page.filters,
		"results": _results(page.results, locale) if page.results and page.results.clicks else None,
		"is_twelve_hours": page.style.twelve_hours,
		"status": 200,
	}


def _whose_times(page: HostPage) -> str:
	"""Return whose clock the times are by. The insights of all hosts count by the site's clock, which may be another one."""
	city = dates.city(page.zone, page.visitor.locale)
	if page.tabs.sees_all and page.zone != site_zone_name():
		return _("times in {0}, your own time zone").format(city)
	return _("times in {0}").format(city)


def _requests(page: HostPage) -> list[dict]:
	"""Return the requests that need the reader's answer, and for a manager those of others, each with a heading."""
	sessions = _sessions(page.agenda.requests)
	own = [sharing for sharing in sessions if _is_mine(sharing[0], page)]
	others = [sharing for sharing in sessions if not _is_mine(sharing[0], page)]
	# If more wait than are shown, their number isn't known.
	counts = {
		"mine": _("1 request needs your answer") if len(own) == 1 else _("{0} requests need your answer"),
		"others": _("1 request of others") if len(others) == 1 else _("{0} requests of others"),
	}
	if page.tabs.requests:
		counts = {"mine": _("More than {0} requests need your answer"), "others": _("More than {0} requests of others")}
		if own and others:
			counts = {"mine": _("Requests that need your answer"), "others": _("Requests of others")}
	return [
		{
			"id": of_whom,
			"title": counts[of_whom].format(len(found)),
			"meetings": [_row(sharing, page) for sharing in found],
		}
		for of_whom, found in (("mine", own), ("others", others))
		if found
	]


def _is_mine(booking: HostBooking, page: HostPage) -> bool:
	return not page.tabs.sees_all or any(host.user == page.user for host in booking.hosts)


def _coming(sessions: Sequence[Sequence[HostBooking]], page: HostPage) -> Sequence[HostBooking] | None:
	"""Return the meeting that takes place now or is the next one of today or of the next hours, for a card of its own."""
	first = next(iter(sessions), None) if page.is_plain and not page.tabs.sees_all else None
	if not first:
		return None
	is_near = local_date(first[0].start, page.zone) <= page.today or time_left(first[0], page.now, page.style)
	return first if is_near else None


def _next(sharing: Sequence[HostBooking], page: HostPage) -> dict:
	"""Return the view of the card: the meeting's row, a title, and the address that writes to its attendees."""
	day = max(local_date(sharing[0].start, page.zone), page.today)
	return {
		**_row(sharing, page),
		"title": _("Now") if sharing[0].start <= page.now else _("Next"),
		"is_today": day == page.today,
		"day": _day_title(day, page.today, page.visitor.locale),
		"write_url": words.write_to(sharing),
	}


def _days(sessions: Sequence[Sequence[HostBooking]], page: HostPage) -> list[dict]:
	"""Return the meetings by day. Today comes first in the plain list, even without meetings.

	The first day of another week names that week.
	"""
	today, locale = page.today, page.visitor.locale
	groups: dict[date, list[Sequence[HostBooking]]] = {today: []} if page.is_plain else {}
	for sharing in sessions:
		day = local_date(sharing[0].start, page.zone)
		# A multi-day meeting that has begun is one of today's.
		groups.setdefault(max(day, today) if page.is_plain else day, []).append(sharing)
	weeks = [week_begins(day, locale.first_week_day) for day in groups]
	return [
		{
			"week": _week(begins, today, locale) if index and begins != weeks[index - 1] else None,
			"title": _day_title(day, today, locale),
			"subtitle": _subtitle(day, today, locale),
			"is_today": day == today,
			"meetings": [_row(sharing, page) for sharing in group],
		}
		for index, ((day, group), begins) in enumerate(zip(groups.items(), weeks, strict=True))
	]


def _week(begins: date, today: date, locale: Locale) -> str:
	"""Return "Next week", or the first and last date of the week."""
	if begins == week_begins(today, locale.first_week_day) + timedelta(days=7):
		return _("Next week")
	return dates.date_range(begins, begins + timedelta(days=6), locale)


def _results(results: Counts, locale: Locale) -> list[dict]:
	figures = ((_("Clicks"), results.clicks), (_("Bookings"), results.bookings), (_("Took place"), results.completed))
	return [{"label": label, "number": numbers.format_decimal(number, locale=locale)} for label, number in figures]


def _row(sharing: Sequence[HostBooking], page: HostPage) -> dict:
	"""Return the row of a meeting. The next one says how much time is left."""
	row = meeting_row(sharing, page.style)
	day = local_date(sharing[0].start, page.zone)
	is_next = page.is_plain and sharing[0] is next(iter(page.agenda.bookings), None)
	left = time_left(sharing[0], page.now, page.style) if is_next else None
	return {**row, "date": dates.short_day(day, page.visitor.locale), "left": left}


def _bulk(bookings: Sequence[HostBooking]) -> list[str]:
	"""Return the commands that can be sent for several of the meetings; none if there is only one meeting."""
	possible = {action for booking in bookings for action in booking.actions} if len(bookings) > 1 else set()
	return [action for action in BULK_ACTIONS if action in possible]


def _sessions(bookings: Sequence[HostBooking]) -> list[list[HostBooking]]:
	"""Group the bookings by session. A booking without a session is a group of its own."""
	groups: dict[str, list[HostBooking]] = {}
	for booking in bookings:
		groups.setdefault(booking.session or booking.id, []).append(booking)
	return list(groups.values())


def _subtitle(day: date, today: date, locale: Locale) -> str:
	"""Return day and month, with the year if it isn't this one."""
	return dates.day_and_month(day, locale) if day.year == today.year else dates.full_date(day, locale)


def _day_title(day: date, today: date, locale: Locale) -> str:
	titles = {today: _("Today"), today + timedelta(days=1): _("Tomorrow"), today - timedelta(days=1): _("Yesterday")}
	return titles.get(day) or dates.weekday(day, locale)


def _link(listing: Listing) -> dict:
	page = listing.page
	return {
		"title": page.title,
		"is_team": page.page_type == "Team",
		"url": page.url,
		"shown": _shown(page.url),
		"types": [{"title": each.title, "url": page_url(page.slug, each.slug)} for each in listing.meeting_types],
	}


def _shown(url: str) -> str:
	"""Return the address without its scheme."""
	parts = urlsplit(url)
	return parts.netloc + parts.path
