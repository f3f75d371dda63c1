"""Reads a week of hours as people type it: "Mon-Fri 9-12, 13-17:30; Sat 10-14"."""

import re
from functools import lru_cache
from typing import Any

from babel import Locale
from frappe import _

from scheduler_integration.parsing.text import Refused
from scheduler_integration.platform.language import current_locale
from scheduler_integration.times import WEEK

# A time of day as the API sends it. 24:00 and seconds are read too: a database and some clients write them.
TIME = re.compile(r"(?:[01][0-9]|2[0-4]):[0-5][0-9](?::[0-5][0-9])?")
LONGEST = 1000

_CLOCK = r"(\d{1,2})(?:[:.h](\d{2})?)?\s*([ap]\.?m\.?)?"
_SPAN = re.compile(rf"{_CLOCK}\s*(?:-|–|—|\bto\b|\bbis\b|\bà\b|\ba\b)\s*{_CLOCK}", re.IGNORECASE)
_JOINS = frozenset({"-", "–", "—", "to", "through", "bis", "à", "au", "a"})
_FILLERS = frozenset({"and", "und", "et", "y", "from", "von", "de", "uhr"})


def parse_week(value: object) -> list[dict[str, Any]]:
	"""Return rows of Availability Rule for the text, in the order of the week. Days that aren't named are off.

	Days are English or of the reader's language, whole or abbreviated, single or as a range: "Mon-Fri", "Sa, So". The
	hours that follow apply to all days before them. 22-2 ends on the next day, and 9-24 at midnight. Raises Refused with
	the part that can't be read.
	"""
	if not isinstance(value, str):
		raise Refused(_("This must be text."))
	if len(value) > LONGEST:
		raise Refused(_("This is too long: at most {0} characters.").format(LONGEST))
	spans: dict[int, list[tuple[int, int]]] = {}
	for part in re.split(r"[;\n]+", value):
		if part.strip():
			days, hours = _entry(part.strip())
			for day in days:
				spans.setdefault(day, []).extend(hours)
	return [
		{"day_of_week": WEEK[day], "start_time": _text(start), "end_time": _text(end), "is_available": 1}
		for day in sorted(spans)
		for start, end in sorted(set(spans[day]))
	]


def _entry(text: str) -> tuple[list[int], list[tuple[int, int]]]:
	"""Return the days and hours of one entry. An entry may have several groups: "Mon 9-12 Tue 10-14" has two."""
	first = _SPAN.search(text)
	if not first:
		raise Refused(_("“{0}” has no hours. Write it as Mon-Fri 9-12, 13-17:30.").format(text[:60]))
	days = _days(text[: first.start()], text)
	rest = text[first.start() :]
	hours = [_span(match, text) for match in _SPAN.finditer(rest)]
	left = _SPAN.sub(" ", rest)
	if re.sub(r"[\s,&+]|\b(?:and|und|et|y|uhr|h)\b", "", left, flags=re.IGNORECASE):
		raise Refused(_("“{0}” can't be read. Put a semicolon between groups of days.").format(left.strip(" ,")[:60]))
	return days, hours


def _days(text: str, whole: str) -> list[int]:
	names = _day_names(current_locale())
	numbers: list[int] = []
	begins_range = False
	for token in re.findall(_tokens(current_locale()), text):
		word = token.rstrip(".").casefold()
		if word in _JOINS:
			begins_range = bool(numbers)
		elif word not in _FILLERS and not re.fullmatch(r"[,/&+:]", token):
			days = names.get(word)
			if days is None:
				raise Refused(_("“{0}” is not a day of the week.").format(token[:30]))
			if begins_range:
				# The days after the last one: Friday to Monday goes over the week's end.
				days = [(numbers[-1] + step) % 7 for step in range(1, (days[0] - numbers[-1]) % 7 + 1)]
			numbers += days
			begins_range = False
	if not numbers:
		raise Refused(_("Name the days before the hours: {0}.").format(f"Mon-Fri {whole[:40]}"))
	return list(dict.fromkeys(numbers))


@lru_cache(maxsize=32)
def _tokens(locale: Locale) -> re.Pattern[str]:
	"""Return the pattern of a day, another word, a dash or a mark. Names of days may have spaces, hyphens and accents."""
	names = sorted(_day_names(locale), key=len, reverse=True)
	days = "|".join(re.escape(name) for name in names)
	return re.compile(rf"(?:{days})(?!\w)\.?|[^\W\d_]+\.?|[-–—]|[,/&+:]", re.IGNORECASE)


@lru_cache(maxsize=32)
def _day_names(locale: Locale) -> dict[str, list[int]]:
	"""Return the numbers of the days by every name that people may type, in lower case."""
	names = {word: list(days) for words, days in _GROUPS for word in words}
	for number, name in enumerate(WEEK):
		names |= {name[:length].casefold(): [number] for length in (2, 3, len(name))}
	for names_of_width in (locale.days["format"][width] for width in ("wide", "abbreviated", "short")):
		names |= {name.rstrip(".").casefold(): [number] for number, name in names_of_width.items()}
	return names | {"tues": [1], "wednes": [2], "thur": [3], "thurs": [3]}


def _span(match: re.Match[str], whole: str) -> tuple[int, int]:
	start_hour, start_minute, start_half, end_hour, end_minute, end_half = match.groups()
	end = _minutes(end_hour, end_minute, end_half, whole)
	# 9-5pm means 9am, and 1-5pm means 1pm. The start gets the end's half of the day if that comes before the end.
	start = _minutes(start_hour, start_minute, start_half, whole)
	if end_half and not start_half and start + 720 < end and int(start_hour) < 12:
		start += 720
	return start, end % 1440


def _minutes(hour: str, minute: str | None, half: str | None, whole: str) -> int:
	hours, minutes = int(hour), int(minute or 0)
	if half:
		if not 1 <= hours <= 12:
			raise Refused(_("“{0}” has a time that doesn't exist.").format(whole[:60]))
		hours = hours % 12 + (12 if half[0] in "pP" else 0)
	if hours > 24 or minutes > 59 or (hours == 24 and minutes):
		raise Refused(_("“{0}” has a time that doesn't exist.").format(whole[:60]))
	return hours * 60 + minutes


def _text(minutes: int) -> str:
	return f"{minutes // 60 % 24:02}:{minutes % 60:02}:00"


_GROUPS = (
	(("daily", "everyday", "täglich", "diario"), range(7)),
	(("weekdays", "workdays", "werktags", "wochentags"), range(5)),
	(("weekend", "weekends", "wochenende"), range(5, 7)),
)
