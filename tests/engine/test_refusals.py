"""HostSlots: every reason, in order. 3 March 2025 is a Monday."""

import pytest

from scheduler_integration.engine import (
	Booked,
	Busy,
	HostSlots,
	InstantOutOfRange,
	Limit,
	MeetingRules,
	Reason,
	Refusal,
	RollingDays,
	booking_window,
	relevant_span,
)

from .support import DAY, HOUR, MON, at, host, refusal, weekly

ZONE = "Europe/Rome"
NINE = at("2025-03-03 09:00", ZONE)
MEETING = MeetingRules(60, minimum_notice=60, window=RollingDays(5), limits=(Limit("day", 1), Limit("week", 1)))
OFFICE = host(
	ZONE,
	weekly(MON, "09:00-17:00"),
	busy=[Busy(NINE, NINE + HOUR, "event")],
	booked=[Booked(NINE + 3 * HOUR, NINE + 4 * HOUR, 30, 30, counts=True, label="booking")],
)


def slots_of(first, last, now=NINE - DAY):
	return HostSlots(MEETING, OFFICE, now, booking_window(MEETING, OFFICE, now), first, last)


def reasons(start, now=NINE - DAY):
	host_slots = slots_of(NINE - 30 * DAY, NINE + 30 * DAY, now)
	return [each.reason for each in host_slots.refusals(start)]


def test_every_reason_is_listed_in_order():
	limits = [Reason.DAILY_LIMIT, Reason.WEEKLY_LIMIT]
	assert reasons(NINE) == [Reason.BUSY, *limits]
	assert reasons(NINE + HOUR // 2) == [Reason.OFF_GRID, Reason.BUSY, *limits]
	assert reasons(NINE + 2 * HOUR) == [Reason.BUFFER, *limits]
	assert reasons(NINE - HOUR) == [Reason.OUTSIDE_HOURS, *limits]
	assert reasons(NINE, now=NINE + 1)[0] is Reason.IN_THE_PAST
	assert reasons(NINE, now=NINE)[0] is Reason.MINIMUM_NOTICE
	assert reasons(NINE + 7 * DAY) == [Reason.BEYOND_WINDOW]
	assert reasons(NINE + 7 * DAY, now=NINE + 3 * DAY) == []


def test_the_first_reason_is_the_refusal():
	assert refusal(NINE, MEETING, OFFICE, NINE - DAY) == Refusal(Reason.BUSY, (Busy(NINE, NINE + HOUR, "event"),))


@pytest.mark.parametrize("start", [NINE - 1, NINE + DAY])
def test_host_slots_refuse_starts_outside_their_range(start):
	host_slots = slots_of(NINE, NINE + DAY)
	with pytest.raises(InstantOutOfRange):
		host_slots.is_open(start)
	with pytest.raises(InstantOutOfRange):
		host_slots.fits(start)


@pytest.mark.parametrize(
	("rules", "widest", "expected"),
	[
		({}, 0, (NINE, NINE + 2 * HOUR)),
		({"buffer_before": 10, "buffer_after": 20}, 0, (NINE - 600, NINE + 2 * HOUR + 1200)),
		({"buffer_before": 10, "buffer_after": 20}, 60, (NINE - HOUR, NINE + 3 * HOUR)),
		({"limits": [Limit("day", 1)]}, 0, (NINE - 9 * HOUR, NINE + 15 * HOUR)),
		({"limits": [Limit("week", 1)]}, 0, (NINE - 9 * HOUR, NINE - 9 * HOUR + 7 * DAY)),
	],
)
def test_the_relevant_span_covers_buffers_the_meeting_and_the_limits_periods(rules, widest, expected):
	assert relevant_span(MeetingRules(60, **rules), ZONE, NINE, NINE, NINE + HOUR, widest) == expected


def test_reasons_are_their_names():
	assert all(reason == reason.name for reason in Reason)
