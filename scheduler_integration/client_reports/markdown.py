"""Writes the section as Markdown (CommonMark). Texts from records are escaped. They can't add links, images or HTML."""

import re
from collections.abc import Iterator

from frappe import _

from scheduler_integration.client_reports.description import Description
from scheduler_integration.client_reports.section import Section

# A backslash before any of these makes it an ordinary character (CommonMark 0.31, section 2.4). The other characters of
# Markdown need one of these, or a place that `_LINE_START` covers: quotes and parentheses belong to links, for example.
# GitHub turns "https://" and "www." into links.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>~|$@]|#(?=#*$)|&(?=[#\w]+;)|:(?=//)|(?<=www)\.", re.IGNORECASE)
# At the start of a line, these would begin a heading, a list or a line under a heading.
_LINE_START = re.compile(r"^(?=[#+=-])|^(\d+)(?=[.)](?: |$))")
# The end of a sentence that another one follows.
_SENTENCE = re.compile(r"(?<=[.?!]) ")


def as_markdown(section: Section) -> str:
	"""Return the section as Markdown, ending with a line break."""
	return "\n\n".join(_blocks(section)) + "\n"


def _blocks(section: Section) -> Iterator[str]:
	yield f"## {_escaped(section.title)}"
	yield _with_bold_lead(section.intro)
	yield from _description(section.description, None)
	if section.recommendation:
		yield _escaped(section.recommendation)
	for index, meeting in enumerate(section.meetings):
		if index:
			yield "---"
		yield f"### {_escaped(meeting.heading)}"
		yield f"**{_escaped(_('Duration:'))}** {_escaped(meeting.duration)}"
		yield from _description(meeting.description, meeting.points_heading)
		if meeting.reassurance:
			yield _with_bold_lead(meeting.reassurance)
		yield _link(meeting.link_text, meeting.url)
	if section.widget:
		yield f"### {_escaped(section.widget.title)}"
		yield _link(section.widget.title, section.widget.url)


def _description(description: Description, points_heading: str | None) -> Iterator[str]:
	yield from (_escaped(line) for line in description.paragraphs)
	if description.points:
		heading = [f"**{_escaped(points_heading)}**"] if points_heading else []
		yield "\n".join([*heading, *(f"- {_escaped(point)}" for point in description.points)])


def _link(text: str, url: str) -> str:
	"""Return a link. Parentheses would end the address early, so they are percent-encoded."""
	return f"[{_escaped(text)}]({url.replace('(', '%28').replace(')', '%29')})"


def _with_bold_lead(text: str) -> str:
	"""Return the text with its first sentence in bold, if there are others: "**Ready to move forward?** Book a …"."""
	lead, *others = _SENTENCE.split(text, maxsplit=1)
	return " ".join([f"**{_escaped(lead)}**", *map(_escaped, others)]) if others else _escaped(text)


def _escaped(text: str) -> str:
	"""Return the text as one line of Markdown that shows exactly its words."""
	return _LINE_START.sub(r"\1\\", _SPECIAL.sub(r"\\\g<0>", " ".join(text.split())))
