"""`/scheduling/hours` without a script: every form by its fields and buttons, as a browser sends them."""

import re
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlencode

import frappe
import pytest

from scheduler_integration.availability import hours
from scheduler_integration.availability.impact import impact_of_hours
from scheduler_integration.pages.host.hours.page import PAGE as HOURS
from scheduler_integration.platform.clock import now, utc
from tests.pages.hours_page import PATH, TIME_OFF, HoursPage, make_jane, open_page, stored, week
from tests.pages.offer import book, day_in, host_of, in_three_days, sign_in
from tests.pages.reading import read
from tests.pages.test_hostile import HOSTILE
from tests.support.api import call
from tests.support.factories import at, make_meeting_type, make_user, page_of

NINE_TO_SIX = [(540, 1080)]
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.fixture
def intro(commit_clean):
	return make_jane()


@pytest.fixture
def page(client, jane):
	return open_page(client, jane)


def next_monday():
	today = utc(now()).date()
	return today + timedelta(days=7 - today.weekday())


def overrides(user):
	frappe.db.rollback()
	found = frappe.get_all("Availability Override", {"user": user}, ["*"], order_by="date, start_time")
	return [
		(str(row.date), str(row.end_date), row.is_available, row.whole_day, str(row.start_time or ""), row.reason or "")
		for row in found
	]


def blocked(user):
	frappe.db.rollback()
	fields = ["starts_at", "ends_at", "recurring", "recurrence_rule", "reason", "timezone"]
	return frappe.get_all("Blocked Time", {"user": user}, fields, order_by="starts_at")


class TestTheWeek:
	@pytest.mark.long
	def test_is_shown_by_rows_and_as_a_sentence(self, page):
		assert page.status == 200
		assert page.days() == ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
		assert page.sentence == "Monday–Sunday 9:00–18:00"
		assert [each["value"] for each in page.html.all("input", name="mon_from")] == ["09:00"]

	@pytest.mark.long
	def test_begins_with_the_readers_first_day_and_clock(self, client, jane):
		sign_in(client, jane)
		american = HoursPage(client, **{"Accept-Language": "en-US"})
		assert american.days()[:2] == ["Sunday", "Monday"]
		assert american.sentence == "Sunday–Saturday 9:00 am–6:00 pm"

	@pytest.mark.long
	def test_has_several_hours_a_day_and_hours_past_midnight(self, page, jane):
		page.send(
			"week", mon_from=["09:00", "13:00"], mon_to=["12:00", "17:30"], fri_from="22:00", fri_to="02:00", sun=[]
		)
		assert page.toast.startswith("Saved")
		found = week(jane)
		assert found[0] == [(540, 720), (780, 1050)]
		assert found[4] == [(1320, 1560)]
		assert 6 not in found
		notes = [each.text for each in page.html.all("span", class_="span-note soft") if each.text]
		assert notes == ["until 02:00 next day"]
		assert page.sentence == (
			"Monday 9:00–12:00, 13:00–17:30; Tuesday–Thursday, Saturday 9:00–18:00; Friday 22:00–2:00"
		)

	@pytest.mark.long
	def test_a_day_that_is_ticked_again_offers_the_usual_hours(self, page, jane):
		page.send("week", sun=[])
		assert "checked" not in page.html.one("input", name="sun").attributes
		page.send("week", sun="1")
		assert week(jane)[6] == NINE_TO_SIX

	def test_until_midnight(self, page, jane):
		page.send("week", mon_to="00:00")
		assert week(jane)[0] == [(540, 1440)]
		assert "until midnight" in page.html.text

	@pytest.mark.long
	def test_by_fields_by_text_and_by_the_api_is_the_same(self, page, jane):
		page.send("week", **{day: [] for day in DAYS[5:]}, **{f"{day}_to": "17:00" for day in DAYS[:5]})
		by_fields = [each.as_dict() for each in stored(jane).rules]
		page.send("text", hours="Mon-Fri 9-17")
		by_text = [each.as_dict() for each in stored(jane).rules]
		call("availability.update", jane, hours="Mon-Fri 9-17")
		frappe.db.commit()
		by_api = [each.as_dict() for each in stored(jane).rules]
		fields = ("day_of_week", "start_time", "end_time", "is_available")
		assert [[row[f] for f in fields] for row in by_fields] == [[row[f] for f in fields] for row in by_text]
		assert [[row[f] for f in fields] for row in by_text] == [[row[f] for f in fields] for row in by_api]

	@pytest.mark.long
	def test_hours_that_mean_the_same_stay_as_somebody_wrote_them(self, page, jane):
		doc = stored(jane)
		lunch = {"day_of_week": "Monday", "start_time": "12:00:00", "end_time": "13:00:00", "is_available": 0}
		doc.append("rules", lunch)
		doc.save()
		frappe.db.commit()
		page.open()
		assert [each["value"] for each in page.html.all("input", name="mon_from")] == ["09:00", "13:00"]
		page.send("week")
		assert [row.is_available for row in stored(jane).rules].count(0) == 1
		page.send("week", tue_to="15:00")
		assert [row.is_available for row in stored(jane).rules].count(0) == 0
		assert week(jane)[0] == [(540, 720), (780, 1080)]


class TestTheButtonsOfTheRows:
	"""They change the form and not the record, and show what the new week would do."""

	def values(self, page, name):
		return [each["value"] for each in page.html.all("input", name=name)]

	@pytest.mark.long
	def test_add_an_empty_row_that_is_no_mistake_yet(self, page, jane):
		page.send("week", "add:mon")
		assert self.values(page, "mon_from") == ["09:00", ""]
		assert page.error("mon") == ""
		page.send("week", mon_from=["09:00", "20:00"], mon_to=["18:00", "21:00"])
		assert week(jane)[0] == [(540, 1080), (1200, 1260)]

	@pytest.mark.long
	def test_remove_a_row_and_the_last_one(self, page, jane):
		page.send("week", "remove:mon:0", mon_from=["09:00", "13:00"], mon_to=["12:00", "18:00"])
		assert self.values(page, "mon_from") == ["13:00"]
		page.send("week", "remove:mon:0")
		assert "checked" not in page.html.one("input", name="mon").attributes
		assert week(jane)[0] == NINE_TO_SIX

	@pytest.mark.long
	@pytest.mark.parametrize(
		("action", "chosen", "copied"),
		[("all", [], DAYS), ("weekdays", [], DAYS[:5]), ("chosen", ["wed", "sun"], ["mon", "wed", "sun"])],
	)
	def test_copy_to_other_days(self, page, jane, action, chosen, copied):
		page.send("week", f"copy:mon:{action}", mon_from="10:00", copy_mon=chosen)
		assert [day for day in DAYS if self.values(page, f"{day}_from") == ["10:00"]] == copied
		assert "fewer times" in page.impact
		assert week(jane)[0] == NINE_TO_SIX
		page.send("week")
		assert [day for day, found in week(jane).items() if found == [(600, 1080)]] == [
			DAYS.index(day) for day in copied
		]


class TestMistakes:
	@pytest.mark.long
	@pytest.mark.parametrize(
		("typed", "said"),
		[
			({"mon_to": ""}, "Enter both times."),
			({"mon_from": "", "mon_to": ""}, "Enter the hours"),
			({"mon_from": "nine"}, "Write a time as 09:30."),
			({"mon_from": "09:02"}, "steps of 5 minutes"),
		],
	)
	def test_are_named_beside_the_day_and_nothing_typed_is_lost(self, page, jane, typed, said):
		page.send("week", **{"tue_from": "11:00", **typed})
		assert page.status == 400
		assert said in page.error("mon")
		assert page.html.one("input", name="tue_from")["value"] == "11:00"
		assert page.html.one("input", name="mon_to")["value"] == typed.get("mon_to", "18:00")
		assert week(jane)[1] == NINE_TO_SIX

	def test_in_the_text_are_named_and_the_text_stays(self, page, jane):
		page.send("text", hours="Mon-Fri 9-17 perhaps")
		assert (page.status, "perhaps" in page.error("hours")) == (400, True)
		assert page.html.one("input", id="hours")["value"] == "Mon-Fri 9-17 perhaps"
		assert week(jane)[0] == NINE_TO_SIX

	@pytest.mark.long
	def test_in_numbers_are_named(self, page, jane):
		page.send("rules", minimum_notice_hours="-2", max_days_in_advance="soon")
		assert page.error("minimum_notice_hours") == "This can't be negative."
		assert page.error("max_days_in_advance") == "This is not a whole number."
		assert page.html.one("input", id="rules-max_days_in_advance")["value"] == "soon"
		assert stored(jane).max_days_in_advance == 60


class TestTheRules:
	@pytest.mark.long
	def test_buffer_notice_and_days_ahead(self, page, jane):
		page.send("rules", buffer="15", minimum_notice_hours="4", max_days_in_advance="30")
		doc = stored(jane)
		assert (doc.buffer_minutes, doc.minimum_notice_hours, doc.max_days_in_advance) == (15, 4, 30)
		assert (
			"checked" in next(one for one in page.html.all("input", name="buffer") if one["value"] == "15").attributes
		)

	@pytest.mark.long
	def test_another_buffer_and_limits(self, page, jane):
		page.send("rules", buffer="other", buffer_other="25", daily_limit="3", weekly_minutes="600")
		doc = stored(jane)
		assert (doc.buffer_minutes, doc.daily_limit, doc.weekly_minutes, doc.monthly_limit) == (25, 3, 600, 0)
		assert page.html.one("input", name="buffer_other")["value"] == "25"

	@pytest.mark.long
	def test_the_time_zone_keeps_the_clock_or_the_moments(self, page, jane):
		page.send("zone", timezone="Asia/Tokyo")
		assert (stored(jane).timezone, week(jane)[0]) == ("Asia/Tokyo", NINE_TO_SIX)
		page.send("zone", timezone="UTC", keep="instants")
		assert (stored(jane).timezone, week(jane)[0]) == ("UTC", [(0, 540)])
		assert "UTC, " in page.html.one("details", class_="fold zone-fold").text


class TestImpact:
	def test_the_parts_were_more_than_their_sum(self, page, jane):
		"""A time that two types offered was counted once in the sum, and in both parts."""
		own = frappe.get_doc("Scheduling Page", {"user": jane})
		for minutes in (30, 60):
			make_meeting_type(own, title=f"Talk of {minutes}", slug=f"talk-{minutes}", duration_minutes=minutes)
		frappe.db.commit()
		page.send("week", "impact", **{day: [] for day in DAYS[1:]})
		parts = [
			int(re.search(r"(\d+) fewer", each.text)[1])
			for each in page.html.one("ul", class_="impact-types").all("li")
		]
		assert len(parts) > 1
		assert f"In the next four weeks: {sum(parts)} fewer times." in page.impact

	@pytest.mark.long
	def test_is_shown_before_saving_and_equals_the_rooms(self, page, jane):
		page.send("week", "impact", **{day: [] for day in DAYS[1:]})
		rules = [{"day_of_week": "Monday", "start_time": "09:00:00", "end_time": "18:00:00", "is_available": 1}]
		change = hours.change_hours(jane, None, {"rules": rules}, now())
		counted = impact_of_hours(change, "UTC", now())
		assert f"In the next four weeks: {counted.sums[1]} fewer times." in page.impact
		assert len(week(jane)) == 7
		assert "Not saved yet" in page.html.one("h2", id="forecast-heading").text
		page.send("week")
		assert page.toast == f"Saved: {counted.sums[1]} fewer times"
		assert list(week(jane)) == [0]

	@pytest.mark.long
	def test_bookings_outside_are_named_and_asked_about_once(self, page, intro, jane):
		booked = book(intro, in_three_days(9))
		weekday = DAYS[day_in(3).weekday()]
		page.send("week", **{f"{weekday}_from": "12:00"})
		assert page.status == 409
		assert "1 booking now lies outside your hours. It stays:" in page.impact
		[link] = page.html.one("ul", class_="impact-meetings").all("a")
		assert "Ada Lovelace" in link.text
		assert page.client.get(link["href"]).status_code == 200
		assert week(jane)[day_in(3).weekday()] == NINE_TO_SIX
		page.send("week")
		assert page.toast.startswith("Saved")
		assert week(jane)[day_in(3).weekday()] == [(720, 1080)]
		stays = frappe.db.get_value("Booking", booked.id, ["status", "starts_at"])
		assert stays == ("Scheduled", in_three_days(9))

	@pytest.mark.long
	def test_what_was_agreed_to_for_other_bookings_does_not_count(self, page, intro, jane):
		book(intro, in_three_days(9))
		weekday = DAYS[day_in(3).weekday()]
		page.send("week", **{f"{weekday}_from": "12:00"})
		book(intro, in_three_days(10))
		page.send("week")
		assert (page.status, "2 bookings" in page.impact) == (409, True)

	@pytest.mark.long
	@pytest.mark.parametrize("kind", ["time_off", "next_week", "rest_of_today", "zone", "text"])
	def test_each_form_asks(self, page, intro, jane, kind):
		day = day_in(3).isoformat()
		if kind == "rest_of_today":
			doc = stored(jane)
			for row in doc.rules:
				row.end_time = "00:00:00"
			doc.save()
			# The last half hour of today, which nobody can book any more.
			midnight = (now() // 86400 + 1) * 86400
			times = {"starts_at": midnight - 1800, "ends_at": midnight}
			frappe.db.set_value("Booking Host", {"parent": book(intro).id}, times)
		elif kind == "next_week":
			book(intro, at(f"{next_monday()} 12:00"))
		else:
			book(intro, in_three_days(12))
		frappe.db.commit()
		typed = {
			"time_off": {"date": day, "start_time": "11:00", "end_time": "14:00"},
			"zone": {"timezone": "Asia/Tokyo"},
			"text": {"hours": "Mon-Sun 15-16"},
		}
		page.send(kind, **typed.get(kind, {}))
		assert (page.status, "1 booking now lies outside" in page.impact) == (409, True)
		if kind in typed:
			page.send(kind)
		else:
			page.agree()
		assert (page.status, page.toast != "") == (200, True)

	@pytest.mark.long
	def test_removing_hours_of_a_date_asks_about_bookings_in_them(self, page, intro, jane):
		page.send("time_off", day=day_in(3).isoformat(), what="hours", from_="19:00", to="21:00")
		book(intro, in_three_days(19))
		page.send("remove_dates")
		assert (page.status, len(overrides(jane))) == (409, 1)
		page.agree()
		assert (page.toast.partition(":")[0], overrides(jane)) == ("Removed", [])


class TestTimeOff:
	@pytest.mark.long
	def test_days_off_by_ticking_and_an_absence_by_the_first_and_the_last_day(self, page, jane):
		days = [day_in(step).isoformat() for step in (10, 11, 13)]
		page.send("time_off", day=days, reason="Skiing")
		assert overrides(jane) == [
			(days[0], days[1], 0, 1, "", "Skiing"),
			(days[2], days[2], 0, 1, "", "Skiing"),
		]
		assert [each.partition("not available")[2].strip() for each in page.entries("dates")] == ["Skiing", "Skiing"]
		page.send("time_off", day=days, what="usual")
		page.send("time_off", date=days[0], end_date=days[2], reason="Xmas")
		by_form = overrides(jane)
		assert by_form == [(days[0], days[2], 0, 1, "", "Xmas")]
		assert "not available Xmas" in page.entries("dates")[0]
		page.send("time_off", date=days[0], end_date=days[2], what="usual")
		call("availability.add_override", jane, date=days[0], end_date=days[2], is_away=1, reason="Xmas")
		frappe.db.commit()
		assert overrides(jane) == by_form

	@pytest.mark.long
	def test_other_hours_and_the_usual_ones_again(self, page, jane):
		day = day_in(10).isoformat()
		page.send("time_off", day=day, what="hours", from_=["10:00", "14:00"], to=["12:00", "15:00"])
		before = overrides(jane)
		assert [(row[0], row[2], row[4]) for row in before] == [(day, 1, "10:00:00"), (day, 1, "14:00:00")]
		[entry] = page.entries("dates")
		assert "10:00 – 12:00, 14:00 – 15:00" in entry
		page.send("remove_dates")
		assert (page.toast.partition(":")[0], overrides(jane)) == ("Removed", [])
		page.undo()
		assert (page.toast, overrides(jane)) == ("Undone", before)
		page.send("time_off", day=day, what="usual")
		assert overrides(jane) == []

	@pytest.mark.long
	def test_the_month_marks_and_names_them(self, page, jane):
		day = day_in(40)
		page.send("time_off", date=day.isoformat(), reason="Skiing")
		# An old link to the page that had the month.
		page.open(f"?month={day:%Y-%m}")
		assert page.answer.url.partition("?")[0].endswith(TIME_OFF)
		[box] = [one for one in page.html.all("input", name="day") if one["value"] == day.isoformat()]
		assert box["aria-label"].endswith(", not available")
		assert len(page.html.all("label", class_="day is-off")) == 1

	@pytest.mark.long
	def test_the_next_week(self, page, jane):
		page.send("next_week")
		monday = next_monday()
		assert overrides(jane) == [(monday.isoformat(), (monday + timedelta(days=6)).isoformat(), 0, 1, "", "")]
		assert page.toast.startswith("Next week is off")

	@pytest.mark.long
	def test_the_rest_of_today(self, page, jane):
		page.send("rest_of_today")
		[row] = blocked(jane)
		assert row.ends_at % 86400 == 0
		assert now() - 300 <= row.starts_at <= now()

	@pytest.mark.long
	def test_a_trip(self, page, jane):
		days = [day_in(10).isoformat(), day_in(12).isoformat()]
		page.send("time_off", what="trip", day=days, timezone="Asia/Tokyo", reason="Fair")
		frappe.db.rollback()
		found = frappe.get_all(
			"Availability Override", {"user": jane}, ["is_travel", "timezone", "date"], order_by="date"
		)
		assert [(row.is_travel, row.timezone, str(row.date)) for row in found] == [
			(1, "Asia/Tokyo", day) for day in days
		]
		assert "in Tokyo" in page.entries("dates")[0]

	@pytest.mark.long
	def test_hours_about_which_visitors_need_not_read(self, page, jane):
		day = day_in(10)
		page.send("time_off", date=day.isoformat(), start_time="10:00", end_time="11:30", reason="Dentist")
		[row] = blocked(jane)
		start = at(f"{day} 10:00")
		assert (row.starts_at, row.ends_at, row.recurring, row.reason) == (start, start + 5400, 0, "Dentist")
		assert (overrides(jane), "Dentist" in page.entries("dates")[0]) == ([], True)
		page.send("unblock")
		assert blocked(jane) == []
		page.undo()
		assert [each.starts_at for each in blocked(jane)] == [start]

	@pytest.mark.parametrize(
		("repeat", "rule", "words"),
		[
			("weekly", "FREQ=WEEKLY", "Every week on Monday, 09:00–10:00"),
			("fortnightly", "FREQ=WEEKLY;INTERVAL=2", "Every 2 weeks on Monday"),
			("monthly", "FREQ=MONTHLY;BYDAY=1MO", "Every month, on the first Monday"),
			("yearly", "FREQ=YEARLY", "Every year on"),
		],
	)
	def test_repeating_in_words_as_by_the_api(self, page, jane, repeat, rule, words):
		# The first Monday of a month in the coming year.
		first = next(day for step in range(20, 60) if (day := day_in(step)).day <= 7 and day.weekday() == 0)
		page.send("time_off", date=first.isoformat(), start_time="09:00", end_time="10:00", repeat=repeat)
		[by_form] = blocked(jane)
		assert (by_form.recurrence_rule, by_form.timezone) == (rule, "UTC")
		assert page.entries("dates")[0].startswith(words)
		times = {"start_time": f"{first}T09:00:00+00:00", "end_time": f"{first}T10:00:00+00:00"}
		call("availability.block", jane, recurrence_rule=rule, **times)
		frappe.db.commit()
		assert blocked(jane) == [by_form, by_form]

	def test_until_a_day(self, page, jane):
		first, last = day_in(10), day_in(40)
		page.send("time_off", date=first.isoformat(), repeat="weekly", repeat_until=last.isoformat())
		[row] = blocked(jane)
		assert row.recurrence_rule == f"FREQ=WEEKLY;UNTIL={last:%Y%m%d}"
		assert ", until " in page.entries("dates")[0]

	@pytest.mark.long
	def test_one_list_has_everything_in_order_of_time(self, page, jane):
		page.send("time_off", date=day_in(9).isoformat(), repeat="yearly")
		page.send("time_off", date=day_in(8).isoformat(), message="On the mountain.")
		page.send("time_off", date=day_in(7).isoformat(), what="trip", timezone="Asia/Tokyo")
		page.send("time_off", day=[day_in(step).isoformat() for step in (4, 6)])
		page.send("time_off", date=day_in(5).isoformat(), start_time="10:00", end_time="11:00", reason="Dentist")
		page.send("time_off", date=day_in(3).isoformat(), what="hours")
		found = page.entries("dates")
		expected = [
			"9:00 – 17:00",
			"not available",
			"Dentist",
			"not available",
			"in Tokyo",
			"not available",
			"Every year",
		]
		assert [word in entry for word, entry in zip(expected, found, strict=True)] == [True] * 7
		# The first six are in sight.
		assert page.html.one("section", id="dates").one("summary").text == "and 1 more"

	@pytest.mark.long
	@pytest.mark.parametrize(
		("typed", "name", "said"),
		[
			({}, "date", "Choose at least one day."),
			({"date": "tomorrow"}, "date", "Write it as"),
			({"what": "usual", "day": "2099-01-01"}, "date", "usual hours already"),
			({"what": "hours", "date": "2099-01-01", "from_": "10:00", "to": ""}, "from", "Enter both times."),
			({"what": "trip", "date": "2099-01-01"}, "timezone", "Choose a time zone from the list"),
			({"date": "2099-02-01", "end_date": "2099-01-01"}, "end_date", "The last day is before the first."),
			({"date": "2099-02-01", "end_date": "2199-01-01"}, "end_date", "Choose at most 366 days at a time."),
			({"date": "2099-01-01", "start_time": "10:02"}, "start_time", "steps of 5 minutes"),
			(
				{"date": "2099-01-02", "repeat": "weekly", "repeat_until": "2099-01-01"},
				"repeat",
				"UNTIL is before the start.",
			),
			(
				{"date": "2099-01-02", "repeat": "weekly", "message": "Yoga"},
				"message",
				"days in a row that don't repeat",
			),
			({"day": ["2099-01-02", "2099-01-04"], "repeat": "weekly"}, "repeat", "days in a row that don't repeat"),
			({"day": ["2099-01-02", "2099-01-04"], "start_time": "10:00"}, "start_time", "days in a row"),
		],
	)
	def test_mistakes_are_named_and_what_was_typed_stays(self, page, jane, typed, name, said):
		page.send("time_off", reason="Skiing", **typed)
		assert (page.status, said in page.error(name)) == (400, True)
		assert page.html.one("input", id="reason")["value"] == "Skiing"
		assert page.html.one("textarea", id="message").text == typed.get("message", "")
		assert (overrides(jane), blocked(jane)) == ([], [])


class TestSchedules:
	@pytest.mark.long
	def test_a_new_one_is_a_copy_that_can_be_renamed_made_the_default_and_deleted(self, page, jane, intro):
		page.send("week", sun=[])
		page.send("new_schedule", title="Evenings")
		assert week(jane, "Evenings") == week(jane)
		assert [each.text for each in page.html.all("a", class_="chip")] == ["Hours Your default", "Evenings"]
		page.send("text", hours="Mon 18-20")
		assert week(jane, "Evenings") == {0: [(1080, 1200)]}
		page.send("rename", title="Late")
		assert stored(jane, "Late").is_default == 0
		page.send("make_default")
		assert (page.status, stored(jane).title) == (200, "Late")
		page.open(f"?schedule={stored(jane, 'Hours').name}")
		page.send("delete_schedule", at=1)
		frappe.db.rollback()
		assert frappe.get_all("Availability Schedule", {"user": jane}, pluck="title") == ["Late"]
		page.undo()
		frappe.db.rollback()
		assert sorted(frappe.get_all("Availability Schedule", {"user": jane}, pluck="title")) == ["Hours", "Late"]

	@pytest.mark.long
	def test_say_which_meeting_types_use_them(self, page, jane, intro):
		page.send("new_schedule", title="Evenings")
		late = make_meeting_type(page_of(intro), title="Late talk", availability_schedule=stored(jane, "Evenings").name)
		frappe.db.commit()
		page.open()
		default, evenings = page.entries("schedules")
		assert "Used by Intro" in default
		assert "Used by Late talk" in evenings
		page.send("delete_schedule", at=1)
		assert (page.status, "used by Late talk" in page.html.text) == (400, True)
		late.delete()
		frappe.db.commit()

	@pytest.mark.long
	def test_another_default_asks_about_bookings_outside_it(self, page, jane, intro):
		page.send("new_schedule", title="Evenings")
		page.send("text", hours="Mon-Sun 18-20")
		book(intro, in_three_days(12))
		page.send("make_default")
		assert (page.status, "1 booking now lies outside" in page.impact) == (409, True)
		page.agree()
		assert stored(jane).title == "Evenings"

	def test_begin_with_office_hours(self, client, commit_clean):
		fresh = make_user("Fred")
		frappe.db.commit()
		page = open_page(client, fresh)
		form = next(each for each in page.html.all("form") if each.all("input", value="begin"))
		page.post(form["action"], [(one["name"], one["value"]) for one in form.all("input")])
		assert page.sentence == "Monday–Friday 9:00–17:00"


@pytest.mark.long
def test_undo_restores_the_week_and_works_once(page, jane):
	page.send("text", hours="Mon 9-10")
	toast = page.html.one("div", id="toast").one("form")
	values = [(one["name"], one["value"]) for one in toast.all("input")] + [("undo", toast.one("button")["value"])]
	page.undo()
	assert len(week(jane)) == 7
	page.post(toast["action"], values)
	assert "too late" in page.html.text


class TestTwoWindows:
	@pytest.mark.long
	def test_neither_silently_loses_and_both_versions_are_shown(self, page, client, jane):
		other = HoursPage(client)
		other.send("week", mon_to="12:00")
		page.send("week", tue_to="13:00")
		assert page.status == 409
		conflict = page.html.one("div", class_="alert conflict")
		assert [each.text for each in conflict.all("dt")] == ["Monday", "Tuesday"]
		assert "Yours: 09:00 – 18:00" in conflict.text
		assert "Stored now: 09:00 – 12:00" in conflict.text
		assert week(jane)[0] == [(540, 720)]
		# The typed hours are still there, and saving again keeps them.
		page.send("week")
		assert (week(jane)[0], week(jane)[1]) == (NINE_TO_SIX, [(540, 780)])

	@pytest.mark.long
	def test_rules_of_another_window_are_not_overwritten(self, page, client, jane):
		other = HoursPage(client)
		other.send("rules", buffer="30")
		page.send("rules", buffer="0")
		assert page.status == 409
		assert "Stored now: 30" in page.html.one("div", class_="alert conflict").text
		assert stored(jane).buffer_minutes == 30


class TestSomebodyElses:
	FORMS = (
		("week", {"mon": "1", "mon_from": "01:00", "mon_to": "02:00"}),
		("text", {"hours": "Mon 1-2"}),
		("rules", {"minimum_notice_hours": "99"}),
		("zone", {"timezone": "Asia/Tokyo"}),
		("rename", {"title": "Mine"}),
		("make_default", {}),
		("new_schedule", {"title": "Mine"}),
		("delete_schedule", {}),
		("time_off", {"date": "2099-01-01", "what": "away"}),
		("next_week", {}),
		("rest_of_today", {}),
	)

	@pytest.fixture
	def mallory(self, server, jane):
		"""Another host's page, with hours of her own."""
		return open_page(server.client(), host_of(make_jane()))

	def snapshot(self, user):
		frappe.db.rollback()
		doctypes = ("Availability Schedule", "Availability Override", "Blocked Time")
		return [frappe.get_all(each, {"user": user}, ["*"], order_by="name") for each in doctypes]

	def test_page_is_refused(self, mallory, jane):
		mallory.open(f"?user={jane}")
		assert mallory.status == 403
		assert "Jane" not in mallory.html.text
		schedule = stored(jane).name
		mallory.open(f"?schedule={schedule}")
		assert mallory.status == 404

	@pytest.mark.parametrize(("kind", "typed"), FORMS, ids=[kind for kind, _typed in FORMS])
	@pytest.mark.parametrize("action", ["save", "impact"])
	def test_forms_are_refused(self, mallory, jane, kind, typed, action):
		before = self.snapshot(jane)
		token = mallory.form("week").one("input", name="csrf_token")["value"]
		values = [("csrf_token", token), ("form", kind), ("action", action), *typed.items()]
		mallory.post(f"{PATH}?user={jane}", values)
		assert mallory.status == 403
		mallory.post(f"{PATH}?schedule={stored(jane).name}", values)
		assert mallory.status == 404
		assert self.snapshot(jane) == before

	@pytest.mark.long
	def test_dates_and_blocked_time_are_not_removed_by_name(self, page, mallory, jane):
		page.send("time_off", date="2099-01-01")
		page.send("time_off", date="2099-01-02", repeat="yearly")
		before = self.snapshot(jane)
		override, block = before[1][0].name, before[2][0].name
		token = mallory.form("week").one("input", name="csrf_token")["value"]
		for kind, typed in (("remove_dates", {"name": override}), ("unblock", {"name": block})):
			for action in ("save", "impact"):
				mallory.post(PATH, [("csrf_token", token), ("form", kind), ("action", action), *typed.items()])
				assert mallory.status == 403
		assert self.snapshot(jane) == before

	@pytest.mark.long
	def test_change_is_not_undone_by_its_key(self, page, mallory, jane):
		page.send("text", hours="Mon 9-10")
		key = page.html.one("div", id="toast").one("button", name="undo")["value"]
		token = mallory.form("week").one("input", name="csrf_token")["value"]
		mallory.post(PATH, [("csrf_token", token), ("undo", key)])
		assert "too late" in mallory.html.text
		assert list(week(jane)) == [0]

	@pytest.mark.long
	def test_hours_are_not_begun_for_others(self, mallory):
		fresh = make_user("Fred")
		frappe.db.commit()
		token = mallory.form("week").one("input", name="csrf_token")["value"]
		mallory.post(f"{PATH}?user={fresh}", [("csrf_token", token), ("form", "begin")])
		assert mallory.status == 403
		assert self.snapshot(fresh) == [[], [], []]

	def test_visitors_sign_in_first_and_people_without_a_role_see_nothing(self, server, jane):
		guest = server.client()
		assert guest.get(PATH).status_code == 200
		assert "login" in guest.get(PATH).url
		stranger = server.client()
		sign_in(stranger, make_user("Sue", roles=()))
		assert stranger.get(PATH).status_code == 403

	@pytest.mark.long
	def test_a_manager_opens_and_changes_them(self, server, jane):
		manager = make_user("Maya", roles=("Scheduling Manager",))
		page = open_page(server.client(), manager, f"?user={jane}")
		assert page.html.one("h1").text == "Weekly hours · Jane Doe"
		tabs = {tab.text: tab["href"] for tab in page.html.one("nav", class_="tabs").all("a")}
		assert tabs["Time off"] == f"{TIME_OFF}?{urlencode({'user': jane})}"
		page.send("text", hours="Mon 9-10")
		assert list(week(jane)) == [0]
		assert page.html.one("h1").text == "Weekly hours · Jane Doe"
		page.undo()
		assert len(week(jane)) == 7

	def test_a_manager_without_a_page_chose_from_hosts_of_which_the_first_had_no_name(self, server, jane):
		manager = make_user("Maya", roles=("Scheduling Manager",))
		page = open_page(server.client(), manager)
		options = page.html.one("select", id="whose").all("option")
		assert [option.text for option in options if "selected" in option.attributes] == ["Maya"]
		assert "" not in [option.text for option in options]


def test_a_form_without_the_token_of_the_session_changes_nothing(page, jane):
	page.answer = page.client.post(PATH, data={"form": "text", "hours": "Mon 9-10"})
	assert page.answer.status_code == 400
	assert len(week(jane)) == 7


@pytest.mark.long
def test_a_reader_in_another_zone_and_language_than_the_site(client, jane):
	doc = stored(jane)
	doc.timezone = "America/New_York"
	doc.save()
	frappe.get_doc("User", jane).update({"language": "de", "time_zone": "Asia/Tokyo"}).save()
	frappe.db.commit()
	page = open_page(client, jane, **{"Accept-Language": "de-DE"})
	assert page.days()[0] == "Montag"
	assert page.sentence == "Montag–Sonntag 9:00–18:00"
	page.send("text", hours="Mo-Fr 9-12 Uhr, 13 bis 17:30; Sa 22-2")
	assert page.sentence == "Montag–Freitag 9:00–12:00, 13:00–17:30; Samstag 22:00–2:00"
	day = day_in(10)
	page.send("time_off", date=day.isoformat(), start_time="09:00", end_time="10:00")
	[row] = blocked(jane)
	# 9:00 in New York is 14:00 or 13:00 UTC.
	assert row.starts_at % 86400 // 3600 in (13, 14)
	assert "09:00–10:00" in page.entries("dates")[0].replace(" Uhr", "").replace(" ", "")


@pytest.mark.long
def test_texts_are_shown_as_text_by_the_page_and_by_its_answers(page, intro, jane):
	booking = book(intro, in_three_days(12))
	page.send("time_off", date=day_in(10).isoformat())
	page.send("time_off", date=day_in(11).isoformat(), repeat="yearly")
	frappe.db.rollback()
	for doctype, field, filters in (
		("Availability Schedule", "title", {"user": jane}),
		("Availability Override", "reason", {"user": jane}),
		("Blocked Time", "reason", {"user": jane}),
		("Meeting Type", "title", {"name": intro.name}),
		("Booking", "subject", {"name": booking.id}),
	):
		frappe.db.set_value(doctype, filters, field, HOSTILE[:140])
	frappe.db.commit()
	frappe.clear_document_cache("Meeting Type", intro.name)
	for path in (PATH, TIME_OFF):
		page.open("", path)
		assert not page.html.all("img")
		assert [one for one in page.html.all() for name in one.attributes if name.startswith("on")] == []
	assert page.html.one("section", id="dates").text.count("{{ 7 * 7 }}") == 2
	page.send("text", "impact", hours="Mon-Sun 1-2")
	assert "{{ 7 * 7 }}" in page.impact
	form = page.form("text")
	values = [(one["name"], one.attributes.get("value", "")) for one in form.all("input") if one["name"] != "hours"]
	asked = [*values, ("hours", "Mon-Sun 1-2"), ("action", "impact")]
	body = page.client.post(form["action"], data=asked, headers={"Accept": "application/json"}).json()
	assert "alert(1)" in body["impact"]
	assert not read(body["impact"]).all("img") + read(body["impact"]).all("script")


class TestForAScript:
	JSON: ClassVar = {"Accept": "application/json", "Accept-Language": "en-GB"}

	def test_impact_comes_with_the_parts_of_the_page(self, page, intro, jane):
		book(intro, in_three_days(12))
		form = page.form("text")
		values = [(one["name"], one.attributes.get("value", "")) for one in form.all("input") if one["name"] != "hours"]
		body = page.client.post(
			form["action"], data=[*values, ("hours", "Mon-Sun 15-16"), ("action", "impact")], headers=self.JSON
		).json()
		assert (body["saved"], body["errors"], body["sentence"]) == (False, {}, "Monday–Sunday 15:00–16:00")
		assert "fewer times" in body["impact"]
		assert body["message"].endswith("1 booking now lies outside your hours. It stays:")
		assert len(body["sure"]) == 16
		assert len(read(body["forecast"]).all("li")) == 14
		assert len(week(jane)) == 7

	def test_saving_answers_with_the_version_and_a_key_to_undo(self, page, jane):
		form = page.form("text")
		values = [(one["name"], one.attributes.get("value", "")) for one in form.all("input") if one["name"] != "hours"]
		body = page.client.post(form["action"], data=[*values, ("hours", "Mon 9-10")], headers=self.JSON).json()
		assert (body["saved"], body["message"], body["modified"]) == (True, "Saved", str(stored(jane).modified))
		assert body["sentence"] == "Monday 9:00–10:00"
		assert len(read(body["forecast"]).all("li")) == 14
		again = page.client.post(form["action"], data=[*values, ("hours", "Mon 9-11")], headers=self.JSON)
		assert (again.status_code, again.json()["conflict"]["modified"]) == (409, body["modified"])
		undone = page.client.post(PATH, data=[values[0], ("undo", body["undo"])], headers=self.JSON).json()
		assert undone["saved"]
		assert len(week(jane)) == 7


@pytest.mark.long
@pytest.mark.parametrize("path", [PATH, TIME_OFF])
def test_more_types_bookings_and_dates_take_no_more_statements(page, intro, jane, queries, monkeypatch, path):
	monkeypatch.setattr(frappe.local, "request", None, raising=False)
	frappe.utils.set_request(method="GET", path=path)

	def shown():
		frappe.set_user(jane)
		HOURS.answer()
		queries.clear()
		assert HOURS.answer()["status"] == 200
		count = len(queries)
		frappe.set_user("Administrator")
		return count

	page.send("time_off", date=day_in(40).isoformat())
	few = shown()
	for number in range(4):
		make_meeting_type(page_of(intro), title=f"Type {number}")
		book(intro, in_three_days(9 + 2 * number))
		page.send("time_off", date=day_in(20 + 3 * number).isoformat(), reason=str(number))
		page.send("time_off", date=day_in(50 + number).isoformat(), repeat="weekly")
	frappe.db.rollback()
	assert shown() == few
