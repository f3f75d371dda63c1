"""The booking page's links to the waitlist: under the times of a day, under a month without times, and on a taken time."""

from __future__ import annotations

from typing import Any

from frappe import _

from scheduler_integration.engine import local_date, wall_clock
from scheduler_integration.pages.booking.page import BookingPage
from scheduler_integration.pages.kit.assets import script_address


def waits(page: BookingPage) -> bool:
	"""Whether the page leads to a waitlist: not if a meeting is moved, nor by a booking link, which has its own times."""
	return page.meeting.has_waitlist and not page.moving and not page.link


def waiting_view(page: BookingPage) -> dict[str, str] | None:
	"""Return the addresses of both links. None if nobody can wait."""
	if not waits(page):
		return None
	return {
		"day_url": _url(page, first_date=page.day, last_date=page.day),
		"month_url": _month_url(page),
	}


def with_taken_links(times: dict[str, Any], page: BookingPage) -> dict[str, Any]:
	"""Return the view of the times, with a link on each taken one if people can wait for it."""
	if not waits(page):
		return times
	for group in times["groups"]:
		for time in group["times"]:
			if time["is_taken"]:
				time["wait_url"] = _time_url(page, time["start"])
	return times


def waiting_data(page: BookingPage) -> dict[str, Any]:
	"""Return what the script reads that keeps the links up to date; empty if nobody can wait."""
	if not waits(page):
		return {}
	words = {
		"day": _("Tell me when a time becomes free on {0}"),
		"taken": _("{0}, taken. Tell me when it becomes free."),
	}
	return {"waitlist": {"script": script_address("wait_links"), "url": page.query.waitlist_url(), **words}}


def _month_url(page: BookingPage) -> str:
	first, last = page.slots.sheet
	if not page.slots.in_month and not page.slots.later:
		# Nothing at all is free: any day will do.
		return _url(page)
	return _url(page, first_date=max(first, page.today), last_date=last)


def _time_url(page: BookingPage, start: int) -> str:
	day, clock = local_date(start, page.zone), f"{wall_clock(start, page.zone):%H:%M}"
	return _url(page, first_date=day, last_date=day, from_time=clock, to_time=clock)


def _url(page: BookingPage, **bounds: object) -> str:
	return page.query.waitlist_url(tz=page.zone, **bounds)
