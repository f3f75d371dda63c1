"""A host can't come on a day, and clears it in one pass on `/scheduling/ill`, without a script."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.entry import clear_day
from scheduler_integration.entry.clear_day import Pass
from scheduler_integration.platform.clock import now
from tests.pages.offer import DAYS, book, day_in, host_of, in_three_days, make_colleague, make_offer, sign_in
from tests.pages.reading import form_values, read
from tests.support import door
from tests.support.api import call
from tests.support.factories import (
	make_host,
	make_meeting_type,
	make_team_page,
	make_user,
	page_of,
)
from tests.support.outbox import deliver, tasks
from tests.support.statements import recorded

pytestmark = pytest.mark.usefixtures("commit_clean")

DAY = str(day_in(3))


class IllDay:
	"""The page of the day in three days, as its host sees it."""

	def __init__(self, client, user, query=f"?day={DAY}"):
		sign_in(client, user)
		self.client = client
		self.open(query)

	def open(self, query=f"?day={DAY}"):
		self.answer = self.client.get(f"/scheduling/ill{query}", headers={"Accept-Language": "en-GB"})
		self.html = read(self.answer.text)
		return self

	@property
	def selects(self):
		return [each for each in self.html.all("select") if each["name"].startswith("do:")]

	def choices(self):
		"""Return the words of what is preselected for each meeting."""
		return [next(one.text for one in each.all("option") if "selected" in one.attributes) for each in self.selects]

	def send(self, **chosen):
		"""Press the button, with other choices for some bookings by their name, and follow the redirect."""
		form = self.html.one("form", id="clear")
		typed = {f"do:{name}": value for name, value in chosen.items() if name != "reason"}
		typed |= {"reason": chosen.get("reason", "")}
		values = [(name, value) for name, value in form_values(form) if name not in typed]
		return self.post([*values, *typed.items(), ("action", "clear")])

	def post(self, values):
		self.answer = self.client.post("/scheduling/ill", data=values, headers={"Accept-Language": "en-GB"})
		if self.answer.status_code == 303:
			self.answer = self.client.get(self.answer.headers["Location"], headers={"Accept-Language": "en-GB"})
		self.html = read(self.answer.text)
		return self

	def press(self, name):
		"""Press "Send now" (`action`) or "Undo" (`undo`) of the last pass."""
		form = next(each for each in self.html.all("form") if each.all("button", name="undo"))
		button = form.one("button", name="undo") if name == "undo" else form.one("button", value="send")
		return self.post([*form_values(form), (button["name"], button["value"])])

	@property
	def text(self):
		return self.html.one("main").text if self.html.all("main") else self.html.text


@pytest.fixture
def intro():
	return make_offer(title="Intro")


@pytest.fixture
def tom(intro):
	return make_colleague(intro)


def stored(booking):
	frappe.db.rollback()
	return frappe.get_doc("Booking", booking.id)


def attendees_mails(name):
	return [each for each in tasks(name, kind="email", status="Pending") if each.purpose.startswith("attendee_")]


def test_the_best_for_each_meeting_is_preselected_and_done_in_one_pass(client, intro, jane, tom):
	early, late = book(intro, in_three_days(10)), book(intro, in_three_days(15))
	page = IllDay(client, jane)
	assert page.choices()[0] == "Tom takes it"
	assert page.choices()[1].startswith("Move to ")
	page.send(reason="I am ill")
	done = [each.text for each in page.html.one("section", class_="card section").all("li")]
	assert [each.partition(",")[0] for each in done] == ["Ada Lovelace", "Ada Lovelace"]
	assert done[0].endswith("10:00 · handed over to Tom")
	assert " · moved to " in done[1]
	assert stored(early).host == tom
	assert stored(late).status == "Rescheduled"
	moved = frappe.get_doc("Booking", {"rescheduled_from": late.id})
	assert (moved.host, moved.starts_at > in_three_days(24) - 1) == (jane, True)
	# The day is closed, so nobody books what has become free.
	assert door.offered_hours(page_of(intro), intro, date.fromisoformat(DAY), now()) == []


@pytest.mark.long
def test_without_a_colleague_and_without_a_time_the_attendee_is_asked_or_it_is_cancelled(client, intro, jane):
	booked = book(intro)
	schedule = frappe.get_doc("Availability Schedule", {"user": jane})
	schedule.update(
		{
			"rules": [
				{
					"day_of_week": DAYS[date.fromisoformat(DAY).weekday()],
					"start_time": "09:00:00",
					"end_time": "12:00:00",
				}
			]
		}
	)
	schedule.save()
	for weeks in (1, 2):
		day = str(date.fromisoformat(DAY) + timedelta(days=7 * weeks))
		frappe.get_doc({"doctype": "Availability Override", "user": jane, "date": day, "whole_day": 1}).insert()
	frappe.db.commit()
	page = IllDay(client, jane)
	assert page.choices() == ["Ask Ada Lovelace to choose another time"]
	page.send(reason="I am ill")
	asked = stored(booked)
	assert (asked.status, asked.time_given_back, asked.reschedule_message) == ("Rescheduled", 1, "I am ill")
	page.press("undo").send(**{booked.id: "cancel"}, reason="I am ill")
	assert (stored(booked).status, stored(booked).cancel_reason) == ("Cancelled", "I am ill")


@pytest.mark.long
def test_two_meetings_are_proposed_to_a_colleague_only_if_both_can_be_taken(client, intro, jane, tom):
	intro.update({"uses_host_defaults": 1}).save()
	schedule = frappe.get_doc("Availability Schedule", {"user": tom})
	schedule.update({"buffer_minutes": 15}).save()
	one, other = book(intro, in_three_days(10)), book(intro, in_three_days(10.5))
	page = IllDay(client, jane)
	assert [each.partition(" ")[0] for each in page.choices()] == ["Tom", "Move"]
	page.send()
	assert "These stay as they are:" not in page.answer.text
	assert (stored(one).host, stored(other).status) == (tom, "Rescheduled")


@pytest.mark.long
def test_two_meetings_are_not_moved_to_the_same_time(client, intro, jane):
	for hour in (10, 11, 12):
		book(intro, in_three_days(hour))
	page = IllDay(client, jane)
	assert len(set(page.choices())) == 3
	page.send()
	assert "These stay as they are:" not in page.answer.text


def test_the_middle_of_the_attendees_night_was_proposed(client, intro, jane):
	"""Half past ten in New York was moved to three o'clock in the morning there: the host's first free time."""
	# Jane works from 9 to 18 UTC. 15:30 UTC is half past ten there.
	book(intro, in_three_days(15.5), timezone="America/New_York")
	page = IllDay(client, jane)
	[moves] = [
		[each["value"] for each in select.all("option") if each["value"].startswith("move:")] for select in page.selects
	]
	hours = [
		datetime.fromisoformat(each.removeprefix("move:")).astimezone(ZoneInfo("America/New_York")).hour
		for each in moves
	]
	assert len(hours) == 3
	assert min(hours) >= 7
	# Whom the host met at night may be met at night again.
	book(intro, in_three_days(9), timezone="America/Los_Angeles")
	assert IllDay(client, jane).choices()[0].startswith("Move to ")


def test_meetings_can_be_kept_and_chosen_otherwise(client, intro, jane, tom):
	one, other = book(intro, in_three_days(10)), book(intro, in_three_days(11))
	IllDay(client, jane).send(**{one.id: "keep", other.id: "cancel"})
	assert (stored(one).status, stored(one).host, stored(other).status) == ("Scheduled", jane, "Cancelled")


def waiting_tasks(*names):
	frappe.db.rollback()
	found = frappe.get_all(
		"Outbox Task", {"booking": ["in", names], "status": "Pending"}, ["name", "purpose", "due_at"]
	)
	soon = {each.name: each for each in found if each.due_at < now() + 3600}
	return soon, {each.name: each.due_at for each in found if each.name not in soon}


@pytest.mark.long
def test_attendees_are_told_once_after_ten_minutes_or_by_send_now(client, intro, jane, tom):
	early, late = book(intro, in_three_days(10)), book(intro, in_three_days(15))
	for each in (early, late):
		deliver(each.id, now())
	page = IllDay(client, jane)
	page.send()
	assert "The e-mails leave at" in page.text
	names = early.id, late.id, frappe.db.get_value("Booking", {"rescheduled_from": late.id})
	soon, reminders = waiting_tasks(*names)
	assert sum(each.purpose.startswith("attendee_") for each in soon.values()) == 2
	assert all(580 <= each.due_at - now() <= 600 for each in soon.values())
	assert reminders
	page.press("send")
	assert "The e-mails are on their way." in page.text
	sent, unchanged = waiting_tasks(*names)
	assert {name: each.due_at <= now() for name, each in sent.items()} == dict.fromkeys(soon, True)
	# The reminders of the moved meeting leave when they should.
	assert unchanged == reminders


@pytest.mark.long
def test_who_has_a_meeting_within_the_hour_is_told_at_once(client, intro, jane, tom):
	booked = book(intro, in_three_days(10))
	deliver(booked.id, now())
	facts = run(jane, {booked.id: "cancel"}, at_=in_three_days(9.5))
	assert [each["waits"] for each in facts["done"]] == [False]
	assert {each.due_at for each in attendees_mails(booked.id)} == {in_three_days(9.5) + bookings.UNDO_SECONDS}


@pytest.mark.long
def test_a_pass_whose_tab_was_closed_was_not_found_again(client, intro, jane, tom):
	book(intro, in_three_days(10))
	IllDay(client, jane).send()
	page = IllDay(client, jane)
	assert "This was done" in page.text
	assert "This was done" not in page.open(f"?day={day_in(4)}").text
	page.open().press("undo")
	assert "This was done" not in page.open().text


@pytest.mark.long
def test_all_of_it_is_undone(client, intro, jane, tom):
	early, late, last = (book(intro, in_three_days(hour)) for hour in (10, 15, 16))
	page = IllDay(client, jane)
	page.send(**{last.id: "cancel"})
	page.press("undo")
	assert "Undone. Nobody was told." in page.text
	assert [(stored(each).status, stored(each).host) for each in (early, late, last)] == [("Scheduled", jane)] * 3
	assert frappe.db.count("Booking", {"rescheduled_from": late.id}) == 0
	assert not frappe.db.exists("Availability Override", {"user": jane})
	assert len(page.selects) == 3


@pytest.mark.long
def test_what_cannot_be_undone_is_named_and_the_rest_is_undone(client, intro, jane, tom):
	early, late = book(intro, in_three_days(10)), book(intro, in_three_days(15))
	page = IllDay(client, jane)
	page.send(**{early.id: "cancel", late.id: "cancel"})
	# Somebody was told of the first one meanwhile.
	frappe.db.set_value("Outbox Task", {"booking": early.id, "kind": "email"}, "status", "Sent")
	frappe.db.commit()
	page.press("undo")
	assert page.answer.status_code == 409
	assert "1 of 2 changes are undone." in page.text
	assert (stored(early).status, stored(late).status) == ("Cancelled", "Scheduled")


def test_a_guest_books_the_colleague_meanwhile_and_the_meeting_stays(client, intro, jane, tom):
	booked = book(intro, in_three_days(10))
	page = IllDay(client, jane)
	assert page.choices() == ["Tom takes it"]
	toms = frappe.get_doc("Meeting Type", {"consultant": tom, "slug": intro.slug})
	book(toms, in_three_days(10))
	page.send()
	assert "These stay as they are:" in page.answer.text
	assert (stored(booked).status, stored(booked).host) == ("Scheduled", jane)
	assert page.choices()[0].startswith("Move to ")


@pytest.mark.long
def test_a_session_is_one_row_and_goes_as_a_whole(client):
	ann, ben = (
		make_host("Ann", {day: ["09:00-18:00"] for day in DAYS}),
		make_host("Ben", {day: ["09:00-18:00"] for day in DAYS}),
	)
	page = make_team_page([ann, ben])
	workshop = make_meeting_type(page, assignment="Round Robin", seats=5)
	frappe.db.commit()
	first = book(workshop, in_three_days(10))
	host = stored(first).host
	second = book(workshop, in_three_days(10))
	shown = IllDay(client, host)
	assert len(shown.selects) == 1
	shown.send()
	assert {stored(each).host for each in (first, second)} == {ann, ben} - {host}
	shown.press("undo")
	assert {stored(each).host for each in (first, second)} == {host}


def test_a_request_is_declined(client):
	intro = make_offer(requires_confirmation=1)
	booked = book(intro)
	page = IllDay(client, host_of(intro))
	assert "Decline it" in page.answer.text
	page.send(**{booked.id: "cancel"})
	assert stored(booked).status == "Declined"


def run(user, choices, at_=None, **fields):
	"""Run a pass as this user, at an instant."""
	import time_machine

	frappe.set_user(user)
	try:
		with time_machine.travel(at_ or now(), tick=False):
			return clear_day.clear_day(Pass(fields.pop("whose", user), date.fromisoformat(DAY), choices, **fields))
	finally:
		frappe.set_user("Administrator")


class TestPermissions:
	@pytest.mark.long
	def test_nobody_clears_somebody_elses_day(self, client, intro, jane, tom):
		booked = book(intro, in_three_days(10))
		assert IllDay(client, tom, f"?day={DAY}&user={jane}").answer.status_code == 403
		own = IllDay(client, tom)
		values = form_values(own.html.one("form", id="clear"))
		for choice in ("cancel", f"hand_over:{tom}", f"move:{DAY}T16:00:00+00:00"):
			own.post([*values, ("meeting", booked.id), (f"do:{booked.id}", choice), ("action", "clear")])
			assert (stored(booked).status, stored(booked).host) == ("Scheduled", jane)
			assert "Ada" not in own.answer.text
			own.open()

	@pytest.mark.long
	def test_a_manager_can(self, client, intro, jane, tom):
		booked = book(intro, in_three_days(10))
		manager = make_user("Mia", roles=("Scheduling Manager",))
		frappe.db.commit()
		page = IllDay(client, manager, f"?day={DAY}&user={jane}")
		assert page.choices() == ["Tom takes it"]
		page.send()
		assert stored(booked).host == tom
		page.press("undo")
		assert stored(booked).host == jane

	def test_guests_sign_in_first(self, client):
		answer = client.get("/scheduling/ill", allow_redirects=False)
		assert answer.status_code == 302

	def test_a_host_hands_over_by_the_api_what_is_theirs_and_to_whom_it_fits(self, intro, jane, tom):
		booked = book(intro, in_three_days(10))
		eve = make_host("Eve")
		update = ("bookings.update", jane)
		asked = {"name": booked.id, "action": "hand_over"}
		assert call("bookings.update", tom, **asked, host=tom)[0] == 403
		assert call(*update, **asked, host=eve)[0] == 400
		assert call(*update, **asked, host=tom, replaces=tom)[0] == 403
		status, answer = call(*update, **asked, host=tom)
		assert (status, answer["data"]["hosts"][0]["user"]) == (200, tom)
		# It isn't Jane's any more.
		assert call(*update, **asked, host=jane)[0] == 403

	def test_a_colleague_who_is_busy_is_refused(self, intro, jane, tom):
		booked = book(intro, in_three_days(15))
		status, answer = call("bookings.update", jane, name=booked.id, action="hand_over", host=tom)
		assert (status, answer["code"]) == (409, "HOST_NOT_FREE")


@pytest.mark.long
def test_the_page_asks_the_same_for_many_meetings(client, intro, jane, tom):
	def asked():
		page = IllDay(client, jane)
		with recorded() as seen:
			page.open()
		return len(seen), len(page.selects)

	book(intro, in_three_days(9))
	few, _one = asked()
	for half_hours in range(1, 16):
		book(intro, in_three_days(9 + half_hours / 2))
	assert asked() == (few, 16)


def test_a_day_without_meetings_offered_to_do_all_of_nothing(client, intro, jane):
	page = IllDay(client, jane)
	assert "No more meetings on this day." in page.text
	assert "Make these changes" not in page.text
	page.send()
	assert door.offered_hours(page_of(intro), intro, date.fromisoformat(DAY), now()) == []
	assert [each.text for each in page.open().html.one("main").all("button")] == ["Show", "Undo"]
	boss = IllDay(client, make_user("Mia", ("Scheduling User", "Scheduling Manager")), f"?day={DAY}&user={jane}")
	assert "There is nothing to do" in boss.text
	assert [each.text for each in boss.html.one("main").all("button")] == ["Show"]
