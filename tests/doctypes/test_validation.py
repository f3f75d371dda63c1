"""The desk's forms: the values that they refuse, and those that they fill in.

Tests of refusals name a part of the sentence, so that a test doesn't pass because another rule refused first.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
import pytest

from scheduler_integration.exceptions import InvalidRequest, NotPermitted, UnknownTimeZone
from scheduler_integration.install import after_migrate
from scheduler_integration.platform.clock import site_zone
from tests.support import door
from tests.support.factories import (
	at,
	fresh,
	make_meeting_type,
	make_page,
	make_schedule,
	make_team_page,
	make_user,
	payload,
)

NOBODY_REQUIRED = "no active host of this page is required"


@contextmanager
def refused_because(reason: str, *fields: str) -> Iterator[None]:
	"""Expect an InvalidRequest whose sentence contains the reason, with details for exactly these fields."""
	with pytest.raises(InvalidRequest) as refused:
		yield
	assert reason in refused.value.message
	assert tuple(refused.value.details) == fields


def test_a_slug_is_made_from_the_title():
	word = fresh("Zoë")
	page = make_page(title=f"Zoë Müller & {word}", slug=None)
	assert page.slug == f"zoe-muller-{word.replace('ë', 'e')}"


@pytest.mark.parametrize("slug", ["manage", "two words", "../etc", "-a", "a_b", "x" * 101, "日本"])
def test_a_slug_that_cannot_be_an_address_is_refused(slug):
	with refused_because(slug, "slug"):
		make_page(slug=slug)


def test_a_slug_in_capitals_is_the_same_address():
	page = make_page(slug=fresh("PAGE").upper())
	assert page.slug == page.slug.lower()
	with refused_because("is taken", "slug"):
		make_page(slug=page.slug.upper())


def test_a_new_hosts_page_comes_with_office_hours_in_their_zone():
	user = make_user(time_zone="Asia/Tokyo")
	page = frappe.get_doc({"doctype": "Scheduling Page", "title": fresh("Page"), "user": user}).insert()
	schedule = frappe.get_doc("Availability Schedule", {"user": user})
	assert (page.timezone, schedule.timezone, schedule.is_default, len(schedule.rules)) == (
		"Asia/Tokyo",
		"Asia/Tokyo",
		1,
		5,
	)


def test_an_unknown_zone_is_refused():
	with pytest.raises(UnknownTimeZone):
		make_page(timezone="Mars/Base")
	with pytest.raises(UnknownTimeZone):
		make_schedule(make_user(), timezone="CEST+1")


def test_a_team_page_needs_hosts_each_once_with_a_weight():
	ann = make_user("Ann")
	with refused_because("at least one active host", "hosts"):
		make_page(ann, page_type="Team")
	with refused_because("listed twice"):
		make_page(ann, page_type="Team", hosts=[{"user": ann}, {"user": ann}])
	with refused_because(f"weight of {ann}"):
		make_page(ann, page_type="Team", hosts=[{"user": ann, "weight": 11}])


@pytest.mark.parametrize("color", ["red", "#12345", "#12345g", "url(x)", "#fff;}body{"])
def test_text_that_is_not_a_colour_is_refused(color):
	with refused_because(f"“{color}” is not a colour"):
		make_page(brand_color=color)


def test_short_colours_are_written_out():
	assert make_page(brand_color="#3AF").brand_color == "#33aaff"


@pytest.mark.parametrize(
	("fields", "reason"),
	[
		({"duration_minutes": 7}, "between 5 and 720 minutes"),
		({"duration_minutes": 0}, "between 5 and 720 minutes"),
		({"duration_minutes": 721}, "between 5 and 720 minutes"),
		({"duration_options": "15, an hour"}, "separated by commas"),
		({"duration_options": "15, 7"}, "between 5 and 720 minutes"),
		({"slot_interval": 7}, "in steps of 5 minutes"),
		({"buffer_after_minutes": 1441}, "A buffer is at most"),
		({"priority": 11}, "Priority: Must be between 0 and 10"),
		({"redirect_url": "javascript:alert(1)"}, "Go to this page afterwards: This is not a web address"),
		({"number_of_days": 32}, "at most 31 days"),
		({"seats": 1001}, "between 1 and 1000 seats"),
		({"slot_offset": 7}, "in steps of 5 minutes"),
		({"daily_limit": -1}, "can't be negative"),
		({"window_type": "Fixed Range"}, "the first or the last date"),
		({"window_type": "Fixed Range", "window_from": "2026-02-02", "window_to": "2026-02-01"}, "before the first"),
		({"window_type": "Fixed Range", "window_from": "9999-12-31"}, "too far from today"),
		({"window_type": "Fixed Range", "window_to": "0001-01-01"}, "too far from today"),
		({"assignment": "Round Robin"}, "needs a team page"),
		({"questions": [{"label": "Which?", "question_type": "Select"}]}, "“Which?” needs its choices"),
		({"recommended_phases": [{"phase": "Build"}, {"phase": "Build"}]}, "phase is listed twice"),
		({"slug": "a b"}, "“a b” can't be part of a link"),
		({"color": "blue"}, "“blue” is not a colour"),
	],
	ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_a_meeting_type_that_makes_no_sense_is_refused(fields, reason):
	page = make_page()
	with pytest.raises(InvalidRequest) as refused:
		make_meeting_type(page, **fields)
	assert reason in refused.value.message
	assert refused.value.details.keys() <= fields.keys()


@pytest.mark.parametrize("window", ["Rolling Days", "Rolling Business Days"])
def test_a_rolling_window_of_no_days_is_no_window_without_end(window):
	page, own = make_page(), {"uses_host_defaults": 0, "window_type": window}
	with refused_because("Indefinite", "max_days_in_advance"):
		make_meeting_type(page, **own, max_days_in_advance=0)
	assert make_meeting_type(page, **own, max_days_in_advance=1).max_days_in_advance == 1
	for fields in ({"uses_host_defaults": 1}, {"window_type": "Indefinite"}):
		assert make_meeting_type(page, **{**own, **fields}, max_days_in_advance=0).window_type


def test_two_types_of_a_page_cannot_share_an_address():
	page = make_page()
	first = make_meeting_type(page)
	with refused_because(first.slug, "slug"):
		make_meeting_type(page, slug=first.slug)
	assert make_meeting_type(make_page(), slug=first.slug).slug == first.slug


@pytest.mark.parametrize(
	("start", "end", "wrong"), [("09:03:00", "17:00:00", "09:03"), ("09:00:00", "17:01:00", "17:01")]
)
def test_hours_off_the_grid_are_refused(start, end, wrong):
	rules = [{"day_of_week": "Monday", "start_time": start, "end_time": end}]
	with refused_because(f"{wrong} is not in steps of 5 minutes"):
		make_schedule(make_user(), rules=rules)


def test_a_minute_to_midnight_is_an_end():
	rules = [{"day_of_week": "Monday", "start_time": "09:00:00", "end_time": "23:59:00"}]
	assert len(make_schedule(make_user(), rules=rules).rules) == 1


def test_a_host_has_one_default_schedule():
	user = make_user()
	first = make_schedule(user)
	second = make_schedule(user)
	assert frappe.db.get_value("Availability Schedule", first.name, "is_default") == 0
	assert frappe.db.get_value("Availability Schedule", second.name, "is_default") == 1


def test_an_override_ends_no_earlier_than_it_starts():
	fields = {"doctype": "Availability Override", "user": make_user(), "date": "2026-03-02"}
	with refused_because("before the first", "end_date"):
		frappe.get_doc({**fields, "end_date": "2026-03-01"}).insert()
	assert str(frappe.get_doc(fields).insert().end_date) == "2026-03-02"


@pytest.mark.parametrize("day", ["0001-01-01", "1900-01-01", "9999-12-31"])
def test_an_override_in_a_year_that_nobody_means_is_refused(day):
	with refused_because("too far from today", "end_date"):
		frappe.get_doc({"doctype": "Availability Override", "user": make_user(), "date": day}).insert()


def recurring(**fields):
	times = {"start_time": "2026-03-02 09:00:00", "end_time": "2026-03-02 10:00:00"}
	return frappe.get_doc({"doctype": "Blocked Time", "user": make_user(), **times, "recurring": 1, **fields})


@pytest.mark.parametrize(
	("rule", "reason"),
	[
		(None, "Write how"),
		("every monday", "“every monday” in the recurrence rule can't be read"),
		("FREQ=DAILY;BYEASTER=1", "“BYEASTER” isn't supported"),
		("FREQ=DAILY;FREQ=DAILY", "“FREQ” occurs more than once"),
		("FREQ=HOURLY", "“HOURLY” is too fine"),
		("FREQ=WEEKLY;BYDAY=1MO", "“BYDAY=1MO” has no meaning"),
		("FREQ=DAILY\nFREQ=WEEKLY", "one recurrence rule"),
		("FREQ=DAILY;INTERVAL=0", "at least 1"),
		("FREQ=DAILY;COUNT=5001", "at most 5000"),
		("FREQ=DAILY;COUNT=1;UNTIL=20270101", "not by both"),
		("FREQ=DAILY;UNTIL=20250101", "before the start"),
		("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "No day ever"),
		("FREQ=DAILY;COUNT=1\nEXDATE;VALUE=DATE:20260302", "excludes every"),
		("FREQ=DAILY;" + "X" * 40000, "longer than 40000"),
		("FREQ=DAILY\nEXDATE:" + ",".join(["20260302"] * 2001), "at most 2000 dates"),
	],
	ids=lambda value: (value or "nothing")[:30],
)
def test_a_recurrence_rule_that_cannot_be_kept_is_refused_with_the_reason(rule, reason):
	with pytest.raises(InvalidRequest) as refused:
		# By another clock than the site's, the first day may be another date than in EXDATE.
		recurring(recurrence_rule=rule, timezone=site_zone().key).insert()
	assert reason in refused.value.message
	assert refused.value.details["recurrence_rule"] == refused.value.message


def test_a_recurring_block_is_refused_in_an_unknown_zone_or_longer_than_a_year():
	with pytest.raises(UnknownTimeZone):
		recurring(recurrence_rule="FREQ=DAILY", timezone="Mars/Base").insert()
	with refused_because("at most 366 days", "recurrence_rule"):
		recurring(recurrence_rule="FREQ=YEARLY", end_time="2027-03-10 10:00:00").insert()
	with refused_because("too far from today"):
		recurring(
			recurrence_rule="FREQ=YEARLY", start_time="9998-03-10 10:00:00", end_time="9998-03-10 11:00:00"
		).insert()


def test_a_rule_of_a_block_that_does_not_recur_is_refused():
	with refused_because("Tick “Recurring”"):
		recurring(recurring=0, recurrence_rule="FREQ=DAILY").insert()


def test_the_expanded_series_cannot_be_written_by_hand():
	stored = recurring(recurrence_rule="FREQ=DAILY", series="x", starts_at=1, ends_at=2).insert()
	assert stored.series.startswith("DTSTART;TZID=UTC:")
	assert stored.ends_at > stored.starts_at > 2


def test_a_page_takes_its_unbooked_types_with_it():
	page = make_page()
	meeting_type = make_meeting_type(page)
	frappe.delete_doc("Scheduling Page", page.name)
	assert not frappe.db.exists("Meeting Type", meeting_type.name)


def test_what_was_booked_cannot_be_deleted(frozen):
	frozen("2026-03-02T06:00:00.123456+00:00")

	page = make_page()
	meeting_type = make_meeting_type(page)
	booking = door.book(payload(page, meeting_type, at("2026-03-02 09:00")), at("2026-03-02 06:00"))
	for doctype, name in (("Scheduling Page", page.name), ("Meeting Type", meeting_type.name)):
		with pytest.raises(frappe.LinkExistsError):
			frappe.delete_doc(doctype, name)
	with pytest.raises(NotPermitted):
		frappe.delete_doc("Booking", booking.id)


@pytest.mark.parametrize(
	("fields", "reason"),
	[
		({"default_reminders": "a day"}, "Reminders are minutes"),
		({"default_reminders": "43201"}, "Reminders are minutes"),
		({"allowed_embed_hosts": "https://x.example/y"}, "“https://x.example/y” is not a host name"),
	],
)
def test_settings_that_make_no_sense_are_refused(fields, reason):
	settings = frappe.get_doc("Scheduler Settings")
	settings.update(fields)
	with refused_because(reason):
		settings.save()


def test_a_team_type_with_one_host_is_with_its_consultant():
	ann, ben = make_user("Ann"), make_user("Ben")
	team = make_team_page([ann, ben])
	from scheduler_integration.catalogue.hosts import hosts_of

	assert [host.user for host in hosts_of(make_meeting_type(team, consultant=ben), team)] == [ben]


@pytest.mark.parametrize("time", ["-01:00:00", "25:00:00", "abc"])
def test_text_that_is_not_a_time_of_day_is_refused(time):
	rules = [{"day_of_week": "Monday", "start_time": time, "end_time": "17:00:00"}]
	with pytest.raises(frappe.ValidationError):
		make_schedule(make_user(), rules=rules)


def test_deleting_the_default_schedule_makes_another_the_default():
	user = make_user()
	other = make_schedule(user)
	default = make_schedule(user)
	frappe.delete_doc("Availability Schedule", default.name)
	assert frappe.db.get_value("Availability Schedule", other.name, "is_default") == 1


def test_a_collective_meeting_needs_a_required_host():
	page = make_team_page([make_user(), make_user()])
	page.hosts[0].is_required = 0
	page.save()
	make_meeting_type(page, assignment="Collective")
	page.hosts[1].is_required = 0
	with refused_because(NOBODY_REQUIRED):
		page.save()
	page.reload().hosts[0].is_required = 1
	page.hosts[1].is_required = 0
	page.save()


def test_a_page_without_required_hosts_takes_no_collective_meeting():
	page = make_team_page([make_user(), make_user()])
	for row in page.hosts:
		row.is_required = 0
	page.save()
	make_meeting_type(page, assignment="Round Robin")
	with refused_because(NOBODY_REQUIRED):
		make_meeting_type(page, assignment="Collective")


def test_a_collective_meeting_that_is_switched_off_may_wait_for_its_hosts():
	page = make_team_page([make_user(), make_user()])
	waiting = make_meeting_type(page, assignment="Collective", is_active=0)
	for row in page.hosts:
		row.is_required = 0
	page.save()
	waiting.reload().save()
	waiting.is_active = 1
	with refused_because(NOBODY_REQUIRED):
		waiting.save()


def test_a_default_schedule_that_is_given_away_leaves_nobody_without_hours():
	ann, ben = make_user(), make_user()
	default, anns_other, bens = make_schedule(ann), make_schedule(ann, is_default=0), make_schedule(ben)
	default.reload().update({"user": ben}).save()
	defaults = {"is_default": 1, "user": ["in", [ann, ben]]}
	assert {*frappe.get_all("Availability Schedule", defaults, pluck="name")} == {anns_other.name, bens.name}


def test_numbers_sent_as_text_are_numbers():
	meeting_type = make_meeting_type(make_page(), duration_minutes="45", slot_interval="15", priority="3")
	assert (meeting_type.duration_minutes, meeting_type.slot_interval, meeting_type.priority) == (45, 15, 3)


def test_a_schedule_reads_numbers_sent_as_text():
	schedule = make_schedule(make_user(), buffer_minutes="15", daily_limit="3", is_default="0")
	assert (schedule.buffer_minutes, schedule.daily_limit) == (15, 3)
	with refused_because("A buffer is at most"):
		schedule.update({"buffer_minutes": "1441"}).save()
	other = make_schedule(schedule.user, is_default="0")
	assert (schedule.reload().is_default, other.is_default) == (1, 0)


def test_the_rows_of_a_form_read_numbers_sent_as_text():
	page = make_team_page([make_user("Ann"), make_user("Bea")])
	page.hosts[0].update({"weight": "7", "is_active": "0"})
	page.save()
	assert [(row.weight, row.is_active) for row in page.hosts] == [(7, 0), (5, 1)]
	page.reload().hosts[0].weight = "eleven"
	with refused_because(f"weight of {page.hosts[0].user}"):
		page.save()


def test_blocked_time_covers_both_passes_of_a_repeated_hour(monkeypatch):
	monkeypatch.setattr("scheduler_integration.platform.clock.get_system_timezone", lambda: "Europe/Berlin")
	block = {"doctype": "Blocked Time", "user": make_user()}
	block |= {"start_time": "2026-10-25 02:00:00", "end_time": "2026-10-25 02:30:00"}
	stored = frappe.get_doc(block).insert()
	assert (stored.starts_at, stored.ends_at) == (at("2026-10-25 00:00"), at("2026-10-25 01:30"))


def test_a_refusal_is_shown_in_the_desk():
	frappe.clear_messages()
	with refused_because("two words", "slug"):
		make_page(slug="two words")
	assert "two words" in frappe.as_json(frappe.get_message_log())


def test_a_host_can_not_offer_somebody_elses_hours():
	other = make_schedule(make_user("Bea"))
	page = make_page()
	frappe.set_user(page.user)
	with refused_because("somebody else's", "availability_schedule"):
		make_meeting_type(page, availability_schedule=other.name)


def test_a_setting_of_a_newer_version_gets_its_default_on_a_site_that_saved_its_settings_before():
	frappe.db.delete("Singles", {"doctype": "Scheduler Settings", "field": "hold_minutes"})
	frappe.db.set_single_value("Scheduler Settings", "slots_per_minute", 0)
	after_migrate()
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	settings = frappe.get_doc("Scheduler Settings")
	assert (settings.hold_minutes, settings.slots_per_minute) == (10, 0)


@pytest.mark.parametrize(
	("doctype", "field", "values"),
	[
		("Client Assessment", "primary_phase", {"client_name": "Acme", "consultant": "Administrator"}),
		(
			"Meeting Automation",
			"trigger",
			{"title": "Own", "channel": "Email", "email_template": "Scheduler: Reminder to the attendee"},
		),
		("Calendar Connection", "provider", {"user": "Administrator", "address": "https://calendar.example/a.ics"}),
		("Privacy Request", "kind", {"email": "ada@example.com"}),
		("Outside Booking", "provider", {"booking_id": "7"}),
		("Availability Schedule", "day_of_week", {"rules": [{"start_time": "09:00:00", "end_time": "10:00:00"}]}),
		("Meeting Type", "place_type", {"location_type": "Phone", "places": [{"label": "Here"}]}),
		("Meeting Type", "phase", {"recommended_phases": [{}]}),
	],
)
def test_a_choice_that_nobody_made_was_the_first_one(doctype, field, values):
	"""A report without a phase said Stabilize, and a row of hours without a day was open on Mondays."""
	if doctype == "Availability Schedule":
		values |= {"user": make_user(), "title": "Own"}
	if doctype == "Meeting Type":
		values |= {"title": "Talk", "slug": "talk", "scheduling_page": make_page().name, "duration_minutes": 30}
	with pytest.raises(frappe.MandatoryError, match=field):
		frappe.get_doc({"doctype": doctype, **values}).insert()
