"""The times to which a host can move a meeting: the days of two weeks that have free ones, and those of one day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from frappe import _

from scheduler_integration.availability.slots import OfferedSlots
from scheduler_integration.engine import local_date, wall_clock
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.spans import by_part_of_day, days_in_short, moment_in_short
from scheduler_integration.platform.clock import iso
from scheduler_integration.times import Slot

# This many days are shown together. One statement finds the times of all of them.
DAYS = 14


@dataclass(frozen=True)
class RescheduleWish:
	"""The day that was chosen, None at first; the days shown are the DAYS from `first` on, in the host's zone."""

	first: date
	day: date | None = None

	@property
	def last(self) -> date:
		return self.first + timedelta(days=DAYS - 1)


def reschedule_wish(booking: HostBooking, day: date | None, since: date | None, now: int, zone: str) -> RescheduleWish:
	"""Return the days to show: from `since` on, or else from the week of the chosen day or the meeting on."""
	today = local_date(now, zone)
	first = since or day or local_date(booking.start, zone)
	return RescheduleWish(max(first, today), day)


def reschedule_view(
	booking: HostBooking,
	offered: OfferedSlots,
	wish: RescheduleWish,
	style: dates.TimeStyle,
	now: int,
	address: Callable[..., str],
) -> dict:
	"""Return the view of the times. `address` makes a link to this page with arguments."""
	day = wish.day if wish.day and wish.day in offered.days else next(iter(sorted(offered.days)), None)
	today = local_date(now, style.zone)
	earlier = max(wish.first - timedelta(days=DAYS), today) if wish.first > today else None
	return {
		"days": [
			{
				"label": dates.short_day(each, style.locale),
				"count": len(slots),
				"url": address(date=each.isoformat(), since=wish.first.isoformat()),
				"is_chosen": each == day,
			}
			for each, slots in sorted(offered.days.items())
		],
		"none": None
		if offered.days
		else _("No free times on these days: {0}.").format(dates.short_range(wish.first, wish.last, style.locale)),
		"day": day.isoformat() if day else wish.first.isoformat(),
		"title": dates.full_date(day, style.locale) if day else None,
		"groups": by_part_of_day([_time(slot, booking, style) for slot in offered.days[day]], style) if day else [],
		"later": address(since=(wish.last + timedelta(days=1)).isoformat()),
		"earlier": address(since=earlier.isoformat()) if earlier else None,
		"city": dates.city(style.zone, style.locale),
		"their_city": _their_city(offered.days.get(day, ()) if day else (), booking, style),
	}


def _their_city(slots: Sequence[Slot], booking: HostBooking, style: dates.TimeStyle) -> str | None:
	"""Return the attendee's city if the times have the attendee's clock below them."""
	is_shown = any(not slot.parts and _differs(slot, booking, style) for slot in slots)
	return dates.city(booking.timezone, style.locale) if is_shown else None


def _time(slot: Slot, booking: HostBooking, style: dates.TimeStyle) -> dict:
	"""Return a time with the days of a multi-day meeting, or the attendee's clock below it, if that shows another time.

	`note_in_full` names the attendee's city, for who hears the times one by one.
	"""
	view = {"start": slot.start, "value": iso(slot.start, style.zone), "label": dates.clock_time(slot.start, style)}
	if slot.parts:
		return {**view, "note": days_in_short(slot.parts, style.zone, style.locale)}
	if not _differs(slot, booking, style):
		return view
	their_style = replace(style, zone=booking.timezone)
	is_same_day = local_date(slot.start, style.zone) == local_date(slot.start, booking.timezone)
	theirs = dates.clock_time(slot.start, their_style) if is_same_day else moment_in_short(slot.start, their_style)
	city = dates.city(booking.timezone, style.locale)
	return {**view, "note": theirs, "note_in_full": _("{0} in {1}").format(theirs, city)}


def _differs(slot: Slot, booking: HostBooking, style: dates.TimeStyle) -> bool:
	own, theirs = (wall_clock(slot.start, zone).replace(tzinfo=None) for zone in (style.zone, booking.timezone))
	return own != theirs
