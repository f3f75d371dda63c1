"""The simulated practices run, and count what they say."""

from dataclasses import replace

import pytest

from benchmarks import practice, waitlist

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.mark.long
def test_a_simulated_practice(monkeypatch):
	for name, value in {"FILLING": 0, "BEHIND": 0, "CLOSES": 11, "CANCELLED": 0.5}.items():
		monkeypatch.setattr(practice, name, value)
	assumed = replace(waitlist.BASE, hosts=1, fullness=3.0, notice_hours=(2, 24))
	monkeypatch.setattr(waitlist, "BASE", assumed)
	row = waitlist.simulate(assumed, at_once=1, weeks=1)
	assert row.offers["Taken"]
	assert row.times == 10
	assert row.freed.total() >= row.filled.total() == row.by_whom.total()
	assert len(row.waits) <= row.people
	both = waitlist.Row()
	both.add(row)
	both.add(row)
	assert both.freed.total() == 2 * row.freed.total()
	assert len(waitlist.line("overfull", 1, both)) == len(waitlist.heading())


def test_a_share_is_of_the_times_that_were_freed():
	row = waitlist.Row()
	row.freed.update({waitlist.SOON: 1, waitlist.TODAY: 3, waitlist.LATER: 4})
	row.filled.update({waitlist.TODAY: 2, waitlist.LATER: 4})
	assert "6/8 75%" in (shown := waitlist.line("full", 0, row))
	assert "2/4 50%" in shown
