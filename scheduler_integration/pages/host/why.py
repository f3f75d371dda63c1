"""Explains to hosts and managers, in sentences, why a time is offered or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from frappe import _

from scheduler_integration.availability.explain import Explanation, HostExplanation
from scheduler_integration.catalogue.readable_meeting_types import ReadableType
from scheduler_integration.engine import local_date
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.types import types_by_page
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.reasons import reason_view
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.pages.kit.wall_time import read_day, read_wall_time
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso


@dataclass(frozen=True)
class Question:
	"""The fields of the form, as they were typed."""

	meeting_type: str = ""
	day: str = ""
	time: str = ""
	duration: str = ""

	@property
	def is_asked(self) -> bool:
		return bool(self.meeting_type and self.day and self.time)

	@property
	def minutes(self) -> int | None:
		"""The chosen duration in minutes, or None."""
		is_number = self.duration.isascii() and self.duration.isdigit() and len(self.duration) < 5
		return int(self.duration) if is_number else None

	def instant(self, zone: str) -> int | None:
		"""Return the wall time in `zone` as epoch seconds, or None if the day or the time is invalid."""
		return read_wall_time(read_day(self.day), self.time, zone)


@dataclass(frozen=True)
class Answer:
	"""The explanation, or the `problem` that prevents one. Both are None if nothing was asked yet."""

	explanation: Explanation | None = None
	problem: str | None = None


def why_view(
	house: House, types: Sequence[ReadableType], question: Question, answer: Answer, zone: str, now: int
) -> dict:
	"""Return the view of `/scheduling/why`. `types` are those to choose from, `zone` is the signed-in user's."""
	chosen = next((meeting_type for meeting_type in types if meeting_type.name == question.meeting_type), None)
	visitor = house.visitor
	style = visitor.style(zone)
	return {
		**house.frame(_("Why isn't this time offered?")),
		"subtitle": _("Choose a meeting and a time to see what blocks it."),
		"city": dates.city(zone, visitor.locale),
		"form": {
			"pages": types_by_page(types),
			"meeting_type": question.meeting_type,
			"day": question.day or local_date(now, zone).isoformat(),
			"time": question.time or "09:00",
			"durations": _durations(chosen, question, visitor),
		},
		"problem": answer.problem,
		"answer": answer.explanation and _answer(answer.explanation, chosen, question, style),
		"status": 200,
	}


def _durations(chosen: ReadableType | None, question: Question, visitor: Visitor) -> list[dict]:
	"""Return the durations to choose from; empty unless the chosen type has several."""
	if not chosen or len(chosen.durations) < 2:
		return []
	return [
		{
			"minutes": minutes,
			"label": lengths.duration(minutes, visitor.locale),
			"is_chosen": str(minutes) == question.duration,
		}
		for minutes in chosen.durations
	]


def _answer(explained: Explanation, chosen: ReadableType | None, question: Question, style: dates.TimeStyle) -> dict:
	bookable = explained.is_bookable
	return {
		"icon": "check" if bookable else "cross",
		"title": _("This time can be booked") if bookable else _("This time can't be booked"),
		"what": chosen.title if chosen else "",
		"when": _("{0}, {1}").format(
			dates.full_date(local_date(explained.start, style.zone), style.locale),
			dates.clock_time(explained.start, style),
		),
		"reasons": [reason_view(objection, style) for objection in explained.objections],
		"hosts": [_host(host, style) for host in explained.hosts],
		"suggestions": [_suggestion(slot.start, chosen, question, style) for slot in explained.suggestions],
	}


def _host(host: HostExplanation, style: dates.TimeStyle) -> dict:
	return {
		"name": host.name,
		"is_free": host.is_bookable,
		"is_optional": host.is_optional,
		"reasons": [reason_view(objection, style) for objection in host.objections],
	}


def _suggestion(start: int, chosen: ReadableType | None, question: Question, style: dates.TimeStyle) -> dict:
	parts = {"start": iso(start, style.zone), "duration": question.duration}
	query = urlencode({name: value for name, value in parts.items() if value})
	return {"label": moment_in_short(start, style), "url": f"{chosen.url}?{query}" if chosen else None}
