"""The page of a host: the next meetings by day, and the links to share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import urlsplit

from babel import Locale
from frappe import _
from frappe.utils import get_url_to_form

from scheduler_integration.catalogue.public import Listing
from scheduler_integration.engine import local_date
from scheduler_integration.entry.bulk import BULK_ACTIONS
from scheduler_integration.meetings.agenda import AgendaEntry
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.meeting_row import meeting_row
from scheduler_integration.pages.kit import dates
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

	house: House
	zone: str
	entries: Sequence[AgendaEntry]
	listings: Sequence[Listing]
	now: int
	tabs: Tabs = Tabs()
	message: dict | None = None
	filters: dict = field(default_factory=dict)

	@property
	def visitor(self) -> Visitor:
		return self.house.visitor

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
		**shown.house.frame(title, styles=("meetings",)),
		"subtitle": f"{dates.full_date(shown.today, locale)} · {_('times in {0}').format(dates.city(shown.zone, locale))}",
		"views": tabs.views,
		"sees_all": tabs.sees_all,
		"after": tabs.after,
		"first": tabs.first,
		"later": tabs.later,
		"city": dates.city(shown.zone, locale),
		"zone": shown.zone,
		"days": _days(shown),
		"bulk": _bulk(shown.entries),
		"links": [_link(listing) for listing in shown.listings],
		"new_page_url": get_url_to_form("Scheduling Page", "new"),
		"message": shown.message,
		"filters": shown.filters,
		"status": 200,
	}


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
			"meetings": [meeting_row(sharing, day, shown.style) for sharing in group],
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
