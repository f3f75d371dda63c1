"""Series over a clock change and two holidays, booked as a visitor does: they see which dates aren't free, take another time
for the first one, and leave the second one out."""

from dataclasses import dataclass
from typing import Any

from frappe.model.document import Document

from scheduler_integration.availability.series import plan_dates
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.catalogue.repeats import WantedSeries
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.platform.clock import iso
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, wall
from tests.support.stand_ins import holidays

DAY = 86400


@dataclass(frozen=True)
class Season:
	"""Weekly meetings at ten in `zone` from the date `first` on. `shifts`: by how many hours the clocks change on the way.

	`replaced` and `left_out` are holidays of the host, on which two of the dates fall. With `weeks` the meeting is every so
	many weeks.
	"""

	zone: str
	first: str
	replaced: str
	left_out: str
	shifts: int
	weeks: int = 1
	count: int = 6

	@property
	def start(self) -> int:
		return at(f"{self.first} 10:00", self.zone)

	@property
	def now(self) -> int:
		return self.start - 10 * DAY


# Fridays. The clocks go back on 25 October 2026 in Berlin, and on 4 April 2027 in Sydney; they go forward on 28 March 2027 in
# Berlin, on 14 March 2027 in New York. 26 March 2027 is Good Friday.
SEASONS = (
	Season("Europe/Berlin", "2026-10-16", "2026-10-30", "2026-11-13", -1),
	Season("Europe/Berlin", "2027-03-12", "2027-03-26", "2027-04-09", 1),
	Season("America/New_York", "2027-03-05", "2027-03-19", "2027-03-26", 1),
	Season("Australia/Sydney", "2027-03-12", "2027-03-26", "2027-04-09", -1),
	Season("Europe/Berlin", "2027-02-26", "2027-03-26", "2027-04-09", 1, weeks=2, count=5),
)


def season_name(season: Season) -> str:
	return f"{season.zone.partition('/')[2]} {season.first} every {season.weeks}"


def make_season_page(season: Season, **fields: Any) -> tuple[Document, Document]:
	"""Create a host with these holidays, and return the page and its type that repeats."""
	year = int(season.first[:4])
	days = holidays(season.replaced, season.left_out, since=f"{year}-01-01", until=f"{year + 1}-12-31")
	schedule = {"timezone": season.zone, "holiday_list": days}
	page = make_page(make_user("Jane", time_zone=season.zone), timezone=season.zone, schedule=schedule)
	rule = {"repeats": "Attendee Chooses", "repeat_weeks": season.weeks, "repeat_count": season.count}
	return page, make_meeting_type(page, **rule, **fields)


def book_season(season: Season, page: Document, kind: Document, **fields: Any) -> tuple[AttendeeBooking, list[int]]:
	"""Book the series, and return it and its starts."""
	agreed = agree(season, page, kind)
	dates = [start and iso(start, "UTC") for start in agreed]
	wanted = payload(page, kind, season.start, dates=dates, **fields)
	return door.book(wanted, season.now), [start for start in agreed if start]


def agree(season: Season, page: Document, kind: Document) -> list[int | None]:
	"""Return the dates to which the visitor agrees after the site has said which aren't free."""
	found = find_bookable(page.slug, kind.slug)
	request = SlotRequest(found.meeting_type.duration_minutes)
	plan = plan_dates(found, request, season.start, WantedSeries(season.weeks, season.count), season.now)
	assert {wall(each.wanted, season.zone)[11:] for each in plan.dates} == {"10:00"}
	missing = [wall(each.wanted, season.zone)[:10] for each in plan.dates if not each.is_free]
	assert missing == [season.replaced, season.left_out]
	length = plan.dates[-1].wanted - plan.dates[0].wanted
	assert length == (season.count - 1) * season.weeks * 7 * DAY - season.shifts * 3600
	[nearest, *_further] = next(each.nearest for each in plan.dates if not each.is_free)
	assert wall(nearest, season.zone)[:10] not in missing
	others = {season.replaced: nearest, season.left_out: None}
	return [each.wanted if each.is_free else others[wall(each.wanted, season.zone)[:10]] for each in plan.dates]
