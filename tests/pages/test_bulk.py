"""A host changes several meetings at once on `/scheduling`, with and without JavaScript."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.entry import bulk
from scheduler_integration.platform import progress
from scheduler_integration.platform.clock import now
from tests.pages.offer import book, bookings_of, host_of, in_three_days, make_offer, sign_in
from tests.pages.reading import read, typed_in
from tests.support.factories import make_host

pytestmark = pytest.mark.usefixtures("commit_clean")

DAY = 86400


def requests_of(client, count=3, **fields):
	offer = make_offer(**{"requires_confirmation": 1, **fields})
	sign_in(client, host_of(offer))
	return offer, [book(offer, in_three_days(12 + index)).id for index in range(count)]


def send(client, action, selected=None, **typed):
	"""Tick the boxes of the rows with these bookings, by default of all rows, and press the button."""
	page = read(client.get("/scheduling").text)
	boxes = [box["value"] for box in page.all("input", name="selected", form="bulk")]
	ticked = [box for box in boxes if selected is None or any(name in box for name in selected)]
	form = page.one("form", id="bulk")
	assert form.one("button", value=action)
	return client.post(
		"/scheduling", data=[*typed_in(form, **typed), *(("selected", box) for box in ticked), ("action", action)]
	)


def status(offer):
	return [each.status for each in bookings_of(offer)]


@pytest.mark.long
def test_selected_requests_are_confirmed_and_the_others_wait(client):
	offer, names = requests_of(client)
	answer = send(client, "confirm", names[:2])
	assert answer.status_code == 303
	assert answer.headers["Location"].startswith("/scheduling?done=several&undo=")
	assert status(offer) == ["Scheduled", "Scheduled", "Pending"]
	toast = read(client.get(answer.headers["Location"]).text).one(id="toast")
	assert "The meetings are changed." in toast.text
	undo = toast.one("form")
	client.post("/scheduling", data=[*typed_in(undo), ("undo", undo.one("button")["value"])])
	assert status(offer) == ["Pending", "Pending", "Pending"]


def test_one_that_is_refused_is_named_and_stops_no_other(client):
	offer, names = requests_of(client)
	page = read(client.get("/scheduling").text)
	bookings.cancel_by_host(names[1], "", now())
	frappe.db.commit()
	data = [*typed_in(page.one("form", id="bulk")), *(("selected", name) for name in names), ("action", "confirm")]
	answer = client.post("/scheduling", data=data)
	assert answer.status_code == 409
	assert status(offer) == ["Scheduled", "Cancelled", "Scheduled"]
	box = read(answer.text).one("div", class_="alert")
	assert "2 of 3 meetings are changed." in box.text
	assert len(box.all("li")) == 1


def test_many_meetings_took_long_and_nothing_moved(client, server, monkeypatch):
	monkeypatch.setattr(progress, "_PAUSE", 0)
	offer, names = requests_of(client)
	jane, tom, said, confirm = host_of(offer), make_host("Tom"), [], bulk.act_undoably

	def look(at=client, path="/scheduling"):
		return [each["text"] for each in at.get(path, headers={"Accept": "application/json"}).json()["running"]]

	def looked_at(command):
		if command.name == names[2]:
			with server.client() as other:
				sign_in(other, tom)
				said.extend([look(), look(path="/scheduling/ill"), look(other)])
			frappe.cache.delete_keys("scheduling_progress:")
			said.append(look())
		return confirm(command)

	monkeypatch.setattr(bulk, "act_undoably", looked_at)
	frappe.set_user(jane)
	bulk.act_on_all("confirm", names, "")
	assert said == [["2 of 3 meetings"], ["2 of 3 meetings"], [], []]
	assert (look(), status(offer)) == ([], ["Scheduled"] * 3)


def test_a_meeting_that_is_named_twice_is_changed_once(client):
	offer, names = requests_of(client)
	form = read(client.get("/scheduling").text).one("form", id="bulk")
	twice = [("selected", names[0]), ("selected", names[0])]
	answer = client.post("/scheduling", data=[*typed_in(form), *twice, ("action", "confirm")])
	assert (answer.status_code, "done=one" in answer.headers["Location"]) == (303, True)
	assert status(offer) == ["Scheduled", "Pending", "Pending"]


def test_all_are_cancelled_with_one_message(client):
	offer, _names = requests_of(client, requires_confirmation=0)
	assert send(client, "cancel", reason="I am ill").status_code == 303
	assert {(each.status, each.cancel_reason) for each in bookings_of(offer)} == {("Cancelled", "I am ill")}


def test_a_session_is_one_row_and_takes_all_its_attendees(client):
	offer = make_offer(seats=5)
	sign_in(client, host_of(offer))
	names = [booked.id for booked in (book(offer), book(offer), book(offer, in_three_days(36)))]
	assert send(client, "cancel", names[:1]).status_code == 303
	assert status(offer) == ["Cancelled", "Cancelled", "Scheduled"]


def test_with_one_meeting_there_is_nothing_to_select(client):
	requests_of(client, count=1)
	page = read(client.get("/scheduling").text)
	assert page.all("form", id="bulk") == []
	assert page.all("input", name="selected") == []


def test_nothing_selected_and_too_many_are_said(client):
	_offer, _names = requests_of(client)
	answer = send(client, "confirm", [])
	assert answer.status_code == 400
	assert "Select at least one meeting." in read(answer.text).one("div", class_="alert").text
	data = [("several", "1"), ("selected", ",".join(f"x{each}" for each in range(101))), ("action", "confirm")]
	page = read(client.get("/scheduling").text)
	answer = client.post("/scheduling", data=[*typed_in(page.one("form", id="bulk")), *data])
	assert "at most 100" in answer.text


def test_somebody_elses_meeting_is_refused_and_not_shown(client):
	_offer, _names = requests_of(client)
	theirs = make_offer(requires_confirmation=1)
	foreign = book(theirs).id
	form = read(client.get("/scheduling").text).one("form", id="bulk")
	answer = client.post("/scheduling", data=[*typed_in(form), ("selected", foreign), ("action", "confirm")])
	assert (answer.status_code, status(theirs)) == (409, ["Pending"])
	assert "Ada" not in read(answer.text).one("div", class_="alert").text


@pytest.mark.parametrize("action", ["reassign", "reschedule", "cancel_for_all", "feed_on", ""])
def test_other_commands_are_refused(client, action):
	offer, names = requests_of(client)
	form = read(client.get("/scheduling").text).one("form", id="bulk")
	answer = client.post("/scheduling", data=[*typed_in(form), ("selected", names[0]), ("action", action)])
	assert answer.status_code == 400
	assert set(status(offer)) == {"Pending"}


@pytest.mark.long
def test_undoing_several_stopped_at_the_first_that_could_not_be_undone(client):
	offer, names = requests_of(client, requires_confirmation=0)
	answer = send(client, "cancel", reason="I am ill")
	toast = read(client.get(answer.headers["Location"]).text).one(id="toast").one("form")
	# Somebody books the time of the second one meanwhile.
	book(offer, in_three_days(13))
	answer = client.post("/scheduling", data=[*typed_in(toast), ("undo", toast.one("button")["value"])])
	assert answer.status_code == 409
	assert [frappe.db.get_value("Booking", name, "status") for name in names] == [
		"Scheduled",
		"Cancelled",
		"Scheduled",
	]
	box = read(answer.text).one("div", class_="alert")
	assert "2 of 3 changes are undone." in box.text
	[line] = box.all("li")
	assert line.text.startswith("Ada Lovelace, ")
	assert "Somebody booked this time meanwhile" in line.text
