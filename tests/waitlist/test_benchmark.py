"""The simulated practice runs, and counts what it says."""

import pytest

from benchmarks import waitlist

pytestmark = pytest.mark.usefixtures("commit_clean")


def test_the_simulated_practice(monkeypatch, capsys):
	monkeypatch.setattr(waitlist, "FILLING", 0)
	monkeypatch.setattr(waitlist, "BEHIND", 0)
	monkeypatch.setattr(waitlist, "HOSTS", 1)
	monkeypatch.setattr(waitlist, "CLOSES", 11)
	monkeypatch.setattr(waitlist, "CANCELLED", 0.5)
	row = waitlist.simulate(at_once=1, weeks=1, rate=60)
	waitlist.show(1, row, 1)
	assert row.offers
	assert sum(row.by_notice.values()) == len(row.freed) >= sum(row.filled.values())
	assert "cancelled times" in capsys.readouterr().out
