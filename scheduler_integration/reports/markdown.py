"""Writes the section as Markdown (CommonMark). Texts from records are escaped: they can't add links, images or HTML."""

import re
from collections.abc import Iterator

from frappe import _

from scheduler_integration.reports.description import Description
from scheduler_integration.reports.section import Meeting, Section

# A backslash before any of these makes it an ordinary character (CommonMark 0.31, section 2.4).
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~&\"'$:@^=/])")
# At the start of a line, these would begin a list or a heading underlined with dashes.
_LINE_START = re.compile(r"^(\d+)([.)])|^([-+])")


def as_markdown(section: Section) -> str:
	"""Return the section as Markdown, ending with a line break."""
	return "\n\n".join(_blocks(section)) + "\n"


def _blocks(section: Section) -> Iterator[str]:
	yield f"## {_escaped(section.title)}"
	yield _escaped(section.intro)
	yield from _description(section.description, None)
	for index, meeting in enumerate(section.meetings):
		if index:
			yield "---"
		yield from _meeting(meeting)
	if section.widget:
		yield f"### {_escaped(section.widget.title)}"
		yield _link(section.widget.title, section.widget.url)


def _meeting(meeting: Meeting) -> Iterator[str]:
	yield f"### {_escaped(meeting.heading)}"
	yield f"**{_escaped(_('Duration:'))}** {_escaped(meeting.duration)}"
	yield from _description(meeting.description, meeting.points_heading)
	if meeting.reassurance:
		yield _escaped(meeting.reassurance)
	yield _link(meeting.link_text, meeting.url)


def _description(description: Description, points_heading: str | None) -> Iterator[str]:
	yield from (_escaped(line) for line in description.paragraphs)
	if description.points:
		heading = [f"**{_escaped(points_heading)}**"] if points_heading else []
		yield "\n".join([*heading, *(f"- {_escaped(point)}" for point in description.points)])


def _link(text: str, url: str) -> str:
	"""Return a link. Parentheses would end the address early, so they are percent-encoded."""
	return f"[{_escaped(text)}]({url.replace('(', '%28').replace(')', '%29')})"


def _escaped(text: str) -> str:
	escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
	return _LINE_START.sub(lambda match: f"{match[1]}\\{match[2]}" if match[1] else f"\\{match[3]}", escaped)
