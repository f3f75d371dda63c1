"""A host plans to be away on `/scheduling/time-off` without a script, or by the API; visitors read it."""

import frappe
import pytest

from tests.pages import offer
from tests.pages.hours_page import TIME_OFF, HoursPage, make_jane, open_page
from tests.pages.offer import book, in_three_days, make_colleague, sign_in
from tests.support.api import call
from tests.support.factories import make_user, page_of
from tests.support.statements import recorded


def day_in(days):
	return str(offer.day_in(days))


@pytest.fixture
def intro(commit_clean):
	return make_jane()


@pytest.fixture
def tom(intro):
	return make_colleague(intro)


@pytest.fixture
def page(client, jane):
	return open_page(client, jane)


def absences(user):
	frappe.db.rollback()
	names = frappe.get_all("Availability Override", {"user": user, "is_away": 1}, pluck="name", order_by="date")
	return [frappe.get_doc("Availability Override", name) for name in names]


def public(client, meeting_type, query=""):
	page = page_of(meeting_type)
	return client.get(f"/schedule/{page.slug}/{meeting_type.slug}{query}", headers={"Accept-Language": "en-GB"}).text


@pytest.mark.long
def test_a_host_plans_to_be_away_with_words_and_a_colleague(client, page, intro, jane, tom):
	page.send(
		"time_off", date=day_in(3), end_date=day_in(5), message="On the mountain.", **{f"stand_in:{intro.name}": tom}
	)
	assert page.status == 200
	assert page.toast.startswith("Saved")
	[absence] = absences(jane)
	assert (str(absence.date), str(absence.end_date), absence.whole_day) == (day_in(3), day_in(5), 1)
	assert [(row.meeting_type, row.colleague) for row in absence.stand_ins] == [(intro.name, tom)]
	[entry] = page.entries("dates")
	assert "Intro: Tom" in entry
	assert "On the mountain." in entry
	client.cookies.clear()
	shown = public(client, intro)
	assert "Jane Doe is away: " in shown
	assert "Meanwhile you meet Tom." in shown
	assert "On the mountain." in shown
	assert book(intro, in_three_days(10)).hosts[0].name == "Tom"


@pytest.mark.long
def test_the_words_are_on_the_listing_too_until_the_absence_is_over(client, page, intro, jane):
	page.send("time_off", date=day_in(1), message="Back <soon> & rested")
	assert page.status == 400
	page.send("time_off", date=day_in(1), message="Back soon & rested")
	address = f"/schedule/{page_of(intro).slug}"
	assert "Back soon &amp; rested" in client.get(address).text
	[absence] = absences(jane)
	frappe.db.set_value("Availability Override", absence.name, {"date": day_in(-3), "end_date": day_in(-2)})
	frappe.db.commit()
	assert "rested" not in client.get(address).text
	assert "rested" not in public(client, intro)


@pytest.mark.long
def test_an_absence_is_changed_and_removed_and_both_are_undone(page, intro, jane, tom):
	times = {"start_time": "14:00", "end_time": "16:00"}
	page.send("time_off", date=day_in(3), **times, reason="Surgery", **{f"stand_in:{intro.name}": tom})
	[absence] = absences(jane)
	page.open(f"?away={absence.name}")
	form = page.form("time_off")
	assert form.one("input", name="start_time")["value"] == "14:00"
	assert form.one("input", name="reason")["value"] == "Surgery"
	# A browser wouldn't send an absence that has begun.
	assert "min" not in form.one("input", name="date").attributes
	assert [each["value"] for each in form.all("option") if "selected" in each.attributes] == [tom]
	page.send("time_off", end_date=day_in(4), end_time="12:00", **{f"stand_in:{intro.name}": ""})
	[changed] = absences(jane)
	assert changed.name == absence.name
	assert (str(changed.end_date), str(changed.end_time), changed.stand_ins) == (day_in(4), "12:00:00", [])
	assert changed.reason == "Surgery"
	page.undo()
	[back] = absences(jane)
	assert (str(back.end_date), [row.colleague for row in back.stand_ins]) == (day_in(3), [tom])


@pytest.mark.long
def test_what_is_wrong_is_said_beside_the_field(page, jane):
	page.send("time_off", date=day_in(3), end_date=day_in(2))
	assert page.error("end_date") == "The last day is before the first."
	page.send("time_off", date=day_in(3), end_date="", start_time="15:00", end_time="14:00", message="Gone")
	assert page.error("end_time") == "Choose a later date or time."
	page.send("time_off", date="")
	assert page.error("date") == "Choose at least one day."
	assert absences(jane) == []


@pytest.mark.long
def test_bookings_in_an_absence_are_named_and_stay(page, intro, jane):
	booked = book(intro)
	page.send("time_off", date=day_in(3))
	assert "Ada" in page.impact
	assert f"/scheduling/ill?day={day_in(3)}" in [each["href"] for each in page.form("time_off").all("a")]
	assert absences(jane) == []
	page.send("time_off", date=day_in(3))
	assert len(absences(jane)) == 1
	assert frappe.db.get_value("Booking", booked.id, "status") == "Scheduled"


@pytest.mark.long
def test_only_colleagues_who_have_the_type_are_offered_and_taken(page, intro, tom):
	eve = make_user("Eve")
	frappe.db.commit()
	page.open()
	options = [each["value"] for each in page.form("time_off").all("option")]
	assert tom in options
	assert eve not in options
	page.send("time_off", date=day_in(3), **{f"stand_in:{intro.name}": eve})
	assert page.status == 400
	assert "Choose a colleague who hosts this meeting too." in page.answer.text


@pytest.mark.long
def test_nobody_changes_somebody_elses_absence_but_a_manager_can(client, page, intro, jane, tom):
	page.send("time_off", date=day_in(3))
	[absence] = absences(jane)
	sign_in(client, tom)
	toms = HoursPage(client)
	toms.send("time_off", date=day_in(4), name=absence.name)
	assert toms.status in (403, 404)
	toms.open(f"?user={jane}")
	assert toms.status == 403
	assert str(absences(jane)[0].date) == day_in(3)
	manager = make_user("Mia", roles=("Scheduling Manager",))
	frappe.db.commit()
	sign_in(client, manager)
	theirs = HoursPage(client, f"?user={jane}")
	theirs.send("time_off", date=day_in(4), name=absence.name)
	assert str(absences(jane)[0].date) == day_in(4)


@pytest.mark.long
def test_a_colleague_reads_for_whom_they_stand_in(client, page, intro, jane, tom):
	page.send("time_off", date=day_in(3), message="Secret words", reason="Surgery", **{f"stand_in:{intro.name}": tom})
	sign_in(client, tom)
	shown = HoursPage(client, path=TIME_OFF).html.one("section", id="dates")
	[duty] = shown.one("ul", class_="duties").all("li")
	assert duty.text.startswith("You stand in for Jane Doe, ")
	assert duty.text.endswith(": Intro")
	assert "Surgery" not in shown.text


@pytest.mark.long
def test_the_page_asks_the_same_for_many_absences(client, page, jane, tom, intro):
	def asked():
		page.open("", TIME_OFF)
		with recorded() as seen:
			page.open("", TIME_OFF)
		return len(seen)

	page.send("time_off", date=day_in(3), **{f"stand_in:{intro.name}": tom})
	few = asked()
	for day in range(4, 14):
		page.send("time_off", date=day_in(day), **{f"stand_in:{intro.name}": tom})
	assert asked() == few


class TestTheApi:
	def test_makes_an_absence_that_get_returns(self, intro, jane, tom):
		status, answer = call("availability.colleagues", jane)
		assert (status, answer["data"]["meeting_types"]) == (
			200,
			[{"meeting_type_id": intro.name, "name": "Intro", "colleagues": [{"user": tom, "name": "Tom"}]}],
		)
		asked = {
			"date": day_in(3), "start_time": "14:00", "is_away": True, "message": "On the mountain.",
			"stand_ins": [{"meeting_type_id": intro.name, "user": tom}],
		}  # fmt: skip
		status, answer = call("availability.add_override", jane, **asked)
		made = answer["data"]
		assert (status, made.pop("conflicts")) == (201, [])
		assert made == {
			**asked, "id": made["id"], "end_date": day_in(3), "is_available": False, "end_time": "00:00", "timezone": None,
			"reason": None,
		}  # fmt: skip
		assert call("availability.get", jane)[1]["data"]["overrides"] == [made]
		assert book(intro, in_three_days(10)).hosts[0].name == "Jane Doe"

	def test_names_what_is_wrong(self, intro, jane, tom):
		for rows in ("x", [{"user": tom}], [{"meeting_type_id": intro.name, "user": "nobody@hosts.example"}], [5]):
			status, answer = call("availability.add_override", jane, date=day_in(3), is_away=1, stand_ins=rows)
			assert (status, "stand_ins" in answer["details"]) == (400, True)

	def test_is_closed_to_others(self, jane, tom):
		asked = {"user": jane, "date": day_in(3), "is_away": 1}
		assert call("availability.add_override", tom, **asked)[0] == 403
		assert call("availability.colleagues", tom, user=jane)[0] == 403
		assert call("availability.colleagues", "Guest")[0] == 401

	def test_was_open_to_somebody_who_may_not_open_the_page(self, intro, jane, tom):
		"""A user with a type of a guessed slug would learn which hosts have it too."""
		user = frappe.get_doc("User", jane)
		user.roles = []
		user.save()
		frappe.db.commit()
		assert call("availability.colleagues", jane)[0] == 403
		assert call("availability.get", jane)[0] == 403

	def test_is_open_to_managers(self, jane):
		asked = {"user": jane, "date": day_in(3), "is_away": 1}
		manager = make_user("Mia", roles=("Scheduling Manager",))
		assert call("availability.add_override", manager, **asked)[0] == 201
