"""The forecast: its arithmetic beside a recount row by row, and how often generated seasons lie within its band."""

import math
import random
from statistics import fmean

import pytest

from scheduler_integration.insights.forecast import (
	HORIZON,
	LEARNS_FROM,
	WEEK,
	Group,
	foretell,
	foretell_money,
)
from tests.insights.leads import bucket_of

DAY = 86400
# The forecast is made at instant 0.
WEEKDAYS = (1.3, 1.2, 1.0, 1.1, 0.9, 0.1, 0.1)


class Season:
	"""Bookings of some weeks before instant 0 and four after it: more or fewer by the time of the year, and by the weekday."""

	def __init__(self, seed, weeks, level=2.5, swing=0.3, growth=0.0):
		self.dice, self.weeks = random.Random(seed), weeks
		begins = self.dice.random() * 2 * math.pi
		self.rows = []
		for day in range(-weeks * 7, HORIZON * 7):
			wave = 1 + swing * math.sin(2 * math.pi * day / 364 + begins)
			for _meeting in range(self.poisson(level * WEEKDAYS[day % 7] * wave * math.exp(growth * day / 364))):
				self.add(day * DAY + self.dice.randrange(32, 68) * 900)

	def poisson(self, mean):
		product, count = self.dice.random(), 0
		while product >= math.exp(-mean):
			product, count = product * self.dice.random(), count + 1
		return count

	def add(self, start):
		booked = start - 600 - int(self.dice.expovariate(1 / 5) * DAY)
		luck, gone = self.dice.random(), None
		if luck < 0.12:
			gone = booked + int(self.dice.random() * (start - booked))
		came = gone is None and luck > 0.2 + 0.08 * (start - booked > 8 * DAY)
		self.rows.append((booked, start, gone, came, self.dice.choice((0, 50.0, 120.0))))

	def groups(self):
		"""Return what is known at instant 0."""
		return [
			Group(
				start // WEEK, booked // WEEK, None if gone is None or gone >= 0 else gone // WEEK, bucket_of(start - booked),
				came and start < 0, start < 0 or (gone is not None and gone < 0), "EUR", 1, price,
			)
			for booked, start, gone, came, price in self.rows
			if booked < 0
		]  # fmt: skip

	def coming(self, week):
		return sum(came for _booked, start, _gone, came, _price in self.rows if start // WEEK == week)

	def week(self, week, seen_from):
		"""Return the rows of a week, and those of them that were booked and not cancelled at the instant `seen_from`."""
		rows = [row for row in self.rows if row[1] // WEEK == week]
		return rows, [row for row in rows if row[0] < seen_from and (row[2] is None or row[2] >= seen_from)]


def likely(season, at, ahead, value):
	"""The forecast made `at` weeks before instant 0 for the week `ahead`, row by row."""
	usable = [back for back in range(ahead + 1, season.weeks + 1) if back != at]
	over = sorted(back for back in usable if back - ahead > at)
	later = sorted((back for back in usable if back - ahead <= at), key=lambda back: abs(back - at))
	learned = (over + later)[:LEARNS_FROM]
	views = [season.week(ahead - back, -back * WEEK) for back in learned]
	expected = fmean(
		sum(value(row) for row in rows if row[3]) - sum(value(row) for row in known if row[3]) for rows, known in views
	)
	for row in season.week(ahead - at, -at * WEEK)[1]:
		alike = [
			each
			for _rows, known in views
			for each in known
			if bucket_of(each[1] - each[0]) == bucket_of(row[1] - row[0])
		]
		expected += value(row) * (sum(each[3] for each in alike) + 1) / (len(alike) + 2)
	return expected


@pytest.mark.parametrize("weeks", [8, 11, 20])
@pytest.mark.parametrize("seed", range(3))
def test_the_forecast_equals_a_recount(seed, weeks):
	season = Season(seed, weeks)
	season.rows = [row for row in season.rows if row[0] < 0]
	found = foretell(season.groups())
	money = foretell_money(season.groups())["EUR"]
	for each in found.bands:
		assert each.likely == math.floor(likely(season, 0, each.week, lambda row: 1) + 0.5)
	for each in money.bands:
		assert each.likely == pytest.approx(likely(season, 0, each.week, lambda row: row[4]))
	weeks_ahead = range(len(found.bands)) if not found.reason else range(HORIZON if weeks >= 11 else 1)
	errors = [
		abs(season.coming(ahead - back) - likely(season, back, ahead, lambda row: 1))
		for ahead in weeks_ahead
		for back in range(ahead + 1, weeks + 1)
	]
	assert found.error == pytest.approx(fmean(errors))
	assert found.past == [season.coming(week) for week in range(-weeks, 0)]


@pytest.mark.long
@pytest.mark.parametrize(("weeks", "growth"), [(9, 0.0), (14, 0.3), (26, 0.0), (26, 0.3)])
def test_eight_of_ten_weeks_lie_within_the_band(weeks, growth):
	"""One week of each season, so that the trials are independent. 2.6 standard errors are one failure in a hundred."""
	within = []
	for seed in range(1000, 1240):
		season = Season(seed, weeks, growth=growth)
		bands = foretell(season.groups()).bands
		if bands:
			band = bands[seed % len(bands)]
			within.append(band.low <= season.coming(band.week) <= band.high)
	assert len(within) > 200
	assert abs(fmean(within) - 0.8) < 2.6 * math.sqrt(0.8 * 0.2 / len(within))


def test_the_forecast_is_better_than_last_week():
	found = [foretell(Season(seed, 20).groups()) for seed in range(20)]
	assert fmean(each.error for each in found) < 0.85 * fmean(each.naive_error for each in found)


def test_too_little_history_has_no_forecast_and_says_why():
	assert foretell([]).reason == "short"
	assert foretell(Season(1, 7).groups()).reason == "short"
	assert foretell(Season(1, 9, level=0.2).groups()).reason == "few"
	assert foretell(Season(1, 7).groups()).bands == []


def test_a_forecast_that_last_week_beats_is_hidden():
	"""The same twenty meetings each week: last week foretells them exactly."""
	rows = [Group(week, week, None, 0, True, True, None, 20, 0) for week in range(-12, 0)]
	found = foretell(rows)
	assert (found.reason, found.bands, found.naive_error) == ("useless", [], 0)


def test_with_eight_weeks_only_the_next_week_is_foretold():
	"""Seen from three weeks before, eight weeks of history have only five weeks to learn from."""
	found = next(each for each in (foretell(Season(seed, 8).groups()) for seed in range(9)) if each.bands)
	assert [each.week for each in found.bands] == [0]
	assert found.bands[0].low <= found.bands[0].likely <= found.bands[0].high


def test_currencies_are_never_added():
	groups = [each._replace(currency="EUR" if each.week % 2 else "USD") for each in Season(3, 14).groups()]
	found = foretell_money(groups)
	assert set(found) == {"EUR", "USD"}
	assert [bool(value) for value in found["EUR"].past] == [week % 2 == 1 for week in range(-14, 0)]
