"""Several hosts, as a round robin and together. 3 March 2025 is a Monday."""

from dataclasses import replace
from datetime import date

from scheduler_integration.engine import Busy, DateRange, HostPool, MeetingRules, Member, Reason, RollingDays

from .support import DAY, EVERY_DAY, HOUR, MON, THU, TUE, WED, at, host, times, weekly

ROME, LONDON, KOLKATA = "Europe/Rome", "Europe/London", "Asia/Kolkata"
NINE = at("2025-03-03 09:00", ROME)
HOURLY = MeetingRules(60)


def named(name, zone, *spans, days=EVERY_DAY, busy=()):
	return replace(host(zone, weekly(days, *spans), busy=busy), name=name)


def member(name, *spans, zone=ROME, rules=HOURLY, is_required=True, **calendar):
	return Member(rules, named(name, zone, *spans, **calendar), is_required)


def listed(pool, zone=ROME, day="2025-03-03"):
	first = at(f"{day} 00:00", zone)
	return times(pool.starts(first, first + DAY), zone)


def busy(start, hours=1):
	return [Busy(start, start + hours * HOUR)]


class TestApart:
	anna = member("anna", "09:00-11:00", busy=busy(NINE))
	bert = member("bert", "09:00-12:00", busy=busy(NINE + HOUR))
	pool = HostPool([anna, bert], 0)

	def test_a_start_is_offered_when_anybody_is_free(self):
		assert listed(self.pool) == ["09:00", "10:00", "11:00"]

	def test_the_free_hosts_of_a_start_are_in_order(self):
		assert [self.pool.free_hosts(NINE + n * HOUR) for n in range(4)] == [["bert"], ["anna"], ["bert"], []]
		assert HostPool([self.bert, self.anna], 0).free_hosts(NINE + DAY) == ["bert", "anna"]

	def test_each_host_has_reasons_of_their_own(self):
		assert {name: [r.reason for r in own] for name, own in self.pool.refusals(NINE).items()} == {
			"anna": [Reason.BUSY],
			"bert": [],
		}

	def test_each_has_a_grid_of_their_own(self):
		assert listed(HostPool([member("a", "09:00-11:00"), member("b", "09:30-10:30")], 0)) == [
			"09:00",
			"09:30",
			"10:00",
		]

	def test_each_has_rules_of_their_own(self):
		soon = member("soon", "09:00-11:00")
		late = member("late", "09:00-11:00", rules=replace(HOURLY, minimum_notice=120))
		pool = HostPool([late, soon], NINE - HOUR)
		assert pool.free_hosts(NINE) == ["soon"]
		assert pool.free_hosts(NINE + HOUR) == ["late", "soon"]

	def test_a_start_that_only_the_last_of_many_has_is_offered(self):
		many = [member(str(number), "09:00-12:00", busy=busy(NINE)) for number in range(9)]
		assert listed(HostPool([*many, member("last", "09:00-12:00")], 0)) == ["09:00", "10:00", "11:00"]

	def test_a_start_that_follows_on_a_meeting_is_offered_beside_those_that_everybody_has(self):
		fill_gaps = replace(HOURLY, fill_gaps=True)
		free, meets = (
			member("free", "09:00-12:00", rules=fill_gaps),
			member("meets", "09:00-12:00", rules=fill_gaps, busy=[Busy(NINE, NINE + 2400)]),
		)
		assert listed(HostPool([free, meets], 0)) == ["09:00", "09:40", "10:00", "11:00"]

	def test_one_who_is_not_required_counts_like_the_others(self):
		assert listed(HostPool([member("a", "09:00-10:00", is_required=False)], 0)) == ["09:00"]


class TestTogether:
	def test_a_host_in_kolkata_and_one_in_london_meet_where_both_work(self):
		# 09:00 to 18:00 in Kolkata is 03:30 to 12:30 in London.
		london, kolkata = member("l", "09:00-17:00", zone=LONDON), member("k", "09:00-18:00", zone=KOLKATA)
		assert listed(HostPool([london, kolkata], 0, together=True), LONDON) == ["09:00", "10:00", "11:00"]
		assert listed(HostPool([kolkata, london], 0, together=True), LONDON) == ["09:30", "10:30", "11:30"]

	def test_london_moves_its_clock_and_kolkata_does_not(self):
		london, kolkata = member("l", "09:00-17:00", zone=LONDON), member("k", "09:00-18:00", zone=KOLKATA)
		pool = HostPool([london, kolkata], 0, together=True)
		assert listed(pool, LONDON, "2025-03-29") == ["09:00", "10:00", "11:00"]
		assert listed(pool, LONDON, "2025-03-30") == ["09:00", "10:00", "11:00", "12:00"]

	def test_everybody_who_is_required_must_be_free(self):
		anna, bert = (
			member("anna", "09:00-12:00", busy=busy(NINE)),
			member("bert", "09:00-12:00", busy=busy(NINE + HOUR)),
		)
		pool = HostPool([anna, bert], 0, together=True)
		assert listed(pool) == ["11:00"]
		assert pool.free_hosts(NINE + 2 * HOUR) == ["anna", "bert"]
		assert pool.free_hosts(NINE) == []

	def test_the_first_members_grid_gives_the_starts(self):
		pool = HostPool([member("a", "09:00-12:00"), member("b", "08:45-11:30")], 0, together=True)
		assert listed(pool) == ["09:00", "10:00"]
		assert [r.reason for r in pool.refusals(NINE + HOUR // 2)["a"]] == [Reason.OFF_GRID]
		assert pool.refusals(NINE + HOUR // 2)["b"] == []

	def test_an_optional_host_joins_where_they_can_and_is_never_in_the_way(self):
		lead, guest = member("lead", "09:00-12:00"), member("guest", "10:00-17:00", is_required=False)
		pool = HostPool([lead, guest], 0, together=True)
		assert listed(pool) == ["09:00", "10:00", "11:00"]
		assert [pool.free_hosts(NINE + n * HOUR) for n in range(3)] == [["lead"], ["lead", "guest"], ["lead", "guest"]]

	def test_an_optional_host_listed_first_has_no_say_in_the_grid(self):
		guest, lead = member("guest", "08:30-12:00", is_required=False), member("lead", "09:00-12:00")
		pool = HostPool([guest, lead], 0, together=True)
		assert listed(pool) == ["09:00", "10:00", "11:00"]
		assert pool.free_hosts(NINE) == ["guest", "lead"]

	def test_an_optional_host_must_be_free_on_every_date(self):
		rules = MeetingRules(60, days=2)
		lead = member("lead", "09:00-10:00", rules=rules)
		guest = member("guest", "09:00-10:00", rules=rules, is_required=False, busy=busy(NINE + DAY))
		pool = HostPool([lead, guest], 0, together=True)
		assert pool.free_hosts(NINE) == ["lead"]
		assert pool.free_hosts(NINE + 2 * DAY) == ["lead", "guest"]

	def test_the_narrowest_window_and_the_longest_notice_hold(self):
		near = member("near", "09:00-10:00", rules=replace(HOURLY, window=RollingDays(2)))
		far = member("far", "09:00-10:00", rules=replace(HOURLY, minimum_notice=24 * 60))
		pool = HostPool([near, far], NINE - HOUR, together=True)
		assert pool.starts(NINE, NINE + 9 * DAY) == [NINE + DAY, NINE + 2 * DAY]

	def test_without_required_hosts_nothing_can_be_booked_and_nothing_fails(self):
		pool = HostPool([member("guest", "09:00-10:00", is_required=False)], 0, together=True)
		assert listed(pool) == pool.nearest(NINE) == pool.free_hosts(NINE) == []
		assert pool.refusals(NINE) == {"guest": []}


class TestWithoutHosts:
	pool = HostPool([], 0)

	def test_nothing_is_offered(self):
		assert self.pool.starts(NINE, NINE + DAY) == self.pool.free_hosts(NINE) == self.pool.parts(NINE) == []
		assert self.pool.seats_left(NINE, NINE + DAY) == self.pool.refusals(NINE) == {}
		assert not self.pool.is_bookable(NINE)
		assert self.pool.rules is None


def test_dates_of_a_window_are_each_hosts_own():
	# On Tuesday at 09:00 in Kolkata it is still Monday in New York.
	window = DateRange(date(2025, 3, 4), date(2025, 3, 4))
	rules = MeetingRules(60, window=window)
	kolkata = member("k", "09:00-10:00", zone=KOLKATA, rules=rules, days=[MON, TUE])
	new_york = member("n", "22:00-00:00", zone="America/New_York", rules=rules, days=[MON, TUE])
	start = at("2025-03-04 09:00", KOLKATA)
	pool = HostPool([kolkata, new_york], 0)
	assert pool.free_hosts(start) == ["k"]
	assert [r.reason for r in pool.refusals(start)["n"]][:1] == [Reason.BEFORE_WINDOW]


class TestDaysOffThatDiffer:
	"""A two-day meeting as a round robin. One of the hosts is off on Tuesdays."""

	rules = MeetingRules(60, days=2, skips_days_off=True)

	def pool(self, *weekdays, busy=((), ())):
		return HostPool(
			[
				member(f"host {index}", "09:00-10:00", rules=self.rules, days=each, busy=busy[index])
				for index, each in enumerate(weekdays)
			],
			0,
		)

	def days(self, parts):
		return [(start - NINE) // DAY for start, _end in parts]

	def test_only_hosts_who_work_on_the_shown_dates_are_free(self):
		pool = self.pool([MON, WED, THU], [MON, TUE, WED])
		assert self.days(pool.parts(NINE)) == self.days(pool.parts_by_start(NINE, NINE + 1)[NINE]) == [0, 2]
		assert pool.free_hosts(NINE) == ["host 0"]
		assert self.days(pool.parts(NINE, "host 1")) == [0, 1]

	def test_the_dates_are_those_of_the_first_host_who_can_take_it(self):
		pool = self.pool([MON, WED, THU], [MON, TUE, WED], busy=([(NINE, NINE + HOUR)], ()))
		assert self.days(pool.parts(NINE)) == self.days(pool.parts_by_start(NINE, NINE + 1)[NINE]) == [0, 1]
		assert pool.free_hosts(NINE) == ["host 1"]
