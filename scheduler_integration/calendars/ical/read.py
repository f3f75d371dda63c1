"""Reads a calendar's text: each event with the times it takes in a window."""

import time
from collections import ChainMap
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from icalendar import vDDDTypes, vDuration

from scheduler_integration import engine
from scheduler_integration.calendars.ical.blocks import Block, Blocks, split
from scheduler_integration.calendars.ical.expand import (
	MARK,
	check_rules,
	parsed,
	recurs,
	series_busy,
	single_busy,
	surely_misses,
	understanding,
)
from scheduler_integration.calendars.ical.kinds import replies
from scheduler_integration.calendars.ical.times import Unreadable, times_of
from scheduler_integration.calendars.ical.zones import iana, with_known_zones
from scheduler_integration.calendars.provider import BusyTime, Kind, Reply
from scheduler_integration.exceptions import AnswerTooLarge, Unreachable

MOST_OCCURRENCES = 50_000
SECONDS = 60

_FREE_BUSY: dict[str, Kind] = {"BUSY-TENTATIVE": "tentative", "BUSY-UNAVAILABLE": "out_of_office"}


@dataclass(frozen=True, slots=True)
class IcalEvent:
	"""An event with its exceptions. `start` and `end` are None for a series; see RemoteEvent for the other fields."""

	uid: str
	busy: tuple[BusyTime, ...]
	mark: str = ""
	start: int | None = None
	end: int | None = None
	replies: dict[str, Reply] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
	"""`unreadable` is the number of events that can't be read, or whose zone is unknown."""

	events: tuple[IcalEvent, ...]
	unreadable: int = 0


def read(data: bytes, window: engine.Interval, zone: str, owners: Collection[str] = ()) -> Reading:
	"""Return the events of a calendar with the times they take in the window (instants).

	`zone` is the owner's: for whole days, and for times without a zone if the calendar has none. `owners` are the owner's
	e-mail addresses in lower case. Events that surely miss the window are left out.

	A broken event is counted, and the others are read. Raises UnexpectedAnswer if it isn't a calendar, AnswerTooLarge for
	too many events or occurrences, and Unreachable if reading takes longer than a minute.
	"""
	blocks = split(_decoded(data))
	zone = iana(blocks.zone) or zone
	deadline = time.monotonic() + SECONDS
	events: list[IcalEvent] = []
	unreadable = occurrences = 0
	for uid, group in blocks.events.items():
		if time.monotonic() > deadline:
			raise Unreachable()
		try:
			with understanding():
				if surely_misses(group, window):
					continue
				event, problems = _event(uid, group, blocks, window, zone, owners)
		except Unreadable:
			unreadable += 1
			continue
		unreadable += problems
		occurrences += len(event.busy)
		if occurrences > MOST_OCCURRENCES:
			raise AnswerTooLarge()
		events.append(event)
	busy, problems = _free_busy(blocks.free_busy, window)
	return Reading((*events, *busy), unreadable + problems)


def check(data: bytes) -> None:
	"""Raise UnexpectedAnswer if this isn't a calendar, and AnswerTooLarge for too many events."""
	split(_decoded(data))


def _event(
	uid: str, group: list[Block], blocks: Blocks, window: engine.Interval, zone: str, owners: Collection[str]
) -> tuple[IcalEvent, int]:
	"""Return an event with its times, and how many of the group are counted as unreadable."""
	check_rules(group)
	known, custom, unknown = zip(*(with_known_zones(block, blocks.zones, zone) for block in group), strict=True)
	components, broken = parsed(known, ChainMap(*custom).values())
	if not components:
		raise Unreadable
	first = components[0]
	start = end = None
	unreadable = 0
	if recurs(group) or len(components) > 1:
		busy, unreadable = series_busy(components, window, zone, owners)
	else:
		busy = single_busy(first, window, zone, owners)
		start, end, _all_day = times_of(first, zone)
	event = IcalEvent(uid, tuple(busy), str(first.get(MARK, "")), start, end, replies(first))
	has_doubt = any(unknown) or not all(block.is_whole for block in group)
	return event, max(broken, unreadable, int(has_doubt))


def _free_busy(blocks: Iterable[Block], window: engine.Interval) -> tuple[list[IcalEvent], int]:
	"""Return the periods of VFREEBUSY components as one event, and how many can't be read.

	A whole feed may be made of such components.
	"""
	busy: list[BusyTime] = []
	unreadable = 0
	for block in blocks:
		unreadable += not block.is_whole
		for text, kind in (period for line in block.lines for period in _periods(line)):
			try:
				with understanding():
					begin, _slash, rest = text.partition("/")
					start: Any = vDDDTypes.from_ical(begin)
					is_length = rest.startswith(("P", "+P"))
					end = start + vDuration.from_ical(rest) if is_length else vDDDTypes.from_ical(rest)
					busy.append(BusyTime(_utc(start), _utc(end), kind))
			except Unreadable:
				unreadable += 1
	kept = tuple(each for each in busy if window[0] < each.end and each.start < min(window[1], each.end))
	return [IcalEvent("free-busy", kept)] if kept else [], unreadable


def _periods(line: str) -> list[tuple[str, Kind]]:
	head, _colon, periods = line.partition(":")
	if not head.upper().startswith("FREEBUSY") or "FBTYPE=FREE" in head.upper().split(";"):
		return []
	kinds = [kind for name, kind in _FREE_BUSY.items() if f"FBTYPE={name}" in head.upper()]
	return [(period.strip(), kinds[0] if kinds else "busy") for period in periods.split(",")]


def _utc(value: datetime) -> int:
	# RFC 5545, 3.8.2.6: these periods are in UTC.
	return int(value.replace(tzinfo=value.tzinfo or engine.zone("UTC")).timestamp())


def _decoded(data: bytes) -> str:
	try:
		return data.decode("utf-8-sig")
	except UnicodeDecodeError:
		return data.decode("latin-1")
