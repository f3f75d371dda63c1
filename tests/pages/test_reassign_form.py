"""A manager reassigns a meeting on its page."""

import frappe
import pytest

from tests.pages.offer import DAYS, TeamOffer, meeting_path, press, sign_in
from tests.pages.reading import read, typed_in
from tests.support.factories import make_host


@pytest.fixture
def team(commit_clean):
	return TeamOffer()


def reassign(client, booking, host):
	return press(client, booking, "reassign", "reassign", host=host)


def host_of(booking):
	frappe.db.rollback()
	return frappe.db.get_value("Booking", booking, "host")


@pytest.mark.long
def test_a_meeting_is_reassigned_to_a_colleague_who_is_free(client, team):
	ann, ben = team.manager, team.colleague
	booking = team.book(12, ann)
	sign_in(client, ann)
	choice = read(client.get(meeting_path(booking, "reassign")).text).one("select", name="host")
	assert [(option["value"], option.text) for option in choice.all("option")] == [(ben, "Ben · free")]
	answer = reassign(client, booking, ben)
	assert answer.status_code == 303
	assert answer.headers["Location"].startswith(f"{meeting_path(booking)}?done=reassign&undo=")
	assert "Reassigned" in read(client.get(answer.headers["Location"]).text).one(id="toast").text
	assert host_of(booking) == ben


def test_a_manager_sees_who_is_free_before_reassigning(client, team):
	ann, ben = team.manager, team.colleague
	noon, evening = team.book(12, ann), team.book(19, ann)
	team.book(12, ben)
	sign_in(client, ann)
	client.cookies.set("scheduling_clock", "24")
	notes = [
		read(client.get(meeting_path(each, "reassign")).text).one("select", name="host").all("option")[0].text
		for each in (noon, evening)
	]
	assert notes[0].startswith("Ben · busy 12:00")
	assert notes[1] == "Ben · outside their hours or limits"


def test_a_host_was_busy_after_the_meeting_and_nobody_read_that_it_is_the_buffer(client, team):
	ann, ben = team.manager, team.colleague
	booking = team.book(12, ann)
	team.book(13, ben)
	doc = frappe.get_doc("Booking", booking)
	frappe.get_doc("Meeting Type", doc.meeting_type).update(
		{"uses_host_defaults": 0, "buffer_after_minutes": 60, "duration_minutes": 30}
	).save()
	frappe.db.commit()
	sign_in(client, ann)
	option = read(client.get(meeting_path(booking, "reassign")).text).one("select", name="host").all("option")[0]
	assert option.text.startswith("Ben · busy ")
	assert option.text.endswith(", no room for a buffer")


def test_a_manager_can_ignore_working_hours(client, team):
	ann, ben = team.manager, team.colleague
	booking = team.book(19, ann)
	sign_in(client, ann)
	answer = reassign(client, booking, ben)
	assert answer.status_code == 409
	box = read(answer.text).one("div", class_="alert")
	assert "isn't free at that time" in box.text
	assert box.all("li")
	assert host_of(booking) == ann
	again = client.post(meeting_path(booking), data=[*typed_in(box.one("form")), ("action", "reassign")])
	assert again.status_code == 303
	assert host_of(booking) == ben


def test_another_meeting_is_named_and_cannot_be_ignored(client, team):
	ann, ben = team.manager, team.colleague
	theirs, booking = team.book(12, ben), team.book(12, ann)
	sign_in(client, ann)
	answer = reassign(client, booking, ben)
	assert answer.status_code == 409
	box = read(answer.text).one("div", class_="alert")
	assert [link["href"].rpartition("/")[2] for link in box.all("a")] == [theirs]
	assert not box.all("form")
	assert host_of(booking) == ann


def test_hosts_who_are_no_managers_have_no_form_and_are_refused(client, team):
	ann, ben = team.manager, team.colleague
	booking = team.book(12, ben)
	sign_in(client, ben)
	page = read(client.get(meeting_path(booking, "reassign")).text)
	assert not page.all("select", name="host")
	cancel = read(client.get(meeting_path(booking, "cancel")).text).one("div", id="panel").one("form")
	typed = [*typed_in(cancel), ("host", ann), ("action", "reassign")]
	assert client.post(meeting_path(booking), data=typed).status_code == 403
	assert host_of(booking) == ben


def test_somebody_who_is_busy_was_chosen_until_another_one_was_picked(client, team):
	"""Ben comes first by his name, and has another meeting then."""
	cem = make_host("Cem", {day: ["09:00-18:00"] for day in DAYS})
	team.page.append("hosts", {"user": cem, "is_active": 1})
	team.page.save()
	noon = team.book(12, team.manager)
	team.book(12, team.colleague)
	sign_in(client, team.manager)
	choice = read(client.get(meeting_path(noon, "reassign")).text).one("select", name="host")
	assert [option["value"] for option in choice.all("option")] == [cem, team.colleague]
