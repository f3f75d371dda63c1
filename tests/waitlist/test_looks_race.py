"""Two jobs look at one waitlist at the same moment."""

from collections import Counter

import frappe
import pytest

from tests.bookings.racing import START, WITH_SNAPSHOTS, race_processes
from tests.support.factories import make_page
from tests.waitlist.world import NOW, join, look, make_type

pytestmark = pytest.mark.usefixtures("commit_clean")
# As the job does: it reads who waits, and looks at the list after that.
LOOK = """
from scheduler_integration.waitlist import looks
frappe.get_all("Waitlist Entry", {"status": "Waiting"})
race(lambda: looks.look_at(wish["type"], wish["now"]))
"""


@pytest.mark.parametrize("start", [START, WITH_SNAPSHOTS], ids=["newest", "snapshots"])
def test_two_looks_offered_one_person_two_times(site, start):
	"""On a server with a binary log of statements, the second look didn't see the offers of the first one."""
	meeting_type = make_type(make_page(hours={"Tuesday": ["09:00-17:00"]}))
	# The host's row for the lock exists, as for hosts who have been booked before.
	look(meeting_type)
	people = [join(meeting_type, name).name for name in ("Ann", "Ben")]
	frappe.db.commit()
	answers = race_processes(site, [{"type": meeting_type.name, "now": NOW}] * 2, start + LOOK)
	frappe.db.rollback()
	assert sorted(answers) == [[200, 0], [200, 2]]
	offers = frappe.get_all("Waitlist Offer", {"entry": ["in", people], "status": "Open"}, pluck="entry")
	assert Counter(offers) == Counter(people)
