"""The figures of the providers, from the log of requests and from how the meetings ended."""

import csv
import io
from datetime import date

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.insights.providers import Period, period, provider_performance
from scheduler_integration.scheduler_integration.report.video_providers import video_providers
from tests.conferencing.conftest import DAY, NINE, NOW, settle
from tests.pages.offer import sign_in
from tests.pages.reading import read
from tests.support.factories import make_user

METHOD = "scheduler_integration.api.analytics.video_providers"
EXPORT = "scheduler_integration.api.analytics.export"

SPAN = (NINE - DAY, NINE + 7 * DAY)


@pytest.fixture
def frozen_now(frozen):
	"""Entries of the log are of the day on which the request was made."""
	return frozen("2036-03-03T06:00:00.250000Z")


@pytest.mark.long
def test_the_figures_of_a_provider(frozen_now, book, zoom, zoom_type):
	names = [book(zoom_type, NINE + number * DAY).name for number in range(4)]
	bookings.cancel_by_host(names[0], "", NOW)
	settle(names[0])
	zoom.fail("/meetings", method="POST", status=400)
	book(zoom_type, NINE + 5 * 3600)
	for name, status in zip(names[1:], ("Completed", "Completed", "No Show"), strict=True):
		frappe.db.set_value("Booking", name, "status", status)
	host = frappe.db.get_value("Booking", names[0], "host")
	[figures] = provider_performance(SPAN, host)
	assert (figures.provider, figures.meetings) == ("Zoom", 4)
	assert (figures.completed, figures.no_shows, figures.cancelled) == (2, 1, 1)
	assert (figures.completion_rate, figures.no_show_rate) == (50.0, 33.3)
	assert (figures.requests, figures.failed, figures.reliability) == (6, 1, 83.3)
	assert figures.median_milliseconds is not None


def test_without_meetings_there_are_no_figures():
	assert provider_performance(SPAN, make_user()) == []


def test_the_report_shows_hosts_their_own_and_managers_all(frozen_now, book, jitsi_type, as_user):
	booking = book(jitsi_type)
	wanted = {"from_date": "2036-03-01", "to_date": "2036-03-31"}
	with as_user(booking.host):
		columns, [row] = video_providers.execute(wanted)
	assert (row["provider"], row["meetings"], row["reliability"]) == ("Jitsi Meet", 1, 100.0)
	assert {column["fieldname"] for column in columns} == set(row)
	with as_user(make_user("Eve")):
		assert video_providers.execute(wanted)[1] == []
	with as_user(make_user("Mia", roles=("Scheduling Manager",))):
		assert "Jitsi Meet" in [each["provider"] for each in video_providers.execute(wanted)[1]]


@pytest.mark.long
def test_the_method_gives_the_same_figures(frozen_now, client, book, jitsi_type):
	booking = book(jitsi_type)
	sign_in(client, booking.host)
	found = client.call(METHOD, "GET", start_date="2036-03-03", end_date="2036-03-03").json()["data"]
	assert (found["start_date"], found["end_date"]) == ("2036-03-03", "2036-03-03")
	[jitsi] = found["providers"]
	assert (jitsi["provider"], jitsi["label"], jitsi["meetings"], jitsi["reliability"]) == (
		"Jitsi",
		"Jitsi Meet",
		1,
		100.0,
	)
	assert jitsi["no_show_rate"] is None
	before = client.call(METHOD, "GET", start_date="2036-03-01", end_date="2036-03-02").json()["data"]
	assert before["providers"] == []
	sign_in(client, make_user("Eve"))
	assert client.call(METHOD, "GET", start_date="2036-03-03").json()["data"]["providers"] == []
	assert client.call(METHOD, "GET", host=booking.host).status_code == 403
	sign_in(client, make_user("Mia", roles=("Scheduling Manager",)))
	for host, meetings in ((booking.host, [1]), (make_user("Tom"), [])):
		frappe.db.commit()
		found = client.call(METHOD, "GET", start_date="2036-03-03", end_date="2036-03-03", host=host).json()["data"]
		assert [each["meetings"] for each in found["providers"]] == meetings


def test_the_method_refuses_visitors_and_reversed_dates(client):
	assert client.call(METHOD, "GET").status_code == 401
	sign_in(client, make_user())
	wrong = client.call(METHOD, "GET", start_date="2036-03-03", end_date="2036-03-01")
	assert (wrong.status_code, wrong.json()["code"]) == (400, "INVALID_DATE")


def test_without_dates_the_figures_are_those_of_thirty_days():
	assert period(None, None, NOW) == Period(date(2036, 2, 3), date(2036, 3, 3))
	assert period(date(2036, 3, 1), None, NOW) == Period(date(2036, 3, 1), date(2036, 3, 3))


def test_the_table_for_spreadsheets_has_the_same_figures(frozen_now, client, book, jitsi_type):
	booking = book(jitsi_type)
	wanted = {"what": "video_providers", "start_date": "2036-03-03", "end_date": "2036-03-03"}
	answers = []
	for user in (booking.host, make_user("Eve"), make_user("Mia", roles=("Scheduling Manager",))):
		sign_in(client, user)
		content = client.call(EXPORT, "GET", **wanted).content.decode("utf-8-sig")
		answers.append(list(csv.DictReader(io.StringIO(content, newline=""))))
	own, of_another, of_all = answers
	assert [(row["provider"], row["meetings"], row["reliability"]) for row in own] == [("Jitsi", "1", "100.0")]
	assert (of_another, [row["provider"] for row in of_all]) == ([], ["Jitsi"])
	# Not every figure can be filtered, so a filter is refused, not ignored in silence.
	refused = client.call(EXPORT, "GET", **wanted, meeting_type=booking.meeting_type)
	assert (refused.status_code, list(refused.json()["details"])) == (400, ["what"])


@pytest.mark.long
def test_the_page_shows_the_same_figures(frozen_now, client, book, jitsi_type):
	booking = book(jitsi_type)
	sign_in(client, booking.host)
	page = "/scheduling/insights?from=2036-03-03&to=2036-03-03"
	table = read(client.get(page).text).one("section", aria_labelledby="providers-title").one("tbody")
	assert [cell.text for cell in table.all("td")] == ["1", "–", "–", "100%"]
	of_one_type = read(client.get(f"{page}&type={booking.meeting_type}").text)
	assert of_one_type.all("section", aria_labelledby="providers-title") == []
