"""A caller whose database of time zones differs from this site's."""

import frappe
import pytest

from tests.support.api import call
from tests.support.door import book
from tests.support.factories import at, make_meeting_type, make_page, payload, token_of

NOW, NINE = at("2026-03-02 06:00"), "2026-03-05T09:00:00+00:00"
# Berlin is an hour ahead of UTC on that day.
OTHER = {"timezone": "Europe/Berlin", "utc_offset": 120}


@pytest.fixture
def offer(frozen, commit_clean):
	frozen(NOW)
	page = make_page()
	meeting_type = make_meeting_type(page)
	frappe.db.commit()
	return page, meeting_type


def refused(method, **values):
	status, answer = call(f"public.{method}", "Guest", **values)
	assert (status, answer["code"]) == (409, "CLOCK_DIFFERS")
	assert (answer["start"], answer["utc_offset"]) == ("2026-03-05T10:00:00+01:00", 60)
	assert "Europe/Berlin" in answer["error"]
	assert "March 5, 2026 at 10:00" in answer["error"]


def test_a_guest_tapped_eleven_and_was_invited_for_ten(offer):
	refused("book", **payload(*offer, NINE, **OTHER))
	assert call("public.book", "Guest", **payload(*offer, NINE, **OTHER | {"utc_offset": 60}))[0] == 201
	frappe.db.commit()


def test_a_time_that_is_shown_by_another_clock_is_not_held(offer):
	page, meeting_type = offer
	wish = {"slug": page.slug, "meeting_type": meeting_type.slug, "start": NINE}
	refused("hold_slot", **wish, **OTHER)
	assert call("public.hold_slot", "Guest", **wish, **OTHER | {"utc_offset": "60"})[0] == 201


def test_a_meeting_is_not_moved_to_a_time_that_is_shown_by_another_clock(offer):
	booking = book(payload(*offer, "2026-03-05T11:00:00+00:00"), NOW)
	frappe.db.commit()
	refused("reschedule", token=token_of(booking), start=NINE, **OTHER)
	assert call("public.get_booking", "Guest", token=token_of(booking))[1]["data"]["start"].startswith("2026-03-05T12")


@pytest.mark.parametrize("offset", ["soon", 1.5, True])
def test_an_offset_is_a_whole_number(offer, offset):
	status, answer = call("public.book", "Guest", **payload(*offer, NINE, utc_offset=offset))
	assert (status, [*answer["details"]]) == (400, ["utc_offset"])
