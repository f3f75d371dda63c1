"""Reads the calendar part of a mail: what an attendee answers to an invitation (RFC 5546, 3.2.3 and 3.2.7).

REPLY accepts, declines, or isn't sure. COUNTER proposes another time. Anything that isn't exactly one clear answer is
Unclear, for a person to read. Definitions of zones in the part aren't used: a zone counts if its name is known.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from icalendar import Calendar, Event

from scheduler_integration import engine
from scheduler_integration.calendars.ical.zones import iana

# In bytes. A reply of Outlook with its zone has about 3,000.
LARGEST = 64 * 1024
_LONGEST_UID = 255
_LONGEST_COMMENT = 500
_ANSWERS = frozenset({"ACCEPTED", "DECLINED", "TENTATIVE"})
_METHODS = frozenset({"REPLY", "COUNTER"})
_FOLD = re.compile(r"\r?\n[ \t]")
_UID = re.compile(r"^UID(?:;[^:\n]*)?:([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
_METHOD = re.compile(r"^METHOD:\s*([A-Z]+)\s*$", re.IGNORECASE | re.MULTILINE)
_LEFT_OUT = ("VTIMEZONE", "VALARM")


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarReply:
	"""One clear answer to an invitation.

	- `attendee`: who answers, an address in lower case. `answer`: ACCEPTED, DECLINED or TENTATIVE.
	- `sequence`: which version of the invitation it answers.
	- `start`, `end`: the proposed time, epoch seconds, half-open; None without a proposal that can be read.
	- `proposes`: it is a COUNTER. `is_about_one_day`: it answers for one day of a meeting over several days.
	"""

	uid: str
	sequence: int
	attendee: str
	answer: str
	proposes: bool = False
	start: int | None = None
	end: int | None = None
	is_about_one_day: bool = False
	comment: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
	"""An answer to the invitation with this UID that only a person can understand."""

	uid: str


def read_part(part: bytes, sender: str) -> CalendarReply | Unclear | None:
	"""Return what the calendar part of a mail from `sender` answers, or None if it answers nothing.

	A COUNTER may name all attendees. Then the sender is the one who answers.
	"""
	if len(part) > LARGEST:
		return None
	try:
		text = part.decode("utf-8-sig")
	except UnicodeDecodeError:
		# RFC 5545 wants UTF-8. Only names and comments can have other bytes, whatever charset the mail names.
		text = part.decode("latin-1")
	text = _FOLD.sub("", text)
	uid, method = _UID.search(text), _METHOD.search(text)
	if not uid or not method or method[1].upper() not in _METHODS:
		return None
	unclear = Unclear(uid[1].strip()[:_LONGEST_UID])
	try:
		event = _only_event(text)
		reply = _reply(event, method[1].upper(), sender) if event else None
	except (ValueError, TypeError, KeyError, AttributeError, IndexError):
		# The library raises these errors for text that isn't a calendar.
		return unclear
	return reply or unclear


def _only_event(text: str) -> Event | None:
	"""Return the event, or None unless there is exactly one calendar with exactly one event and nothing else."""
	# The calendar without zones and alarms. The library remembers a zone by its name, whoever defined it.
	lines, inside = [], ""
	for line in text.splitlines():
		word = line.strip().upper()
		if inside:
			inside = "" if word == f"END:{inside}" else inside
		elif word.startswith("BEGIN:") and word[6:] in _LEFT_OUT:
			inside = word[6:]
		else:
			lines.append(line)
	without_zones = "\n".join(lines)
	calendars = Calendar.from_ical(without_zones, multiple=True)
	if len(calendars) != 1 or len(calendars[0].subcomponents) != 1:
		return None
	(event,) = calendars[0].subcomponents
	return event if isinstance(event, Event) and not event.errors else None


def _reply(event: Event, method: str, sender: str) -> CalendarReply | None:
	proposes = method == "COUNTER"
	attendee = _answering(event, sender, proposes)
	if attendee is None or isinstance(event.get("UID"), list) or "RRULE" in event:
		return None
	answer = str(attendee.params.get("PARTSTAT", "")).upper()
	if "DELEGATED-TO" in attendee.params or "SENT-BY" in attendee.params or (answer not in _ANSWERS and not proposes):
		return None
	start, end = (_instant(event.get(name)) for name in ("DTSTART", "DTEND"))
	return CalendarReply(
		uid=str(event["UID"]).strip(),
		sequence=int(event.get("SEQUENCE", 0)),
		attendee=_address(attendee),
		answer=answer,
		proposes=proposes,
		start=start if proposes else None,
		end=end if proposes else None,
		is_about_one_day="RECURRENCE-ID" in event,
		comment=_text(event.get("COMMENT")),
	)


def _answering(event: Event, sender: str, proposes: bool) -> Any:
	"""Return the ATTENDEE who answers, or None unless there is exactly one."""
	found = event.get("ATTENDEE", [])
	attendees = found if isinstance(found, list) else [found]
	if proposes and len(attendees) > 1:
		attendees = [each for each in attendees if _address(each) == sender]
	return attendees[0] if len(attendees) == 1 else None


def _address(attendee: Any) -> str:
	return re.sub("^mailto:", "", str(attendee).strip(), flags=re.IGNORECASE).strip().lower()


def _instant(value: Any) -> int | None:
	"""Return the instant of a time, or None for a date, a time without a zone, and an unknown zone."""
	moment = getattr(value, "dt", None)
	if not isinstance(moment, datetime):
		return None
	if name := value.params.get("TZID"):
		zone = iana(str(name).strip('"'))
		return engine.instant_of(moment.replace(tzinfo=None), zone) if zone else None
	return int(moment.timestamp()) if moment.tzinfo else None


def _text(comment: Any) -> str:
	first = comment[0] if isinstance(comment, list) and comment else comment
	return " ".join(str(first or "").split())[:_LONGEST_COMMENT]
