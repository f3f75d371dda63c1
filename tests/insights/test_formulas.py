"""Formulas with numbers that can be checked by hand."""

from collections import Counter

import pytest

from scheduler_integration.insights.formulas import Change, LeadTimes, Money, Tally, percent


@pytest.mark.parametrize(
	("part", "whole", "wanted"),
	[(1, 16, 6.3), (2, 15, 13.3), (1, 3, 33.3), (2, 3, 66.7), (0, 5, 0.0), (5, 5, 100.0), (0, 0, None)],
)
def test_percent_is_rounded_half_up(part, whole, wanted):
	assert percent(part, whole) == wanted


@pytest.mark.parametrize(
	("value", "before", "change", "trend"),
	[
		(12, 10, 20.0, "up"),
		(10, 12, -16.7, "down"),
		(5, 5, 0.0, "flat"),
		(3, 0, None, "up"),
		(0, 0, None, "flat"),
		(0, 4, -100.0, "down"),
	],
)
def test_change(value, before, change, trend):
	found = Change(value, before)
	assert (found.change, found.trend) == (change, trend)


def test_a_cancellation_after_the_start_is_neither_a_cancellation_nor_a_no_show():
	tally = Tally()
	tally.add("Completed", 3)
	tally.add("Cancelled", 1, by="Host", after_start=True)
	assert (tally.cancelled, tally.by_host, tally.no_shows, tally.total) == (0, 0, 0, 4)
	assert (tally.completion_rate, tally.cancellation_rate) == (100.0, 0.0)


def test_declined_and_rescheduled_bookings_are_out():
	tally = Tally()
	for status in ("Declined", "Rescheduled"):
		tally.add(status, 9)
	assert (tally.total, tally.completion_rate) == (0, None)


def test_lead_times():
	leads = LeadTimes(Counter({3600: 1, 7200: 1, 36000: 2}))
	assert (leads.mean, leads.median, leads.p90) == (5.8, 6.0, 10.0)
	assert (LeadTimes().mean, LeadTimes().median, LeadTimes().p90) == (None, None, None)


def test_money_is_never_added_over_currencies():
	money = Money()
	for currency, amount in (("EUR", 0.1), ("EUR", 0.2), ("USD", 5), (None, 7), ("JPY", 0)):
		money.add("Completed", currency, amount)
	money.add("Scheduled", "EUR", 10)
	money.add("Declined", "EUR", 99)
	assert money.rows() == [("EUR", 0.3, 10.0), ("USD", 5.0, 0.0)]
