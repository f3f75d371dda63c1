"""A client's report in a browser: Calendly's widget tells the page of a booking, and the page tells the site."""

import frappe
import pytest

from tests.browser.screens import DESK
from tests.pages.offer import PASSWORD
from tests.support.consultants import BROWSER, engagement, invitee_uri, make_assessment
from tests.support.factories import make_consultant, make_user

SENT = {"event": "calendly.event_scheduled", "payload": {"invitee": {"uri": invitee_uri("EEEEEEEEEEEEEEEE")}}}
WIDGET = "<p>Calendly</p>"
UNTIL_IDLE = "new Promise((done) => requestIdleCallback(done, { timeout: 1000 }))"


@pytest.fixture
def report(commit_clean):
	consultant = make_consultant(embed_in_reports=1, embed_code='<iframe src="https://calendly.com/jane"></iframe>')
	client = make_user("Carl", roles=(), new_password=PASSWORD)
	made = make_assessment(consultant, client=client)
	frappe.db.commit()
	return made


def open_report(browse, report, widget, **headers):
	"""Open the report as its client. `widget` is the HTML that stands in for the scheduler's page."""
	window = browse(DESK, user_agent=BROWSER["User-Agent"])
	window.page.set_extra_http_headers(headers)
	window.context.route("https://*/**", lambda route: route.fulfill(content_type="text/html", body=widget))
	window.context.request.post("/api/method/login", form={"usr": report.client, "pwd": PASSWORD})
	window.open(f"/client-report/{report.name}")
	window.page.locator("iframe").scroll_into_view_if_needed()
	# The widget is another host on purpose.
	window.problems.clear()
	return window


def tell_of_a_booking(window):
	"""Let the widget tell its page, as Calendly does: long after the page and its script were loaded."""
	widget = window.page.locator("iframe").element_handle().content_frame()
	widget.wait_for_selector("p")
	# The widget is another host on purpose.
	window.problems.clear()
	widget.evaluate("(sent) => parent.postMessage(sent, '*')", SENT)
	window.page.evaluate(UNTIL_IDLE)


def rows(report):
	frappe.db.rollback()
	return engagement(consultant=report.consultant)


@pytest.mark.journey
def test_a_booking_in_the_widget_is_engagement(browse, report):
	window = open_report(browse, report, WIDGET)
	with window.page.expect_response("**/api/method/*.tracking.event_scheduled") as told:
		tell_of_a_booking(window)
	assert told.value.status == 200
	(row,) = rows(report)
	assert (row.event_type, row.assessment, row.channel) == ("meeting_booked", report.name, "widget")
	assert row.scheduler_event_id == invitee_uri("EEEEEEEEEEEEEEEE")
	source = window.page.locator("iframe").get_attribute("src")
	assert "utm_content=" in source
	assert "utm_medium=report" in source


def test_another_site_cannot_tell_of_a_booking(browse, report):
	window = open_report(browse, report, WIDGET)
	window.page.evaluate("(sent) => postMessage(sent, '*')", SENT)
	window.page.evaluate(UNTIL_IDLE)
	assert window.api_requests() == []
	assert rows(report) == []


def test_a_client_who_wants_no_tracking_gets_a_widget_without_a_reference(browse, report):
	window = open_report(browse, report, WIDGET, DNT="1")
	tell_of_a_booking(window)
	assert "utm_content" not in window.page.locator("iframe").get_attribute("src")
	assert window.api_requests() == []
