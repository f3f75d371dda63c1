"""Describes recurrence rules in the reader's language, as people say them."""

from collections.abc import Sequence
from datetime import date

from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from frappe import _

from scheduler_integration import engine
from scheduler_integration.engine import RecurrenceDate, RecurrenceRule, parse_recurrence
from scheduler_integration.platform.language import current_locale

# `next_occurrences` looks this many seconds ahead: five years.
HORIZON = 5 * 366 * 86400
# Up to this many excluded or added dates are named. If there are more, only their number is shown.
_NAMED_DATES = 3
# The sentences below cover these parts of a rule. A rule with any other part is shown as it is written.
_SAID = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY"}


def describe(rule: str, start: date) -> str:
	"""Return a phrase for the rule of a block whose first day is `start`. Raises InvalidRecurrence.

	FREQ=WEEKLY;BYDAY=MO,TH;COUNT=5 is "Every week on Monday and Thursday, 5 times" in English.
	"""
	text = parse_recurrence(rule)
	parts = [_how_often(text.rule, start)]
	if text.rule.count:
		parts.append(_("once") if text.rule.count == 1 else _("{0} times").format(text.rule.count))
	elif text.rule.until:
		parts.append(_("until {0}").format(format_date(text.rule.until.day, "long", locale=current_locale())))
	if len(text.excluded) > _NAMED_DATES:
		parts.append(_("without {0} excluded dates").format(len(text.excluded)))
	elif text.excluded:
		parts.append(_("except on {0}").format(_dates(text.excluded)))
	if len(text.added) > _NAMED_DATES:
		parts.append(_("with {0} added dates").format(len(text.added)))
	elif text.added:
		parts.append(_("and on {0}").format(_dates(text.added)))
	return ", ".join(parts)


def next_occurrences(series: str, now: int, zone: str, count: int = 5) -> list[str]:
	"""Return when the next `count` blocks begin, as text in the reader's language, by the wall clock of `zone`.

	`now` is in epoch seconds. A block that has begun and isn't over at `now` is included. Blocks more than five years ahead
	are left out.
	"""
	bounds = engine.recurrence_bounds(series)
	if bounds is None:
		return []
	since = max(now, bounds[0])
	occurrences = engine.occurrences(series, since, since + HORIZON)[:count]
	locale, walls = current_locale(), [engine.wall_clock(start, zone) for start, _end in occurrences]
	return [
		f"{format_skeleton('yMMMEd', wall, locale=locale)} {format_time(wall, 'short', tzinfo=wall.tzinfo, locale=locale)}"
		for wall in walls
	]


def _how_often(rule: RecurrenceRule, start: date) -> str:
	if {name for name, _value in rule.parts} - _SAID or (rule.frequency == "DAILY" and len(rule.parts) > 1 and rule.by):
		return _("By the rule {0}").format(";".join(f"{name}={value}" for name, value in rule.parts))
	return {"DAILY": _daily, "WEEKLY": _weekly, "MONTHLY": _monthly, "YEARLY": _yearly}[rule.frequency](rule, start)


def _daily(rule: RecurrenceRule, _start: date) -> str:
	often = _("Every day") if rule.interval == 1 else _("Every {0} days").format(rule.interval)
	return _("{0}, only on {1}").format(often, _days(rule)) if rule.days else often


def _weekly(rule: RecurrenceRule, start: date) -> str:
	days = _days(rule) or _day_name(start.weekday())
	if rule.interval == 1:
		return _("Every week on {0}").format(days)
	return _("Every {0} weeks on {1}").format(rule.interval, days)


def _monthly(rule: RecurrenceRule, start: date) -> str:
	often = _("Every month") if rule.interval == 1 else _("Every {0} months").format(rule.interval)
	if rule.days:
		in_month = _("on {0}").format(_days(rule))
	else:
		days = rule.by.get("BYMONTHDAY") or (start.day,)
		in_month = _("on day {0}").format(_list([_("last") if day == -1 else str(day) for day in days]))
	return f"{often}, {in_month}"


def _yearly(rule: RecurrenceRule, start: date) -> str:
	if rule.days or rule.by:
		return _("By the rule {0}").format(";".join(f"{name}={value}" for name, value in rule.parts))
	day = format_skeleton("MMMMd", start, locale=current_locale())
	if rule.interval == 1:
		return _("Every year on {0}").format(day)
	return _("Every {0} years on {1}").format(rule.interval, day)


def _dates(dates: Sequence[RecurrenceDate]) -> str:
	return _list([format_date(day.day, "long", locale=current_locale()) for day in dates])


def _days(rule: RecurrenceRule) -> str:
	return _list([_which_day(which, day) for which, day in rule.days])


def _which_day(which: int, day: int) -> str:
	if not which:
		return _day_name(day)
	words = {1: _("the first {0}"), 2: _("the second {0}"), 3: _("the third {0}"), 4: _("the fourth {0}")}
	words |= {5: _("the fifth {0}"), -1: _("the last {0}")}
	return words[which].format(_day_name(day)) if which in words else f"{which} × {_day_name(day)}"


def _day_name(day: int) -> str:
	return format_date(date(2024, 1, 1 + day), "EEEE", locale=current_locale())


def _list(words: list[str]) -> str:
	return format_list(words, locale=current_locale()) if words else ""
