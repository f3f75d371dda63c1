"""Many processes book with one single-use link at the same moment: one of them gets a meeting."""

from collections import Counter

import frappe
import pytest

from scheduler_integration.catalogue.booking_links import link_token
from scheduler_integration.catalogue.edit_links import create_link
from tests.bookings.racing import BOOK, BOOK_WITH_SNAPSHOTS, next_monday, race_processes, wish
from tests.support.factories import make_meeting_type, make_team_page, make_user

pytestmark = pytest.mark.usefixtures("commit_clean")

PROCESSES = 20


@pytest.mark.long
@pytest.mark.parametrize("code", [BOOK, BOOK_WITH_SNAPSHOTS], ids=["newest", "snapshots"])
def test_a_link_for_one_booking_is_used_once_by_twenty_processes(site, unlimited, code):
	# At different times with different hosts: nothing but the link's use stands between these processes.
	users = [make_user(name) for name in ("Ann", "Ben", "Cem", "Dee")]
	pool = make_meeting_type(make_team_page(users), assignment="Round Robin", attendee_chooses_host=1)
	link = create_link({"meeting_type": pool.name, "user": users[0], "single_use": 1})
	frappe.db.commit()
	page = frappe._dict(slug="l")
	by_link = frappe._dict(slug=link_token(link.name))
	wishes = [
		wish(page, by_link, next_monday(9 + number % 8)) | {"host": name}
		for number in range(PROCESSES // 4)
		for name in ("ann", "ben", "cem", "dee")
	]
	answers = race_processes(site, wishes, code)
	assert Counter(status for status, _what in answers) == {201: 1, 410: PROCESSES - 1}
	frappe.db.rollback()
	assert frappe.db.count("Booking", {"booking_link": link.name}) == 1
