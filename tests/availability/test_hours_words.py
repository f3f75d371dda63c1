"""A week in words reads back as the same week, in every language and whatever the hours are."""

import random
from itertools import product

import frappe
import pytest
from babel import localedata

from scheduler_integration import engine
from scheduler_integration.availability.week import week_in_words, week_of
from scheduler_integration.parsing.hours_text import parse_week
from scheduler_integration.times import WEEK
from tests.availability.weeks import rules_of
from tests.support.factories import at

LANGUAGES = sorted({name.partition("_")[0] for name in localedata.locale_identifiers()} | {"pt-BR", "zh-TW", "es-MX"})
MONDAY = at("2026-03-02 00:00")


def rule(day, start, end, is_available=1):
	return {"day_of_week": day, "start_time": f"{start}:00", "end_time": f"{end}:00", "is_available": is_available}


@pytest.mark.parametrize(
	("rules", "sentence"),
	[
		([], ""),
		([rule(day, "09:00", "17:00") for day in WEEK[:5]], "Monday–Friday 9:00–17:00"),
		(
			[
				*(rule(day, *span) for day in WEEK[:3] for span in (("09:00", "12:00"), ("13:00", "17:30"))),
				rule("Saturday", "22:00", "02:00"),
			],
			"Monday–Wednesday 9:00–12:00, 13:00–17:30; Saturday 22:00–2:00",
		),
		([rule("Monday", "09:00", "12:00"), rule("Tuesday", "09:00", "12:00")], "Monday, Tuesday 9:00–12:00"),
		([rule("Monday", "09:00", "23:59"), rule("Sunday", "00:00", "00:00")], "Monday 9:00–24:00; Sunday 0:00–24:00"),
		([rule("Monday", "09:00", "12:00"), rule("Monday", "11:00", "13:00")], "Monday 9:00–13:00"),
		(
			[rule("Monday", "09:00", "17:00"), rule("Monday", "12:00", "13:00", 0)],
			"Monday 9:00–12:00, 13:00–17:00",
		),
		(
			[rule("Sunday", "22:00", "03:00"), rule("Monday", "01:00", "02:00", 0)],
			"Monday 2:00–3:00; Sunday 22:00–1:00",
		),
	],
)
def test_the_sentence(rules, sentence):
	assert week_in_words(week_of(rules)) == sentence


def test_days_begin_with_the_readers_first_and_have_its_names(monkeypatch):
	week = {0: [(540, 1020)], 6: [(600, 720)]}
	monkeypatch.setattr(frappe.local, "lang", "de")
	assert week_in_words(week, twelve_hours=True) == "Montag 9:00–17:00; Sonntag 10:00–12:00"
	monkeypatch.setattr(frappe.local, "lang", "en-US")
	assert week_in_words(week, first_day=6, twelve_hours=True) == "Sunday 10:00 am–12:00 pm; Monday 9:00 am–5:00 pm"


@pytest.mark.long
def test_reads_back_in_each_language(monkeypatch):
	# Babel writes what it resolves for one language into data that others share. Later tests get fresh data.
	monkeypatch.setattr(localedata, "_cache", {})
	week = {day: [(540, 720), (780, 1440)] for day in (0, 1, 2, 4)} | {
		3: [(0, 1440)],
		5: [(1320, 1560)],
		6: [(600, 660)],
	}
	for language, twelve_hours in product(LANGUAGES, (False, True)):
		monkeypatch.setattr(frappe.local, "lang", language)
		text = week_in_words(week, twelve_hours=twelve_hours)
		assert (language, week_of(parse_week(text))) == (language, week), text


@pytest.mark.parametrize("seed", range(60))
def test_the_merged_week_opens_the_same_instants(seed):
	dice = random.Random(seed)
	rules = [_random_rule(dice) for _each in range(dice.randrange(1, 14))]
	merged = rules_of(week_of(rules))
	assert all(row["is_available"] for row in merged)
	assert _open(merged) == _open(rules)
	assert rules_of(week_of(merged)) == merged
	assert rules_of(week_of(parse_week(week_in_words(week_of(rules))))) == merged


def _random_rule(dice):
	start, end = (f"{dice.randrange(24):02}:{dice.choice((0, 30)):02}" for _each in range(2))
	end = dice.choice((end, end, "00:00", "23:59"))
	return rule(dice.choice(WEEK), start, end, int(dice.random() < 0.7))


def _open(rules):
	weekly = tuple(
		engine.WeeklyRule(
			WEEK.index(row["day_of_week"]),
			*map(_minutes, (row["start_time"], row["end_time"])),
			bool(row["is_available"]),
		)
		for row in rules
	)
	return engine.working_intervals(engine.WorkingHours("UTC", weekly), MONDAY, MONDAY + 14 * 86400)


def _minutes(text):
	return int(text[:2]) * 60 + int(text[3:5])
