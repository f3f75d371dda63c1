"""Several hosts, apart and together. 3 March 2025 is a Monday."""

from dataclasses import replace
from datetime import date

from scheduler_integration.engine import Busy, DateRange, MeetingRules, Member, Reason, RollingDays, Team

from .support import DAY, EVERY_DAY, HOUR, MON, THU, TUE, WED, at, host, times, weekly

ROME, LONDON, KOLKATA = "Europe/Rome", "Europe/London", "Asia/Kolkata"
NINE = at("2025-03-03 09:00", ROME)
HOURLY = MeetingRules(60)


def named(name, zone, *spans, days=EVERY_DAY, busy=()):
	return replace(host(zone, weekly(days, *spans), busy=busy), name=name)


def member(name, *spans, zone=ROME, rules=HOURLY, is_required=True, **calendar):
	return Member(rules, named(name, zone, *spans, **calendar), is_required)


def listed(team, zone=ROME, day="2025-03-03"):
	first = at(f"{day} 00:00", zone)
	return times(team.starts(first, first + DAY), zone)


def busy(start, hours=1):
	return [Busy(start, start + hours * HOUR)]


class TestApart:
	anna = member("anna", "09:00-11:00", busy=busy(NINE))
	bert = member("bert", "09:00-12:00", busy=busy(NINE + HOUR))
	team = Team([anna, bert], 0)

	def test_a_start_is_offered_when_anybody_is_free(self):
		assert listed(self.team) == ["09:00", "10:00", "11:00"]

	def test_the_free_hosts_of_a_start_are_told_in_order(self):
		assert [self.team.free_hosts(NINE + n * HOUR) for n in range(4)] == [["bert"], ["anna"], ["bert"], []]
		assert Team([self.bert, self.anna], 0).free_hosts(NINE + DAY) == ["bert", "anna"]

	def test_each_host_tells_why_not(self):
		assert {name: [r.reason for r in own] for name, own in self.team.refusals(NINE).items()} == {
			"anna": [Reason.BUSY],
			"bert": [],
		}

	def test_each_has_a_grid_of_their_own(self):
		assert listed(Team([member("a", "09:00-11:00"), member("b", "09:30-10:30")], 0)) == ["09:00", "09:30", "10:00"]

	def test_each_has_rules_of_their_own(self):
		soon = member("soon", "09:00-11:00")
		late = member("late", "09:00-11:00", rules=replace(HOURLY, minimum_notice=120))
		team = Team([late, soon], NINE - HOUR)
		assert team.free_hosts(NINE) == ["soon"]
		assert team.free_hosts(NINE + HOUR) == ["late", "soon"]

	def test_a_start_that_only_the_last_of_many_has_is_offered(self):
		many = [member(str(number), "09:00-12:00", busy=busy(NINE)) for number in range(9)]
		assert listed(Team([*many, member("last", "09:00-12:00")], 0)) == ["09:00", "10:00", "11:00"]

	def test_a_start_that_follows_on_a_meeting_is_offered_beside_those_that_everybody_has(self):
		packed = replace(HOURLY, packed=True)
		free, meets = (
			member("free", "09:00-12:00", rules=packed),
			member("meets", "09:00-12:00", rules=packed, busy=[Busy(NINE, NINE + 2400)]),
		)
		assert listed(Team([free, meets], 0)) == ["09:00", "09:40", "10:00", "11:00"]

	def test_one_who_is_not_required_counts_like_the_others(self):
		assert listed(Team([member("a", "09:00-10:00", is_required=False)], 0)) == ["09:00"]


class TestTogether:
	def test_a_host_in_kolkata_and_one_in_london_meet_where_both_work(self):
		# 09:00 to 18:00 in Kolkata is 03:30 to 12:30 in London.
		london, kolkata = member("l", "09:00-17:00", zone=LONDON), member("k", "09:00-18:00", zone=KOLKATA)
		assert listed(Team([london, kolkata], 0, together=True), LONDON) == ["09:00", "10:00", "11:00"]
		assert listed(Team([kolkata, london], 0, together=True), LONDON) == ["09:30", "10:30", "11:30"]

	def test_london_moves_its_clock_and_kolkata_does_not(self):
		london, kolkata = member("l", "09:00-17:00", zone=LONDON), member("k", "09:00-18:00", zone=KOLKATA)
		team = Team([london, kolkata], 0, together=True)
		assert listed(team, LONDON, "2025-03-29") == ["09:00", "10:00", "11:00"]
		assert listed(team, LONDON, "2025-03-30") == ["09:00", "10:00", "11:00", "12:00"]

	def test_everybody_who_is_required_must_be_free(self):
		anna, bert = (
			member("anna", "09:00-12:00", busy=busy(NINE)),
			member("bert", "09:00-12:00", busy=busy(NINE + HOUR)),
		)
		team = Team([anna, bert], 0, together=True)
		assert listed(team) == ["11:00"]
		assert team.free_hosts(NINE + 2 * HOUR) == ["anna", "bert"]
		assert team.free_hosts(NINE) == []

	def test_the_firsts_grid_makes_the_starts(self):
		team = Team([member("a", "09:00-12:00"), member("b", "08:45-11:30")], 0, together=True)
		assert listed(team) == ["09:00", "10:00"]
		assert [r.reason for r in team.refusals(NINE + HOUR // 2)["a"]] == [Reason.OFF_GRID]
		assert team.refusals(NINE + HOUR // 2)["b"] == []

	def test_an_optional_host_joins_where_they_can_and_is_never_in_the_way(self):
		lead, guest = member("lead", "09:00-12:00"), member("guest", "10:00-17:00", is_required=False)
		team = Team([lead, guest], 0, together=True)
		assert listed(team) == ["09:00", "10:00", "11:00"]
		assert [team.free_hosts(NINE + n * HOUR) for n in range(3)] == [["lead"], ["lead", "guest"], ["lead", "guest"]]

	def test_an_optional_host_listed_first_has_no_say_in_the_grid(self):
		guest, lead = member("guest", "08:30-12:00", is_required=False), member("lead", "09:00-12:00")
		team = Team([guest, lead], 0, together=True)
		assert listed(team) == ["09:00", "10:00", "11:00"]
		assert team.free_hosts(NINE) == ["guest", "lead"]

	def test_an_optional_host_must_be_free_on_every_date(self):
		rules = MeetingRules(60, days=2)
		lead = member("lead", "09:00-10:00", rules=rules)
		guest = member("guest", "09:00-10:00", rules=rules, is_required=False, busy=busy(NINE + DAY))
		team = Team([lead, guest], 0, together=True)
		assert team.free_hosts(NINE) == ["lead"]
		assert team.free_hosts(NINE + 2 * DAY) == ["lead", "guest"]

	def test_the_narrowest_window_and_the_longest_notice_hold(self):
		near = member("near", "09:00-10:00", rules=replace(HOURLY, window=RollingDays(2)))
		far = member("far", "09:00-10:00", rules=replace(HOURLY, minimum_notice=24 * 60))
		team = Team([near, far], NINE - HOUR, together=True)
		assert team.starts(NINE, NINE + 9 * DAY) == [NINE + DAY, NINE + 2 * DAY]

	def test_a_team_in_which_nobody_is_required_is_refused_and_does_not_fail(self):
		team = Team([member("guest", "09:00-10:00", is_required=False)], 0, together=True)
		assert listed(team) == team.nearest(NINE) == team.free_hosts(NINE) == []
		assert team.refusals(NINE) == {"guest": []}


class TestWithoutHosts:
	team = Team([], 0)

	def test_nothing_is_offered(self):
		assert self.team.starts(NINE, NINE + DAY) == self.team.free_hosts(NINE) == self.team.parts(NINE) == []
		assert self.team.seats_left(NINE, NINE + DAY) == self.team.refusals(NINE) == {}
		assert not self.team.is_bookable(NINE)
		assert self.team.rules is None


def test_dates_of_a_window_are_each_hosts_own():
	# On Tuesday at 09:00 in Kolkata it is still Monday in New York.
	window = DateRange(date(2025, 3, 4), date(2025, 3, 4))
	rules = MeetingRules(60, window=window)
	kolkata = member("k", "09:00-10:00", zone=KOLKATA, rules=rules, days=[MON, TUE])
	new_york = member("n", "22:00-00:00", zone="America/New_York", rules=rules, days=[MON, TUE])
	start = at("2025-03-04 09:00", KOLKATA)
	team = Team([kolkata, new_york], 0)
	assert team.free_hosts(start) == ["k"]
	assert [r.reason for r in team.refusals(start)["n"]][:1] == [Reason.BEFORE_WINDOW]


class TestDaysOffThatDiffer:
	"""Two days of a round robin; one host is off on Tuesdays."""

	meeting = MeetingRules(60, days=2, skips_days_off=True)

	def team(self, *weekdays, busy=((), ())):
		return Team(
			[
				member(f"host {index}", "09:00-10:00", rules=self.meeting, days=each, busy=busy[index])
				for index, each in enumerate(weekdays)
			],
			0,
		)

	def days(self, parts):
		return [(start - NINE) // DAY for start, _end in parts]

	def test_only_hosts_who_work_on_the_dates_shown_are_in_the_running(self):
		team = self.team([MON, WED, THU], [MON, TUE, WED])
		assert self.days(team.parts(NINE)) == self.days(team.series(NINE, NINE + 1)[NINE]) == [0, 2]
		assert team.free_hosts(NINE) == ["host 0"]
		assert self.days(team.parts(NINE, "host 1")) == [0, 1]

	def test_the_first_who_can_take_it_tells_the_dates(self):
		team = self.team([MON, WED, THU], [MON, TUE, WED], busy=([(NINE, NINE + HOUR)], ()))
		assert self.days(team.parts(NINE)) == self.days(team.series(NINE, NINE + 1)[NINE]) == [0, 1]
		assert team.free_hosts(NINE) == ["host 1"]
