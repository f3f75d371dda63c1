"""A User who is deleted: what goes with them, and what keeps them."""

import frappe
import pytest

from scheduler_integration.exceptions import HasBookings
from tests.support import door
from tests.support.factories import (
	at,
	fresh,
	make_assessment,
	make_consultant,
	make_external_type,
	make_host,
	make_meeting_type,
	make_page,
	make_team_page,
	make_user,
	payload,
)


def delete(user):
	frappe.delete_doc("User", user)
	assert not frappe.db.exists("User", user)


def exists(doc):
	return bool(frappe.db.exists(doc.doctype, doc.name))


def test_a_consultant_goes_with_settings_and_types_that_were_never_booked():
	jane = make_consultant("Jane")
	call = make_external_type(jane, phases=("Build",))
	delete(jane)
	assert not exists(call)
	assert not frappe.db.exists("Consultant Scheduler Settings", {"consultant": jane})
	assert not frappe.db.exists("Meeting Type Phase", {"parent": call.name})


def test_a_consultant_whose_type_was_booked_stays_and_the_sentence_names_it():
	jane = make_consultant("Jane")
	booked, idle = make_external_type(jane, title="Yearly review"), make_external_type(jane, title="Short call")
	row = {"doctype": "Outside Booking", "consultant": jane, "meeting_type": booked.name, "status": "Scheduled"}
	frappe.get_doc({**row, "provider": "Calendly", "external_id": "x", "key": fresh("key")}).insert()
	with pytest.raises(HasBookings, match="Yearly review") as refused:
		frappe.delete_doc("User", jane)
	assert "Short call" not in str(refused.value)
	assert exists(booked)
	assert exists(idle)


def test_a_type_on_the_teams_page_goes_to_the_owner_of_the_page():
	page, jane = make_team_page([make_host("Ann"), make_host("Ben")]), make_user("Jane")
	call = make_meeting_type(page, consultant=jane)
	door.book(payload(page, call, at("2026-03-02 09:00")), at("2026-03-02 06:00"))
	delete(jane)
	assert frappe.db.get_value("Meeting Type", call.name, "consultant") == page.user


def test_a_client_goes_and_the_assessment_stays():
	client = make_user("Cleo", roles=())
	assessment = make_assessment(make_consultant(), client=client)
	delete(client)
	assert not assessment.reload().client


def test_a_host_who_left_the_page_is_no_longer_a_host_of_its_types():
	page = make_team_page([make_user("Ann"), make_user("Ben")])
	ben = page.hosts[1].user
	call = make_meeting_type(page, assignment="Round Robin", hosts=[{"user": row.user} for row in page.hosts])
	page.hosts = page.hosts[:1]
	page.save()
	frappe.db.delete("Availability Schedule", {"user": ben})
	delete(ben)
	assert [row.user for row in call.reload().hosts] == [page.user]


def test_a_type_that_only_the_deleted_host_took_was_given_to_everybody_on_the_page():
	"""Without hosts of its own a type is for all of its page, so nobody noticed."""
	page = make_team_page([make_user("Ann"), make_user("Ben"), make_user("Cleo")])
	ann, ben = page.hosts[0].user, page.hosts[1].user
	his = make_meeting_type(page, assignment="Round Robin", hosts=[{"user": ben}])
	shared = make_meeting_type(page, assignment="Round Robin", hosts=[{"user": ann}, {"user": ben}])
	page.hosts = [row for row in page.hosts if row.user != ben]
	page.save()
	frappe.db.delete("Availability Schedule", {"user": ben})
	delete(ben)
	assert not frappe.get_cached_doc("Meeting Type", his.name).is_active
	kept = frappe.get_cached_doc("Meeting Type", shared.name)
	assert (kept.is_active, [row.user for row in kept.hosts]) == (1, [ann])


def test_the_owner_of_a_page_is_kept_by_it():
	page = make_page()
	with pytest.raises(frappe.LinkExistsError):
		frappe.delete_doc("User", page.user)
