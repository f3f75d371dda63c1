"""Writes dates and times in a reader's language and time zone, by the clock of the reader's region."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton, format_time, get_timezone_name
from babel.lists import format_list

from scheduler_integration import engine
from scheduler_integration.platform.language import locale_in, spoken


@dataclass(frozen=True, slots=True)
class Reader:
	"""A person who gets a message. `language` is a Frappe code such as `pt-BR`, `zone` an IANA time zone.

	`role` is `attendee`, `guest` (an additional guest), `host`, `removed` (a host from whom the booking was reassigned) or
	`removed_guest`. `user` is the User name of a host, and empty for others.
	"""

	email: str
	name: str
	language: str
	zone: str
	role: str = "host"
	user: str = ""

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
		"""Return the locale of dates: the language of the words, as it is written in the region of the reader's zone."""
		return locale_in(self.words, self.zone)

	@property
	def words(self) -> str:
		"""Return the language of messages to this reader: English if the app isn't translated into the reader's own."""
		return spoken(self.language)

	def date(self, instant: int) -> str:
		"""Return the date, such as "Thursday, 26 November 2026"."""
		return format_date(self._moment(instant), "full", locale=self.locale)

	def short_date(self, instant: int) -> str:
		"""Return the date for subjects, such as "Thu, 26 Nov"."""
		return format_skeleton("MMMEd", self._moment(instant), locale=self.locale)

	def time(self, instant: int) -> str:
		"""Return the time as the region writes it, such as "14:30" or "2:30 PM"."""
		return format_time(self._moment(instant), "short", tzinfo=engine.zone(self.zone), locale=self.locale)

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
		moment = engine.wall_clock(instant, zone)
		time = format_time(moment, "short", tzinfo=engine.zone(zone), locale=self.locale)
		city = zone.rpartition("/")[2].replace("_", " ")
		return f"{format_skeleton('MMMEd', moment, locale=self.locale)} {time} ({city})"

	def zone_name(self, instant: int) -> str:
		"""Return the zone's name at that instant, such as "Central European Standard Time (Europe/Berlin)"."""
		name = get_timezone_name(self._moment(instant), width="long", locale=self.locale)
		return f"{name} ({self.zone.replace('_', ' ')})"

	def _moment(self, instant: int) -> datetime:
		return engine.wall_clock(instant, self.zone)
