"""`/scheduling/why`: tells hosts and managers, in sentences, why a time is offered or not.

The form uses GET, so that each explanation has an address and can be shared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from frappe import _

from scheduler_integration.availability.explain import Explanation, HostExplanation, explain
from scheduler_integration.catalogue.readable_meeting_types import ReadableType, readable_meeting_types
from scheduler_integration.engine import local_date
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.meetings.hosted import most_used_first
from scheduler_integration.pages.host.acting import reason_view
from scheduler_integration.pages.host.host_page import HostPage, Reader, anybody
from scheduler_integration.pages.host.house import MEETINGS, with_arguments
from scheduler_integration.pages.host.types import types_by_page
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.query import read_day, read_wall_time
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso

PAGE = HostPage("/scheduling/why", here=MEETINGS, allowed=anybody)


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


@PAGE.view
def _view(reader: Reader) -> View:
	types = readable_meeting_types()
	question = Question(argument("type"), argument("date"), argument("time"), argument("duration"))
	explained, problem, status = None, None, 200
	if question.is_asked:
		try:
			with refusals():
				start, chosen = question.instant(reader.zone), _chosen(types, question)
				if start is None:
					raise InvalidRequest(_("Please choose a day and a time."))
				# After a change of the type, the form still sends the duration that was chosen for the previous type.
				minutes = question.minutes if chosen and question.minutes in chosen.durations else None
				explained = explain(question.meeting_type, start, minutes, reader.now)
		except SchedulingError as error:
			problem, status = error.message, error.http_status_code
	if types and not question.meeting_type:
		question = replace(question, meeting_type=most_used_first(types, reader.user, reader.now)[0].name)
	return {
		"title": _("Why isn't this time offered?"),
		"subtitle": _("Choose a meeting and a time to see what blocks it."),
		"city": dates.city(reader.zone, reader.locale),
		"form": form_view(types, question, reader.today, reader.style),
		"problem": problem,
		"answer": explained and answer_view(explained, types, question, reader.style),
		"status": status,
	}


def _chosen(types: Sequence[ReadableType], question: Question) -> ReadableType | None:
	return next((each for each in types if each.name == question.meeting_type), None)


def form_view(types: Sequence[ReadableType], question: Question, today: date, style: dates.TimeStyle) -> dict[str, Any]:
	"""Return the form. It has durations to choose from if the chosen type has several."""
	chosen = _chosen(types, question)
	durations = chosen.durations if chosen and len(chosen.durations) > 1 else ()
	return {
		"pages": types_by_page(types),
		"meeting_type": question.meeting_type,
		"day": question.day or today.isoformat(),
		"time": question.time or "09:00",
		"durations": [
			{
				"minutes": minutes,
				"label": lengths.duration(minutes, style.locale),
				"is_chosen": str(minutes) == question.duration,
			}
			for minutes in durations
		],
	}


def answer_view(
	explained: Explanation, types: Sequence[ReadableType], question: Question, style: dates.TimeStyle
) -> dict[str, Any]:
	"""Return the explanation in sentences, with links to the nearest times that can be booked."""
	bookable, chosen = explained.is_bookable, _chosen(types, question)
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
	return {"label": moment_in_short(start, style), "url": with_arguments(chosen.url, parts) if chosen else None}
