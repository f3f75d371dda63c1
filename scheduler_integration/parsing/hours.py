"""Reads a host's hours as the API and the pages send them. Names all wrong fields at once.

Two forms are read: the fields of an Availability Schedule with `rules`, and a short form with one span of hours for the
whole week (`workingDays`, `startTime`, `endTime`, `bufferTime`, `minNotice`, `maxAdvance`).
"""

from collections.abc import Mapping
from typing import Any

from frappe import _

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import parse_date, parse_flag, parse_json
from scheduler_integration.parsing.hours_text import TIME, parse_week
from scheduler_integration.parsing.payload import (
	Fields,
	declared,
	each_row,
	longest,
	parse_payload,
	read_payload,
	rows,
	text,
	time_zone,
)
from scheduler_integration.parsing.text import Refused, line, prose, whole_number
from scheduler_integration.times import WEEK

# Sunday is 0, as in the API; the records have names.
DAY_NAMES = (WEEK[-1], *WEEK[:-1])
_SHORT = {name[:3].lower(): name for name in DAY_NAMES}
MAX_RULES = 100
LONGEST_MESSAGE = 500
# Names that a client may send back together with the fields that it read. They change nothing.
_READ_ONLY = frozenset({"cmd", "user", "schedule", "schedules", "version", "overrides", "blocked_times", "keep", "id"})


def parse_hours(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the fields of an Availability Schedule that the payload sets. Raises InvalidRequest.

	`hours` is the week as text ("Mon-Fri 9-12, 13-17:30") and sets the rules, as `rules` and the short form do.
	"""
	parsed, wrong = read_payload(payload, SCHEDULE, (*_READ_ONLY, *_WEEK_FORM))
	if any(name in payload for name in _WEEK_FORM):
		parsed["rules"] = _short_week(payload, wrong)
	if wrong:
		raise InvalidRequest(details=wrong)
	return parsed


def parse_override(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the fields of an Availability Override. Without times it is about whole days. Raises InvalidRequest.

	With `is_away` the times are those of the first and the last day, and one of them may be missing.
	"""
	parsed, wrong = read_payload({"date": None, **payload}, OVERRIDE, _READ_ONLY)
	times = [field for field in ("start_time", "end_time") if parsed.get(field)]
	if times and parsed.get("is_away"):
		parsed |= {field: parsed.get(field) or "00:00:00" for field in ("start_time", "end_time")}
	elif len(times) == 1 and not wrong:
		[missing] = {"start_time", "end_time"} - {*times}
		wrong[missing] = _("Enter both times, or neither for the whole day.")
	if wrong:
		raise InvalidRequest(details=wrong)
	parsed["whole_day"] = int(not times)
	parsed["is_travel"] = int(bool(parsed.get("timezone")))
	return parsed


def parse_block(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return reason and recurrence of blocked time. Its times are read by themselves. Raises InvalidRequest."""
	parsed = parse_payload(payload, BLOCK, _READ_ONLY)
	if parsed.get("recurrence_rule") and "recurring" not in payload:
		parsed["recurring"] = 1
	return parsed


def _short_week(payload: Mapping[str, object], wrong: dict[str, str]) -> list[dict[str, Any]]:
	missing = [name for name in _WEEK_FORM if payload.get(name) in (None, "")]
	if missing:
		wrong.update(dict.fromkeys(missing, _("Send workingDays, startTime and endTime together.")))
		return []
	week, wrong_fields = read_payload({name: payload[name] for name in _WEEK}, _WEEK)
	wrong.update(wrong_fields)
	if wrong:
		return []
	times = {"start_time": week["start"], "end_time": week["end"]}
	return [{"day_of_week": day, **times, "is_available": 1} for day in week["days"]]


def _working_days(value: object) -> list[str]:
	days = parse_json("workingDays", value, dict)
	unknown = [name for name in days if name not in _SHORT]
	if unknown:
		raise Refused(_("“{0}” is not a day. Use {1}.").format(str(unknown[0])[:20], ", ".join(_SHORT)))
	return [day for short, day in _SHORT.items() if parse_flag("workingDays", days.get(short))]


def _rules(value: object) -> list[dict[str, Any]]:
	given = parse_json("rules", value, list)
	if given is None:
		raise Refused(_("This must be a list of rows."))
	if len(given) > MAX_RULES:
		raise Refused(_("A schedule has at most {0} rows of hours.").format(MAX_RULES))
	return each_row(
		given,
		lambda row: {
			"day_of_week": _day(row.get("day_of_week")),
			"start_time": _time(row.get("start_time")),
			"end_time": _time(row.get("end_time")),
			"is_available": int(parse_flag("is_available", row.get("is_available", True))),
		},
	)


def _day(value: object) -> str:
	if isinstance(value, str) and value[:3].lower() in _SHORT and not value.isdecimal():
		return _SHORT[value[:3].lower()]
	index = whole_number(value) if value not in (None, "") else -1
	if not 0 <= index < len(DAY_NAMES):
		raise Refused(_("A day is 0 (Sunday) to 6 (Saturday)."))
	return DAY_NAMES[index]


def _time(value: object) -> str:
	if not isinstance(value, str) or not TIME.fullmatch(value):
		raise Refused(_("Write a time as 09:30."))
	return f"{value[:5]}:00"


def _time_or_none(value: object) -> str | None:
	return None if value in (None, "") else _time(value)


_WEEK_FORM = ("workingDays", "startTime", "endTime")
_WEEK: Fields = {
	"startTime": ("start", _time),
	"endTime": ("end", _time),
	"workingDays": ("days", _working_days),
}
SCHEDULE: Fields = {
	**declared(
		"Availability Schedule",
		"title timezone is_default buffer_minutes minimum_notice_hours max_days_in_advance"
		" daily_limit weekly_limit monthly_limit daily_minutes weekly_minutes monthly_minutes",
		bufferTime="buffer_minutes",
		minNotice="minimum_notice_hours",
		maxAdvance="max_days_in_advance",
	),
	"rules": ("rules", _rules),
	"hours": ("rules", parse_week),
}
_STAND_IN = declared("Stand In", meeting_type_id="meeting_type", user="colleague")
OVERRIDE: Fields = {
	**declared("Availability Override", "end_date is_available is_away"),
	"date": ("date", lambda value: parse_date("date", value)),
	"start_time": ("start_time", _time_or_none),
	"end_time": ("end_time", _time_or_none),
	"timezone": ("timezone", lambda value: time_zone(value) if value else None),
	"reason": ("reason", lambda value: line(value, longest("Availability Override", "reason"))),
	"message": ("message", lambda value: prose(value, LONGEST_MESSAGE)),
	"stand_ins": ("stand_ins", rows("stand_ins", "Stand In", _STAND_IN)),
}
BLOCK: Fields = {
	**declared("Blocked Time", "recurring"),
	"reason": ("reason", lambda value: line(value, longest("Blocked Time", "reason"))),
	"recurrence_rule": ("recurrence_rule", text),
	"timezone": ("timezone", lambda value: time_zone(value) if value else None),
}
