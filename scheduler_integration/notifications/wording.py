"""Writes dates and times in a reader's language and time zone."""

from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_timezone_name

from scheduler_integration import engine
from scheduler_integration.platform.language import locale_of


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
		"""Return the language's locale, or English if Babel doesn't know the language."""
		return locale_of(self.language)

	def date(self, instant: int) -> str:
		"""Return the date, such as "Thursday, 26 November 2026"."""
		return format_date(self._moment(instant), "full", locale=self.locale)

	def short_date(self, instant: int) -> str:
		"""Return the date for subjects, such as "Thu, 26 Nov"."""
		return format_skeleton("MMMEd", self._moment(instant), locale=self.locale)

	def time(self, instant: int) -> str:
		"""Return the time as the language writes it, such as "14:30" or "2:30 PM"."""
		return format_time(self._moment(instant), "short", tzinfo=engine.zone(self.zone), locale=self.locale)

	def zone_name(self, instant: int) -> str:
		"""Return the zone's name at that instant, such as "Central European Standard Time (Europe/Berlin)"."""
		name = get_timezone_name(self._moment(instant), width="long", locale=self.locale)
		return f"{name} ({self.zone.replace('_', ' ')})"

	def _moment(self, instant: int) -> datetime:
		return engine.wall_clock(instant, self.zone)
