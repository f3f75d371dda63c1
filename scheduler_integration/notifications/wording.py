"""Dates and times as a reader reads them: in their language, in their time zone, named."""

from dataclasses import dataclass
from datetime import datetime

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name

from scheduler_integration import engine


@dataclass(frozen=True, slots=True)
class Reader:
	"""Somebody who is written to: language (a Frappe code such as `pt-BR`) and IANA zone are their own.

	`role` is `attendee` (who booked), `guest` (an extra participant), `host`, or `removed`: a host until it was handed over.
	`user` is the name of a host's User.
	"""

	email: str
	name: str
	language: str
	zone: str
	role: str = "host"
	user: str = ""

	@property
	def is_attendee(self) -> bool:
		"""Whether this is who booked, and may change the booking."""
		return self.role == "attendee"

	@property
	def is_removed(self) -> bool:
		"""Whether the meeting goes on without this host."""
		return self.role == "removed"

	@property
	def is_hosting(self) -> bool:
		"""Whether it stands, or stood until now, in this reader's calendar as a host's."""
		return self.role in ("host", "removed")

	@property
	def sees_answers(self) -> bool:
		"""What the attendee wrote is for the hosts: extra guests don't read it."""
		return self.role in ("attendee", "host")

	@property
	def locale(self) -> Locale:
		"""The language's locale; English for a language that Babel has no dates in."""
		try:
			return Locale.parse(self.language.replace("-", "_"))
		except (UnknownLocaleError, ValueError):
			return Locale("en")

	def date(self, instant: int) -> str:
		"""Such as "Thursday, 26 November 2026"."""
		return format_date(self._moment(instant), "full", locale=self.locale)

	def short_date(self, instant: int) -> str:
		"""Such as "Thu, 26 Nov": for subjects."""
		return format_skeleton("MMMEd", self._moment(instant), locale=self.locale)

	def time(self, instant: int) -> str:
		"""Such as "14:30" or "2:30 PM", as the language has it."""
		return format_time(self._moment(instant), "short", tzinfo=engine.zone(self.zone), locale=self.locale)

	def zone_name(self, instant: int) -> str:
		"""The zone's name at that moment, with the place it is known by."""
		name = get_timezone_name(self._moment(instant), width="long", locale=self.locale)
		return f"{name} ({self.zone.replace('_', ' ')})"

	def _moment(self, instant: int) -> datetime:
		return engine.wall_clock(instant, self.zone)
