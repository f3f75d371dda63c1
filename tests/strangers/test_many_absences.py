"""A host enters more absences than the database joins to one text."""

import json

import pytest

from scheduler_integration.catalogue.stand_ins import read_announced, read_stand_ins

ABSENCE = ["jane@example.com", "2026-03-02", "2026-03-03", 1, None, None]
NOTICE = ["UTC", "Back soon, [promised]", *ABSENCE]
STAND_IN = ["tom@example.com", "Tom", None, 1, "a-type", "intro", *ABSENCE]


@pytest.mark.parametrize(("read", "row"), [(read_announced, NOTICE), (read_stand_ins, STAND_IN)])
def test_the_teams_page_failed_for_every_visitor_when_one_host_had_too_many(read, row):
	"""MariaDB cuts the text anywhere, with a warning only, and what was left was no JSON."""
	one = json.dumps(row)
	whole = read(one)
	assert len(whole) == 1
	for cut in range(len(one) + 1):
		assert read(f"{one},{one[:cut]}")[:1]
	assert read("") == read(None) == ()
	assert read(one[:-1]) == ()
