"""A Scheduling User sees and changes only their own records through every door; a manager, everybody's."""

import re

import frappe
import pytest

from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.platform.clock import now
from tests.pages.offer import make_offer, sign_in
from tests.support import door
from tests.support.factories import (
	at,
	fresh,
	make_meeting_type,
	make_page,
	make_schedule,
	make_team_page,
	make_user,
	page_of,
	payload,
)

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


@pytest.fixture
def jane():
	return make_user("Jane")


@pytest.fixture
def eve():
	return make_user("Eve")


def seen(doctype):
	return set(frappe.get_list(doctype, pluck="name", limit=0))


def test_lists_hold_own_records_only(jane, eve, as_user):
	page = make_page(jane)
	meeting_type = make_meeting_type(page)
	booking = door.book(payload(page, meeting_type, NINE), NOW).id
	schedule = frappe.db.get_value("Availability Schedule", {"user": jane})
	preferences = frappe.get_doc({"doctype": "Host Preferences", "user": jane}).insert().name
	own = {
		"Scheduling Page": page.name,
		"Meeting Type": meeting_type.name,
		"Availability Schedule": schedule,
		"Booking": booking,
		"Host Preferences": preferences,
	}
	for doctype, name in own.items():
		with as_user(jane):
			assert seen(doctype) == {name}
		with as_user(eve):
			assert name not in seen(doctype)


@pytest.mark.parametrize("sign", ["%", "%s", "%(x)s", "%%", "'"])
def test_a_percent_sign_in_a_users_name_does_not_break_their_lists(sign, eve, as_user):
	"""The released Frappe 16 formats these conditions with the query's parameters; Frappe 15 doesn't."""
	name = make_user("Percy", email=f"{fresh('percy')}{sign}@hosts.example")
	page = make_page(name)
	meeting_type = make_meeting_type(page)
	booking = door.book(payload(page, meeting_type, NINE), NOW).id
	rules = frappe.get_all(
		"Availability Rule", {"parent": frappe.db.get_value("Availability Schedule", {"user": name})}
	)
	with as_user(name):
		assert seen("Scheduling Page") == {page.name}
		assert seen("Meeting Type") == {meeting_type.name}
		assert seen("Booking") == {booking}
		assert frappe.get_list("Booking", {"subject": ["like", "%"]}, pluck="name") == [booking]
		assert len(frappe.get_list("Booking Host", parent_doctype="Booking", pluck="name")) == 1
		hours = frappe.get_list("Availability Rule", parent_doctype="Availability Schedule", pluck="name", limit=0)
		assert set(hours) == {rule.name for rule in rules}
	with as_user(eve):
		assert seen("Booking") == set()


def test_a_manager_sees_everybodys(jane, as_user):
	page = make_page(jane)
	with as_user(make_user("Max", roles=("Scheduling Manager",))):
		assert page.name in seen("Scheduling Page")
		assert frappe.get_doc("Scheduling Page", page.name).has_permission("write")


def test_a_stranger_can_neither_read_nor_write(jane, eve, as_user):
	page = make_page(jane)
	documents = [page, make_meeting_type(page), frappe.get_doc("Availability Schedule", {"user": jane})]
	with as_user(eve):
		for document in documents:
			assert not document.has_permission("read")
			with pytest.raises(frappe.PermissionError):
				document.save()


@pytest.mark.parametrize("doctype", ["Scheduling Page", "Availability Schedule"])
def test_writing_ones_own_name_into_a_record_does_not_make_it_ones_own(doctype, jane, eve, as_user):
	page = make_page(jane)
	name = page.name if doctype == "Scheduling Page" else frappe.db.get_value(doctype, {"user": jane})
	with as_user(eve):
		taken = frappe.get_doc(doctype, name)
		taken.user = eve
		with pytest.raises(frappe.PermissionError):
			taken.save()


def test_a_record_cannot_be_given_to_somebody_else(jane, eve, as_user):
	schedule = make_schedule(jane)
	with as_user(jane):
		schedule.user = eve
		with pytest.raises(frappe.PermissionError):
			schedule.save()


def test_a_user_cannot_make_a_page_for_another(jane, eve, as_user):
	with as_user(eve), pytest.raises(frappe.PermissionError):
		frappe.get_doc({"doctype": "Scheduling Page", "title": "Jane", "user": jane}).insert()


def test_a_user_cannot_put_a_type_on_anothers_page(jane, eve, as_user):
	page = make_page(jane)
	fields = {"doctype": "Meeting Type", "title": "Mine", "scheduling_page": page.name, "duration_minutes": 30}
	with as_user(eve), pytest.raises(frappe.PermissionError):
		frappe.get_doc(fields).insert()


def test_a_type_on_a_page_that_does_not_exist_is_refused_as_such(jane, as_user):
	"""Frappe 16 checks permissions before links, which would make this a 404 for the page."""
	fields = {"doctype": "Meeting Type", "title": "Mine", "scheduling_page": fresh("none"), "duration_minutes": 30}
	with as_user(jane), pytest.raises((frappe.LinkValidationError, frappe.PermissionError)):
		frappe.get_doc(fields).insert()


def test_only_a_manager_gives_other_peoples_time_away(jane, eve, as_user):
	team = {"doctype": "Scheduling Page", "title": "Us", "slug": fresh("team"), "page_type": "Team"}
	hosts = [{"user": eve}, {"user": jane}]
	with as_user(eve), pytest.raises(NotPermitted):
		frappe.get_doc({**team, "user": eve, "hosts": hosts}).insert()
	manager = make_user("Max", roles=("Scheduling Manager",))
	with as_user(manager):
		assert frappe.get_doc({**team, "user": manager, "hosts": hosts}).insert().name


def test_a_team_host_reads_the_page_and_may_not_change_it(jane, eve, as_user):
	team = make_team_page([jane, eve])
	with as_user(eve):
		assert team.name in seen("Scheduling Page")
		assert team.has_permission("read")
		assert not team.has_permission("write")


@pytest.mark.long
def test_a_typed_fact_of_a_booking_was_dropped_without_a_word(jane, as_user):
	page = make_page(jane)
	booking = door.book(payload(page, make_meeting_type(page), NINE, guests=["bob@guests.example"]), NOW).id
	for field in frappe.get_meta("Booking").get_high_permlevel_fields():
		if not is_value(field) or field.fieldtype == "HTML":
			continue
		for user in (jane, "Administrator"):
			with as_user(user):
				document = frappe.get_doc("Booking", booking)
				document.set(field.fieldname, _other(field))
				with pytest.raises(NotPermitted, match=re.escape(field.label)):
					document.save()


def _other(field):
	if field.fieldtype == "Table":
		return [{}]
	if field.fieldtype in ("Int", "Long Int", "Currency", "Check"):
		return 7
	return "2030-01-01 09:00:00" if field.fieldtype == "Datetime" else "Mallory"


def test_the_refusal_of_a_typed_status_names_the_method(client, commit_clean):
	meeting_type = make_offer()
	page = page_of(meeting_type)
	booking = door.book(payload(page, meeting_type, (now() // 86400 + 7) * 86400 + 36000), now()).id
	frappe.db.commit()
	sign_in(client, page.user)
	answer = client.put(f"/api/resource/Booking/{booking}", json={"status": "Cancelled"})
	assert answer.status_code == 403
	assert "api.bookings.update" in answer.text
	stored = client.get(f"/api/resource/Booking/{booking}").json()["data"]
	assert stored["status"] == "Scheduled"
	# The desk sends the whole record back.
	assert client.put(f"/api/resource/Booking/{booking}", json={**stored, "host_notes": "Slides"}).status_code == 200
	assert frappe.db.get_value("Booking", booking, "host_notes") == "Slides"


def test_every_fact_of_a_booking_is_of_the_level_that_no_role_writes():
	open_fields = {
		field.fieldname for field in frappe.get_meta("Booking").fields if not field.permlevel and is_value(field)
	}
	assert open_fields == {"host_notes"}


def is_value(field):
	return field.fieldtype not in ("Section Break", "Column Break", "Tab Break")


def test_a_booking_cannot_be_made_past_the_room(jane, as_user):
	page = make_page(jane)
	meeting_type = make_meeting_type(page)
	with as_user(jane), pytest.raises(frappe.PermissionError):
		frappe.get_doc(
			{
				"doctype": "Booking",
				"meeting_type": meeting_type.name,
				"scheduling_page": page.name,
				"host": jane,
				"starts_at": NINE,
				"ends_at": NINE + 1800,
				"attendee_name": "Bob",
				"attendee_email": "bob@guests.example",
				"timezone": "UTC",
			}
		).insert()


def test_guests_have_no_right_to_any_record(jane, as_user):
	page = make_page(jane)
	with as_user("Guest"):
		assert not page.has_permission("read")
		with pytest.raises(frappe.PermissionError):
			frappe.get_list("Booking")


def test_a_row_in_memory_does_not_open_another_hosts_booking(jane, eve, as_user):
	page = make_page(jane)
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW).id
	with as_user(eve):
		document = frappe.get_doc("Booking", booking)
		document.append("hosts", {"user": eve})
		document.host_notes = "I was here"
		assert not document.has_permission("read")
		with pytest.raises(frappe.PermissionError):
			document.save()


@pytest.mark.parametrize("doctype", ["Booking Host", "Booking Answer", "Booking Guest"])
def test_lists_of_a_bookings_rows_hold_own_bookings_only(doctype, jane, eve, as_user):
	page = make_page(jane)
	asking = make_meeting_type(page, questions=[{"label": "Why?", "question_type": "Text"}])
	wish = payload(page, asking, NINE, guests=["bob@guests.example"])
	wish["answers"] = {asking.questions[0].name: "Secret"}
	booking = door.book(wish, NOW).id
	for user, expected in ((jane, {booking}), (eve, set())):
		with as_user(user):
			rows = frappe.get_list(doctype, fields=["parent"], parent_doctype="Booking", limit=0)
			assert {row.parent for row in rows} == expected


def test_lists_of_a_schedules_hours_hold_own_ones_only(jane, eve, as_user):
	schedule = make_schedule(jane)
	with as_user(eve):
		rows = frappe.get_list("Availability Rule", fields=["parent"], parent_doctype="Availability Schedule", limit=0)
		assert schedule.name not in {row.parent for row in rows}


@pytest.mark.parametrize("user", ["eve", "Administrator"])
def test_a_row_is_not_written_without_its_parent(user, jane, eve, as_user):
	team = make_team_page([jane])
	row = {"parent": team.name, "parenttype": "Scheduling Page", "parentfield": "hosts", "user": eve}
	with as_user(eve if user == "eve" else user), pytest.raises(frappe.PermissionError):
		frappe.get_doc({"doctype": "Scheduling Page Host", **row}).insert()
	assert not frappe.db.exists("Scheduling Page Host", {"parent": team.name, "user": eve})


def test_a_page_of_nobody_belongs_to_managers(jane, eve, as_user):
	team = make_team_page([jane])
	frappe.db.set_value("Scheduling Page", team.name, "user", None)
	with as_user(eve):
		assert not frappe.get_doc("Scheduling Page", team.name).has_permission("read")


def test_what_attendees_wrote_is_not_for_every_desk_user(jane, as_user):
	page = make_page(jane)
	booking = door.book(payload(page, make_meeting_type(page), NINE, notes="Very private"), NOW).id
	event = frappe.db.get_value("Booking", booking, "event")
	assert frappe.db.get_value("Event", event, "event_type") == "Private"


def test_lists_and_single_documents_agree_on_meeting_types(jane, eve, as_user):
	elsewhere = make_meeting_type(make_page(jane), consultant=eve)
	with as_user(eve):
		assert elsewhere.name not in seen("Meeting Type")
		assert not frappe.get_doc("Meeting Type", elsewhere.name).has_permission("read")
