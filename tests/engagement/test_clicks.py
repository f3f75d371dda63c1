"""Clicks: which requests count, which records belong together, and where tracked links lead."""

import frappe
import pytest

from scheduler_integration.engagement.clicks import REPEAT, Visit, record_click
from scheduler_integration.engagement.links import destination, tracked_url
from scheduler_integration.engagement.references import Reference, read, written
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.exceptions import ReportLinkNotFound
from tests.support.consultants import engagement, make_assessment, make_scheduler, make_type, reference_of
from tests.support.factories import make_meeting_type, make_page, make_user

NOW = 1_780_000_000


@pytest.fixture
def consultant():
	return make_scheduler().consultant


@pytest.fixture
def target(consultant):
	return find_target(make_assessment(consultant).name, make_type(consultant).name)


def test_a_click_is_stored_with_the_phase_of_the_moment(target):
	assert record_click(target, "report", Visit("203.0.113.9", "A browser", "https://x.example/report"), NOW)
	frappe.db.set_value("Client Assessment", target.assessment, "primary_phase", "Grow")
	(row,) = engagement(consultant=target.consultant)
	assert (row.event_type, row.phase, row.clicked_at, row.from_report) == ("link_clicked", "Build", NOW, 1)
	assert (row.assessment, row.meeting_type, row.channel) == (target.assessment, target.meeting_type, "report")
	assert (row.user_agent, row.referrer) == ("A browser", "https://x.example/report")


def test_the_address_is_kept_as_a_salted_hash_only(target):
	record_click(target, "report", Visit("203.0.113.9"), NOW)
	(row,) = engagement(consultant=target.consultant)
	assert len(row.ip_hash) == 64
	assert "203.0.113.9" not in frappe.as_json(row)


@pytest.mark.parametrize(
	("seconds", "network", "counted"),
	[(1, "203.0.113.9", 1), (REPEAT - 1, "203.0.113.9", 1), (REPEAT, "203.0.113.9", 2), (1, "203.0.113.10", 2)],
)
def test_a_repeat_within_half_an_hour_counts_once(target, seconds, network, counted):
	record_click(target, "report", Visit("203.0.113.9"), NOW)
	record_click(target, "email", Visit(network), NOW + seconds)
	assert len(engagement(consultant=target.consultant)) == counted


def test_two_requests_at_the_same_moment_count_once(target):
	"""The second request doesn't see the row of the first, which isn't committed yet. The unique column stops it."""
	record_click(target, "report", Visit("203.0.113.9"), NOW)
	(row,) = engagement(consultant=target.consultant)
	frappe.db.set_value("Scheduler Engagement", row.name, "clicked_at", NOW - REPEAT)
	assert not record_click(target, "report", Visit("203.0.113.9"), NOW)
	assert len(engagement(consultant=target.consultant)) == 1


def test_the_consultants_own_click_counts_nothing(target):
	assert not record_click(target, "report", Visit("203.0.113.9", user=target.consultant), NOW)


def test_records_must_belong_together(consultant):
	other = make_user()
	assessment, own, foreign = make_assessment(consultant), make_type(consultant), make_type(other)
	assert find_target(assessment.name, own.name, consultant).phase == "Build"
	assert find_target(assessment.name, "", consultant).meeting_type is None
	for wrong in (
		(assessment.name, foreign.name, consultant),
		(assessment.name, own.name, other),
		(assessment.name, "", other),
		("missing", own.name, consultant),
		(assessment.name, "missing", consultant),
		("", "", consultant),
	):
		with pytest.raises(ReportLinkNotFound):
			find_target(*wrong)


def test_a_reference_is_read_only_if_this_site_signed_it():
	text = written(Reference("type", "assessment", "pdf"))
	assert read(text) == Reference("type", "assessment", "pdf")
	body, _dot, signature = text.partition(".")
	other = written(Reference("type", "other", "pdf")).partition(".")[0]
	for wrong in ("", None, body, f"{other}.{signature}", f"{body}.{signature[::-1]}", f"{text}x", "a.b", text.upper()):
		assert read(wrong) is None


def test_a_link_leads_to_the_external_scheduler_with_utm_values(consultant):
	url = "https://calendly.com/john/30min?month=2026-01&utm_source=mine&utm_content=mine#top"
	meeting_type, assessment = make_type(consultant, scheduler_event_url=url), make_assessment(consultant)
	frappe.db.set_single_value("Scheduler Settings", "utm_source", "financial_rise")
	reference = reference_of(meeting_type, assessment)
	address = destination(find_target(assessment.name, meeting_type.name), reference)
	assert address == (
		"https://calendly.com/john/30min?month=2026-01&utm_source=financial_rise&utm_medium=report"
		f"&utm_campaign=phase_build&utm_content={reference}#top"
	)


def test_a_type_without_an_address_leads_to_the_consultants_scheduler(consultant):
	meeting_type = make_type(consultant)
	meeting_type.db_set("scheduler_event_url", "")
	address = destination(find_target(make_assessment(consultant).name, meeting_type.name), "")
	assert address.startswith("https://calendly.com/johndoe-consulting?utm_source=")
	assert "utm_content" not in address


def test_a_scheduler_may_get_the_reference_in_a_parameter_of_its_own(consultant):
	meeting_type = make_type(consultant, scheduler_event_url="https://app.acuityscheduling.com/x?field:12=REFERENCE")
	address = destination(find_target(make_assessment(consultant).name, meeting_type.name), "abc.def")
	assert "field:12=abc.def&" in address
	assert "REFERENCE" not in address
	assert "utm_content" not in address


def test_a_native_type_leads_to_its_page(consultant):
	page = make_page(consultant)
	meeting_type, assessment = make_meeting_type(page), make_assessment(consultant)
	address = destination(find_target(assessment.name, meeting_type.name), "abc.def")
	assert f"/schedule/{page.slug}/{meeting_type.slug}?" in address
	assert "reference=abc.def" in address


def test_a_link_leads_nowhere_if_nothing_can_be_booked():
	consultant = make_user()
	with pytest.raises(ReportLinkNotFound):
		destination(find_target(make_assessment(consultant).name, ""), "")


def test_a_tracked_link_needs_a_known_channel_and_a_subject():
	for wrong in (("type", "user", "assessment", "fax"), ("", "user", "", "report")):
		with pytest.raises(ValueError, match=r"unknown channel|needs a meeting type"):
			tracked_url(*wrong)
