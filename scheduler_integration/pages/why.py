"""Why a time is offered or not, in sentences: for hosts and managers, who are asked it by the people they invite."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import NamedTuple
from urllib.parse import urlencode

from frappe import _

from scheduler_integration.engine.zones import FIRST_DATE, LAST_DATE, instant_of, local_date

from . import dates
from .document import document
from .reasons import reason_view
from .visitor import Visitor


class Question(NamedTuple):
	"""What the form asks, each part as it was typed."""

	meeting_type: str = ""
	day: str = ""
	time: str = ""
	duration: str = ""

	@property
	def is_asked(self) -> bool:
		return bool(self.meeting_type and self.day and self.time)

	@property
	def minutes(self) -> int | None:
		"""The duration, where one is chosen."""
		is_number = self.duration.isascii() and self.duration.isdigit() and len(self.duration) < 5
		return int(self.duration) if is_number else None

	def instant(self, zone: str) -> int | None:
		"""The epoch seconds of the wall time in `zone`; None where it is none."""
		try:
			day, clock = date.fromisoformat(self.day), time.fromisoformat(self.time)
		except ValueError:
			return None
		if clock.tzinfo or not FIRST_DATE <= day <= LAST_DATE:
			return None
		return instant_of(datetime.combine(day, clock.replace(second=0, microsecond=0)), zone)


def why_view(
	types: list[dict],
	question: Question,
	zone: str,
	visitor: Visitor,
	now: int,
	explanation: dict | None = None,
	problem: str | None = None,
) -> dict:
	"""The view of `/scheduling/why`.

	`types` are the meeting types to choose from (`name`, `title`, `page`, `url`, `durations`), `explanation` is what
	`availability.explain` answers, `problem` says why there is none.
	"""
	chosen = next((each for each in types if each["name"] == question.meeting_type), None)
	return {
		"document": document(
			visitor, title=_("Why isn't this time offered?"), styles=("host", "why"), secret_address=True
		),
		"city": dates.city(zone, visitor.locale),
		"form": {
			"pages": _by_page(types),
			"meeting_type": question.meeting_type,
			"day": question.day or local_date(now, zone).isoformat(),
			"time": question.time or "09:00",
			"durations": _durations(chosen, question, visitor),
		},
		"problem": problem,
		"answer": explanation and _answer(explanation, chosen, question, zone, visitor),
		"status": 200,
	}


def _by_page(types: list[dict]) -> list[dict]:
	pages: dict[str, list[dict]] = {}
	for each in types:
		pages.setdefault(each["page"], []).append(each)
	return [{"title": title, "types": group} for title, group in pages.items()]


def _durations(chosen: dict | None, question: Question, visitor: Visitor) -> list[dict]:
	"""The lengths to choose from, where the chosen type has several."""
	if not chosen or len(chosen["durations"]) < 2:
		return []
	return [
		{
			"minutes": minutes,
			"label": dates.duration(minutes, visitor.locale),
			"is_chosen": str(minutes) == question.duration,
		}
		for minutes in chosen["durations"]
	]


def _answer(explanation: dict, chosen: dict | None, question: Question, zone: str, visitor: Visitor) -> dict:
	start = dates.instant(explanation["start"])
	bookable = explanation["bookable"]
	return {
		"icon": "check" if bookable else "cross",
		"title": _("This time can be booked") if bookable else _("This time can't be booked"),
		"what": chosen["title"] if chosen else "",
		"when": _moment(start, zone, visitor),
		"reasons": [reason_view(each, zone, visitor) for each in explanation["reasons"]],
		"hosts": [_host(host, zone, visitor) for host in explanation["hosts"]],
		"suggestions": [
			_suggestion(dates.instant(slot["start"]), chosen, question, zone, visitor)
			for slot in explanation["suggestions"]
		],
	}


def _host(host: dict, zone: str, visitor: Visitor) -> dict:
	return {
		"name": host["name"],
		"is_free": host["bookable"],
		"reasons": [reason_view(each, zone, visitor) for each in host["reasons"]],
	}


def _suggestion(start: int, chosen: dict | None, question: Question, zone: str, visitor: Visitor) -> dict:
	parts = {"start": dates.iso_instant(start, zone), "duration": question.duration}
	query = urlencode({name: value for name, value in parts.items() if value})
	return {
		"label": _moment(start, zone, visitor),
		"url": f"{chosen['url']}?{query}" if chosen else None,
	}


def _moment(start: int, zone: str, visitor: Visitor) -> str:
	day = dates.short_day(local_date(start, zone), visitor.locale)
	return _("{0}, {1}").format(day, dates.clock_time(start, zone, visitor.twelve_hours, visitor.locale))
