"""Two jobs look at one waitlist at the same moment."""

from collections import Counter
from dataclasses import replace

import frappe
import pytest

from scheduler_integration.waitlist import records
from tests.bookings.racing import START, WITH_SNAPSHOTS, race_processes
from tests.support.factories import make_page
from tests.waitlist.world import NOW, again, cancel, fill, join, look, make_type, offered_hour

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


def test_somebody_who_chose_other_times_during_a_look_was_offered_one_that_no_longer_suits(monkeypatch):
	meeting_type = make_type()
	taken = fill(meeting_type)
	ann, ben = join(meeting_type, "Ann"), join(meeting_type, "Ben")
	cancel(taken["09:30"])
	lock = records.lock

	def lock_after_the_change(names):
		# Changing wishes locks no host, so a look doesn't stop it.
		if ann.name in names:
			records.change_bounds(ann.name, replace(again(ann).bounds, from_minute=720, to_minute=780))
		return lock(names)

	monkeypatch.setattr(records, "lock", lock_after_the_change)
	assert look(meeting_type) == 0
	monkeypatch.undo()
	assert look(meeting_type) == 1
	assert (offered_hour(ann), offered_hour(ben)) == (None, "09:30")
