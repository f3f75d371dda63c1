"""`reports.section` and `reports.preview`: the section as HTML and Markdown."""

import pytest

from tests.support.api import call
from tests.support.factories import make_assessment, make_consultant, make_external_type, make_user
from tests.support.html import Page


@pytest.fixture
def jane():
	jane = make_consultant("Jane")
	make_external_type(jane, title="Deep dive", phases=("Build",))
	make_external_type(jane, title="Growth", phases=("Grow",))
	return jane


@pytest.fixture
def report(jane):
	return make_assessment(jane, disc_profile="I").name


@pytest.mark.long
def test_the_section_of_a_record_is_html_and_markdown(jane, report):
	status, body = call("reports.section", jane, name=report)
	assert (status, set(body["data"])) == (200, {"html", "markdown"})
	assert Page(body["data"]["html"]).texts("h3") == ["Deep dive"]
	assert body["data"]["markdown"].startswith("## Let's Connect and Create Your Action Plan Together!\n")
	assert "### Deep dive\n" in body["data"]["markdown"]


def test_the_links_of_a_record_are_tracked_and_those_of_a_preview_are_not(jane, report):
	def link(function, **arguments):
		return Page(call(function, jane, **arguments)[1]["data"]["html"]).element("a")["href"]

	assert "/schedule/go/" in link("reports.section", name=report)
	assert link("reports.preview", phase="Build").startswith("https://calendly.com/jane-doe?utm_source=")


def test_a_consultant_without_reports_gets_an_empty_section():
	nobody = make_user()
	assert call("reports.preview", nobody)[1]["data"] == {"html": "", "markdown": ""}


@pytest.mark.parametrize(("phase", "disc", "title", "name"), [
	("Grow", "C", "Schedule a Detailed Implementation Review", "Growth"),
	("nonsense", "X", "Schedule a Follow-Up Call", "Deep dive"),
	(None, None, "Schedule a Follow-Up Call", "Deep dive"),
	(7, ["D"], "Schedule a Follow-Up Call", "Deep dive"),
])  # fmt: skip
def test_a_preview_takes_any_phase_and_profile(jane, phase, disc, title, name):
	page = Page(call("reports.preview", jane, phase=phase, disc=disc)[1]["data"]["html"])
	assert (page.text("h2"), page.texts("h3")[0]) == (title, name)


def test_a_manager_previews_anybodys_section(jane):
	manager = make_user(roles=("Scheduling Manager",))
	assert "Deep dive" in call("reports.preview", manager, consultant=jane, phase="Build")[1]["data"]["html"]


@pytest.mark.parametrize("channel", ["fax", 7, ["pdf"]])
def test_an_unknown_channel_is_refused(jane, report, channel):
	status, body = call("reports.section", jane, name=report, channel=channel)
	assert (status, list(body["details"])) == (400, ["channel"])


@pytest.mark.parametrize(
	("arguments", "status"),
	[
		({"name": "nothing"}, 404),
		({}, 404),
		({"name": {"x": 1}}, 404),
		({"doctype": "Booking", "name": "x"}, 400),
		({"doctype": "No such DocType", "name": "x"}, 400),
	],
)
def test_a_record_that_has_no_report(jane, arguments, status):
	assert call("reports.section", jane, **arguments)[0] == status


def test_a_guest_is_asked_to_sign_in(report):
	assert call("reports.section", "Guest", name=report)[0] == 401
	assert call("reports.preview", "Guest")[0] == 401
