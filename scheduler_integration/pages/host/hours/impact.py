"""The effect of a change, in words, with links to the meetings that stay although they lie outside the hours."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import frappe
from frappe import _

from scheduler_integration.availability.hours_change import BLOCKED, OVERRIDE, HoursChange
from scheduler_integration.availability.impact import Impact, Meeting
from scheduler_integration.engine import local_date
from scheduler_integration.pages.host.hours.time_off import blocked_when
from scheduler_integration.pages.host.house import with_arguments
from scheduler_integration.pages.host.meeting_row import meeting_url
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.spans import moment_in_short

# More meetings than these are counted only.
_NAMED = 8


def change_view(change: HoursChange, impact: Impact, style: dates.TimeStyle) -> dict:
	"""Return the sentences about a change, the meetings outside, and the mark with which somebody agrees to them."""
	outside = impact.outside
	blocked = [doc.as_dict() for doc in change.saved if doc.doctype == BLOCKED]
	closes = blocked or any(doc.doctype == OVERRIDE and not doc.is_available for doc in change.saved)
	days = dict.fromkeys(local_date(each.start, style.zone) for each in outside[:_NAMED]) if closes else {}
	whose = "" if change.user == frappe.session.user else change.user
	count = len(outside)
	if not count:
		outside_sentence = ""
	elif count == 1:
		outside_sentence = _("1 booking now lies outside your hours. It stays:")
	else:
		outside_sentence = _("{0} bookings now lie outside your hours. They stay:").format(count)
	return {
		"words": blocked_when(blocked[0], style) if blocked else "",
		"summary": impact_sentence(impact),
		"types": [_("{0}: {1}").format(each.title, more_and_fewer(each.gained, each.lost)) for each in impact.types]
		if len(impact.types) > 1
		else [],
		"outside": outside_sentence,
		"meetings": [{"label": _label(each, style), "url": meeting_url(each.booking)} for each in outside[:_NAMED]],
		"days": [
			{
				"label": dates.long_day(day, style.locale),
				"url": with_arguments("/scheduling/ill", {"day": day, "user": whose}),
			}
			for day in days
		],
		"others": max(len(outside) - _NAMED, 0),
		"sure": mark_of(outside),
	}


def impact_sentence(impact: Impact) -> str:
	"""`In the next four weeks: 38 more times, 12 fewer.`"""
	counted = more_and_fewer(*impact.sums)
	return (
		_("In the next four weeks: {0}.").format(counted) if counted else _("No time changes in the next four weeks.")
	)


def more_and_fewer(gained: int, lost: int) -> str:
	"""`38 more times, 12 fewer`; empty if nothing changes."""
	more = _("1 more time") if gained == 1 else _("{0} more times").format(gained)
	fewer = _("1 fewer time") if lost == 1 else _("{0} fewer times").format(lost)
	if gained and lost:
		return _("{0}, {1} fewer").format(more, lost)
	return more if gained else fewer if lost else ""


def mark_of(outside: Sequence[Meeting]) -> str:
	"""Return a text that stands for exactly these meetings; empty if there are none."""
	names = ",".join(sorted(each.booking for each in outside))
	return hashlib.sha256(names.encode()).hexdigest()[:16] if names else ""


def _label(meeting: Meeting, style: dates.TimeStyle) -> str:
	when = moment_in_short(meeting.start, style)
	return _("{0}: {1}").format(when, meeting.title) if meeting.title else when
