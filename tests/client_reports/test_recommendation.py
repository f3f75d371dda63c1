"""Which meeting types a report recommends, on real records."""

import pytest

from scheduler_integration.catalogue.consultant_types import types_of_consultant
from scheduler_integration.client_reports.section import recommended
from tests.support.factories import make_external_type, make_meeting_type, make_page, make_team_page, make_user


def titles(consultant, phase):
	return [each.title for each in recommended(types_of_consultant(consultant), phase)]


def test_only_types_for_the_phase_are_recommended(jane):
	make_external_type(jane, title="Build", phases=("Build", "Grow"))
	make_external_type(jane, title="Grow", phases=("Grow",), priority=10)
	found = recommended(types_of_consultant(jane), "Build")
	assert [each.title for each in found] == ["Build"]
	assert all("Build" in each.phases for each in found)


def test_at_most_three_are_recommended_by_priority_then_sort_order_then_age(jane):
	for title, priority, order in (("d", 1, 0), ("c", 5, 2), ("a", 9, 7), ("b", 5, 1), ("e", 1, 0)):
		make_external_type(jane, title=title, phases=("Build",), priority=priority, sort_order=order)
	assert titles(jane, "Build") == ["a", "b", "c"]


@pytest.mark.parametrize("phase", ["NonExistentPhase", None, "", "Stabilize"])
def test_without_a_match_the_two_first_of_all_are_recommended(jane, phase):
	for title, priority in (("low", 1), ("high", 9), ("middle", 5)):
		make_external_type(jane, title=title, phases=("Build",), priority=priority)
	assert titles(jane, phase) == ["high", "middle"]


def test_inactive_types_are_not_recommended(jane):
	make_external_type(jane, title="off", phases=("Build",), priority=10, is_active=0)
	make_external_type(jane, title="on", phases=("Grow",))
	assert titles(jane, "Build") == ["on"]


def test_a_consultants_own_pages_and_team_pages_count_and_other_peoples_pages_do_not(jane):
	"""The owner of a page can write any consultant into its types, and so put links into that consultant's reports."""
	eve = make_user("Eve")
	make_meeting_type(make_page(jane), title="mine", priority=3)
	make_meeting_type(make_team_page([eve, jane]), title="our team", consultant=jane, priority=2)
	make_meeting_type(make_page(eve), title="smuggled in", consultant=jane, priority=10)
	assert titles(jane, "Build") == ["mine", "our team"]
