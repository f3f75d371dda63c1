"""`/scheduling/insights/reports`: the clicks on a consultant's reports and the bookings that followed."""

import frappe
import pytest

from scheduler_integration.engagement.analytics import analytics
from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.engine import local_date
from scheduler_integration.platform.clock import now
from tests.pages.offer import sign_in
from tests.pages.reading import read
from tests.support.factories import make_assessment, make_consultant, make_external_type, make_user

PATH = "/scheduling/insights/reports"


@pytest.fixture
def jane(commit_clean):
	user = make_consultant()
	kind = make_external_type(user, title="Deep dive", phases=("Grow",))
	target = find_target(make_assessment(user).name, kind.name)
	for reader in range(3):
		record_click(target, "report", Visit(f"203.0.113.{reader}"), now())
	frappe.db.commit()
	return user


def open_page(client, user, query=""):
	sign_in(client, user)
	answer = client.get(PATH + query)
	return answer, read(answer.text)


def cards(html):
	return {item.one("h2").text: item.one("p", class_="value").text for item in html.all("li", class_="card figure")}


def test_a_consultant_sees_the_figures_of_the_api(client, jane):
	today = local_date(now(), "UTC")
	found = analytics(jane, None, today).total
	answer, html = open_page(client, jane)
	assert answer.status_code == 200
	assert (cards(html)["Clicks"], cards(html)["Bookings"], found.clicks) == ("3", "0", 3)
	assert "Deep dive" in answer.text


def test_another_consultants_figures_are_for_managers_only(client, jane):
	for user, status in ((make_consultant(), 403), (make_user("Maya", roles=("Scheduling Manager",)), 200)):
		frappe.db.commit()
		assert open_page(client, user, f"?consultant={jane}")[0].status_code == status


def test_a_guest_signs_in_first(client):
	answer = client.get(PATH, allow_redirects=False)
	assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?redirect-to={PATH}")


def test_a_wrong_date_shows_the_last_month(client, jane):
	answer, html = open_page(client, jane, "?from=yesterday")
	assert (answer.status_code, cards(html)["Clicks"]) == (400, "3")
