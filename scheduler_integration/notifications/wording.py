"""Writes dates and times in a reader's language and time zone, by the clock of the reader's region."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.lists import format_list

from scheduler_integration import engine
from scheduler_integration.platform.clock_words import TimeStyle, clock_time, uses_twelve_hours, zone_text
from scheduler_integration.platform.language import locale_in, locale_of, spoken
from scheduler_integration.platform.zone_words import city


@dataclass(frozen=True, slots=True)
class Reader:
	"""A person who gets a message. `language` is a Frappe code such as `pt-BR`, `zone` an IANA time zone.

	`writing` is the language tag with the clock of the page on which they booked, such as `en-US-u-hc-h12`, or empty.

	`role` is `attendee`, `guest` (an additional guest), `host`, `removed` (a host from whom the booking was reassigned) or
	`removed_guest`. `user` is the User name of a host, and empty for others.
	"""

	email: str
	name: str
	language: str
	zone: str
	role: str = "host"
	user: str = ""
	writing: str = ""

	@property
	def is_attendee(self) -> bool:
		"""Whether this reader booked the meeting, and so may cancel it."""
		return self.role == "attendee"

	@property
	def is_removed(self) -> bool:
		"""Whether the reader took part and doesn't any more: as a host who was replaced, or as an additional guest."""
		return self.role in ("removed", "removed_guest")

	@property
	def is_hosting(self) -> bool:
		"""Whether the reader hosts the meeting, or hosted it until it was reassigned."""
		return self.role in ("host", "removed")

	@property
	def sees_answers(self) -> bool:
		"""Whether the reader may see the attendee's notes and answers. Additional guests may not."""
		return self.role in ("attendee", "host")

	@property
	def locale(self) -> Locale:
		"""Return the locale of dates: as on the page, or else as the language is written in the region of the reader's zone."""
		tag = self.writing.partition("-u-")[0]
		known = locale_of(tag) if tag else None
		return known if known and known.language == locale_of(self.words).language else locale_in(self.words, self.zone)

	@property
	def style(self) -> TimeStyle:
		"""Return how times of day are written."""
		clock = self.writing.partition("-u-hc-")[2]
		return TimeStyle(self.zone, clock == "h12" if clock else uses_twelve_hours(self.locale), self.locale)

	@property
	def words(self) -> str:
		"""Return the language of messages to this reader: English if the app isn't translated into the reader's own."""
		return spoken(self.language, to_hosts=self.role not in ("attendee", "guest", "removed_guest"))

	def date(self, instant: int) -> str:
		"""Return the date, such as "Thursday, 26 November 2026"."""
		return format_date(self._moment(instant), "full", locale=self.locale)

	def short_date(self, instant: int) -> str:
		"""Return the date for subjects, such as "Thu, 26 Nov"."""
		return format_skeleton("MMMEd", self._moment(instant), locale=self.locale)

	def time(self, instant: int) -> str:
		"""Return the time as the page or the region writes it, such as "14:30" or "2:30 PM"."""
		return clock_time(instant, self.style)

	def listed(self, names: Sequence[str]) -> str:
		"""Return the names as a list, such as "Ann, Ben and Cem"."""
		return format_list(list(names), locale=self.locale)

	def stretches(self, parts: Sequence[engine.Interval]) -> list[dict[str, str]]:
		"""Return date, time and end_time of each day of a meeting. Several days have short dates."""
		date = self.date if len(parts) == 1 else self.short_date
		return [{"date": date(start), "time": self.time(start), "end_time": self.time(end)} for start, end in parts]

	def in_short(self, parts: Sequence[engine.Interval]) -> str:
		"""Return the time for subjects: "Thu, 26 Nov 14:30", "Mon 23 – Wed 25 Nov" or "Mon 23 Nov and Thu 26 Nov"."""
		first, last = parts[0][0], parts[-1][0]
		if len(parts) == 1:
			return f"{self.short_date(first)} {self.time(first)}"
		days = [engine.local_date(start, self.zone) for start, _end in parts]
		if days[-1] - days[0] == timedelta(days=len(days) - 1):
			return format_interval(self._moment(first), self._moment(last), "MMMEd", locale=self.locale)
		return format_list([self.short_date(start) for start, _end in parts], locale=self.locale)

	def elsewhere(self, instant: int, zone: str) -> str:
		"""Return the instant by a clock in another zone: "Thu, 26 Nov 08:30 (New York)"."""
		there = replace(self.style, zone=zone)
		date = format_skeleton("MMMEd", engine.wall_clock(instant, zone), locale=self.locale)
		return f"{date} {clock_time(instant, there)} ({city(zone, self.locale)})"

	def zone_name(self, instant: int) -> str:
		"""Return the zone's name at that instant, such as "Berlin, Central European Standard Time"."""
		return zone_text(instant, self.zone, self.locale)

	def _moment(self, instant: int) -> datetime:
		return engine.wall_clock(instant, self.zone)
