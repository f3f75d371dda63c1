"""Writes times for an e-mail, as HTML and as text, in the reader's time zone.

The HTML is a table with styles of its own: Outlook lays mails out as Word does, and Gmail drops style sheets. It has no images
and no background, so that it can be read in a dark mail program too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from frappe import _
from markupsafe import Markup

from scheduler_integration.notifications.wording import Reader
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso

_FONT = "font-family:Arial,Helvetica,sans-serif;font-size:14px;line-height:20px;"
# More times beside each other don't fit on a phone.
_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class OfferedTimes:
	"""The times of an e-mail. `days` has for each date its words, and the words and address of each of its times."""

	title: str
	length: str
	zone: str
	days: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
	more_url: str
	language: str


def offered_times(
	title: str, minutes: int, starts: Sequence[int], *, url: str, zone: str, language: str, writing: str
) -> OfferedTimes:
	"""Return the words for a meeting's `starts` (epoch seconds) that is booked at `url`, for a reader in the time zone."""
	reader = Reader("", "", language, zone, "attendee", writing=writing)
	rows = [
		(reader.date(start), (reader.time(start), f"{url}?{urlencode({'start': iso(start, zone), 'tz': zone})}"))
		for start in sorted(starts)
	]
	return OfferedTimes(
		title=title,
		length=lengths.duration(minutes, reader.locale),
		zone=reader.zone_name(min(starts, default=0)),
		days=tuple((day, tuple(time for _day, time in group)) for day, group in groupby(rows, key=lambda row: row[0])),
		more_url=f"{url}?{urlencode({'tz': zone})}",
		language=reader.words,
	)


def as_html(times: OfferedTimes) -> Markup:
	"""Return the times as HTML for an e-mail."""
	rows = [
		Markup("<b>{}</b>, {}").format(times.title, times.length),
		*(row for day, own in times.days for row in (Markup.escape(day), *_buttons(own))),
		Markup('{}<br><a href="{}">{}</a>').format(_zone_sentence(times), times.more_url, _more(times)),
	]
	cell = Markup('<tr><td style="{}padding:3px 0;">{}</td></tr>')
	return _table(Markup("").join(cell.format(_FONT, row) for row in rows))


def as_simple_html(times: OfferedTimes) -> Markup:
	"""Return the times as paragraphs and links: an editor of rich text keeps nothing else."""
	link = Markup('<a href="{}">{}</a>')
	days = [
		Markup("{}<br>{}").format(day, Markup(" · ").join(link.format(url, label) for label, url in own))
		for day, own in times.days
	]
	paragraphs = [
		Markup("<strong>{}</strong>, {}").format(times.title, times.length),
		*days,
		Markup("{}<br>{}").format(_zone_sentence(times), link.format(times.more_url, _more(times))),
	]
	return Markup("").join(Markup("<p>{}</p>").format(each) for each in paragraphs)


def as_text(times: OfferedTimes) -> str:
	"""Return the times as text for an e-mail, each with its address."""
	lines = [f"{times.title}, {times.length}", ""]
	for day, own in times.days:
		lines += [day, *(f"  {label}  {url}" for label, url in own), ""]
	return "\n".join([*lines, _zone_sentence(times), f"{_more(times)}: {times.more_url}"])


def _buttons(own: Sequence[tuple[str, str]]) -> list[Markup]:
	"""Return rows of links that look like buttons: tables in the table, because Outlook knows no other boxes."""
	cell = Markup(
		'<td style="{}border:1px solid #8a94a6;border-radius:6px;padding:7px 14px;" align="center">'
		'<a href="{}" style="{}text-decoration:none;font-weight:bold;">{}</a></td><td style="padding:0 4px;">&nbsp;</td>'
	)
	chunks = [own[place : place + _IN_A_ROW] for place in range(0, len(own), _IN_A_ROW)]
	return [
		_table(
			Markup("<tr>{}</tr>").format(Markup("").join(cell.format(_FONT, url, _FONT, label) for label, url in chunk))
		)
		for chunk in chunks
	]


def _table(rows: Markup) -> Markup:
	return Markup(
		'<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="border-collapse:separate;">{}</table>'
	).format(rows)


def _zone_sentence(times: OfferedTimes) -> str:
	return _("Times are in {0}.", times.language).format(times.zone)


def _more(times: OfferedTimes) -> str:
	return _("Other times", times.language) if times.days else _("Choose a time", times.language)
