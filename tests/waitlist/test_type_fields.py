"""Bounds of a meeting type's fields about its waitlist, and the effect of a changed type on its list."""

import frappe
import pytest

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.waitlist import by_host, records
from scheduler_integration.waitlist.used import is_used
from tests.support.factories import make_meeting_type, make_page
from tests.waitlist.world import NOW, again, at_hour, join, look, make_type, offer_of, take


@pytest.mark.parametrize(
	("fields", "wrong"),
	[
		({"waitlist_minutes": 4}, "waitlist_minutes"),
		({"waitlist_minutes": 1441}, "waitlist_minutes"),
		({"waitlist_at_once": 21}, "waitlist_at_once"),
		({"repeats": "Fixed", "repeat_count": 3}, "has_waitlist"),
	],
)
def test_a_value_that_makes_no_sense_is_named(fields, wrong):
	with pytest.raises(InvalidRequest) as refused:
		make_type(**fields)
	assert [*refused.value.details] == [wrong]
	# Without a waitlist the numbers mean nothing.
	make_type(**{**fields, "has_waitlist": 0})


def test_empty_numbers_are_the_usual_ones():
	meeting_type = make_type(waitlist_minutes=0, waitlist_at_once=0)
	assert (meeting_type.waitlist_minutes, meeting_type.waitlist_at_once) == (30, 1)


def test_a_type_that_is_booked_elsewhere_has_no_waitlist():
	page = make_page()
	meeting_type = make_meeting_type(page, scheduler_event_url="https://calendly.com/jane/intro")
	meeting_type.update({"scheduling_page": None, "has_waitlist": 1})
	with pytest.raises(InvalidRequest) as refused:
		meeting_type.save()
	assert "has_waitlist" in refused.value.details


def test_a_list_that_is_switched_off_while_somebody_waits_is_kept_up():
	meeting_type = make_type()
	ann = join(meeting_type)
	look(meeting_type)
	meeting_type.update({"has_waitlist": 0}).save()
	# Otherwise nobody would end Ann's offer, and no page would lead to her.
	assert is_used()
	assert take(ann).meeting_type == meeting_type.name


def test_a_time_is_offered_by_hand_although_the_list_is_switched_off():
	meeting_type = make_type()
	ann = join(meeting_type)
	meeting_type.update({"has_waitlist": 0}).save()
	assert look(meeting_type) == 0
	by_host.offer_by_hand(ann.name, at_hour("10:00"), NOW)
	assert offer_of(ann).start == at_hour("10:00")
	assert again(ann).status == records.WAITING


def test_a_deleted_type_leaves_no_list():
	meeting_type = make_type()
	ann = join(meeting_type)
	look(meeting_type)
	frappe.delete_doc("Meeting Type", meeting_type.name)
	assert not frappe.db.exists("Waitlist Entry", ann.name)
	assert not frappe.db.exists("Waitlist Offer", {"entry": ann.name})
