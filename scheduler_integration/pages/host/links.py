"""The page `/scheduling/links`: a host's booking links, who used them, and the form for a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _

from scheduler_integration.catalogue.booking_links import DEFAULT_DAYS, link_url, starts_of
from scheduler_integration.catalogue.hosts import TypeHost
from scheduler_integration.catalogue.readable_meeting_types import ReadableType
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.link_uses import state_of
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.meeting_row import meeting_url
from scheduler_integration.pages.host.types import types_by_page
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso

PATH = "/scheduling/links"
TIMES_PATH = "/scheduling/times"
# As many own times have a field without a script.
STARTS = 6


@dataclass(frozen=True)
class Chosen:
	"""The meeting type that a new link is for, with the hosts who may take it or own the link, as the form lists them.

	`takers` is empty unless it is a round robin; `owners` unless the signed-in user may choose whose link it is.
	"""

	name: str
	takers: Sequence[TypeHost] = ()
	owners: Sequence[TypeHost] = ()


@dataclass(frozen=True)
class LinksPage:
	"""The data of the page. `zone` is the host's. `uses` are bookings by link. `typed` and `error` are of a refused form.

	`made` is the name of the link that was just made.
	"""

	house: House
	types: Sequence[ReadableType]
	chosen: Chosen | None
	links: Sequence[frappe._dict]
	uses: Mapping[str, Sequence[frappe._dict]]
	zone: str
	now: int
	shows_all: bool | None = None
	typed: Mapping[str, Any] = field(default_factory=dict)
	error: SchedulingError | None = None
	made: str = ""

	@property
	def style(self) -> dates.TimeStyle:
		return self.house.visitor.style(self.zone)

	@property
	def today(self) -> date:
		return local_date(self.now, self.zone)


def links_view(page: LinksPage) -> dict[str, Any]:
	"""Return the view of `/scheduling/links`."""
	error = page.error
	return {
		**page.house.frame(_("Booking links"), style="types", said=error.message if error else ""),
		"subtitle": _("Links for one booking, until a day, or for times that you choose."),
		"path": PATH,
		"times_path": TIMES_PATH,
		"pages": types_by_page(page.types),
		"chosen": page.chosen,
		"city": dates.city(page.zone, page.house.visitor.locale),
		"form": _form(page),
		"made": next((link_url(link.name, link.meeting_type) for link in page.links if link.name == page.made), None),
		"problem": " ".join(dict.fromkeys([error.message, *error.details.values()])) if error else None,
		"links": [_link(link, page) for link in page.links],
		"shows_all": page.shows_all,
	}


def _form(page: LinksPage) -> dict[str, Any]:
	typed = page.typed
	return {
		"single_use": "single_use" in typed if typed else True,
		"expires_on": typed.get("expires_on") or (page.today + timedelta(days=DEFAULT_DAYS)).isoformat(),
		"earliest": page.today.isoformat(),
		"starts": [*typed.get("starts", ()), *[""] * STARTS][:STARTS],
		**{
			name: typed.get(name) or ""
			for name in ("title", "duration", "host", "user", "attendee_name", "attendee_email")
		},
		"is_open": any(typed.get(name) for name in ("title", "duration", "starts", "attendee_name", "attendee_email")),
	}


def _link(link: frappe._dict, page: LinksPage) -> dict[str, Any]:
	uses = page.uses.get(link.name, ())
	state = state_of(link, len(uses), page.now)
	return {
		"name": link.name,
		"title": link.title or link.type_title,
		"type": link.type_title if link.title else None,
		"url": link_url(link.name, link.meeting_type),
		"state": _words_of(state),
		"is_open": state == "open",
		"is_revoked": state == "revoked",
		"facts": " · ".join(filter(None, _facts(link, page))),
		"uses": [
			{
				"url": meeting_url(use.name),
				"name": use.attendee_name,
				"when": moment_in_short(use.starts_at, page.style),
			}
			for use in uses[:5]
		],
		"more": max(0, len(uses) - 5),
	}


def _facts(link: frappe._dict, page: LinksPage) -> list[str | None]:
	starts = starts_of(link.own_times)
	locale = page.style.locale
	return [
		_("For {0}").format(link.attendee_name or link.attendee_email)
		if link.attendee_name or link.attendee_email
		else None,
		_("For one booking") if link.single_use else None,
		_("until {0}").format(dates.long_day(link.expires_on, locale)),
		lengths.duration(link.duration_minutes, locale) if link.duration_minutes else None,
		", ".join(moment_in_short(start, page.style) for start in starts[:3]) + (" …" if starts[3:] else "")
		if starts
		else None,
		link.host_name,
		link.user_name if link.user != frappe.session.user else None,
	]


def _words_of(state: str) -> str:
	words = {"open": _("Open"), "used": _("Used"), "expired": _("Expired"), "revoked": _("Revoked")}
	return words[state]


def typed_starts(texts: Sequence[str], zone: str, read: Any) -> list[str]:
	"""Return the instants of the wall times that were typed, in ISO 8601. A text that can't be read stays as it is."""
	instants = [(text, read(text, zone)) for text in texts if text]
	return [iso(instant, zone) if instant is not None else text for text, instant in instants]
