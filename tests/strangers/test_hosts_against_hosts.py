"""Attacks of hosts on other hosts, on their own team's page, and on the site, which all fail."""

import frappe
import pytest

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.scheduler_integration.doctype.blocked_time.blocked_time import preview
from tests.pages.offer import host_of, make_offer, sign_in
from tests.pages.reading import form_values, read
from tests.support import door
from tests.support.api import call
from tests.support.factories import (
	at,
	make_consultant,
	make_host,
	make_meeting_type,
	make_page,
	make_team_page,
	make_user,
	payload,
)


@pytest.fixture
def intro(commit_clean):
	return make_offer()


def post(client, path, **fields):
	"""Send the first group of a type's editor with these fields changed; elsewhere only the fields."""
	html = read(client.get(path).text)
	forms = [form for form in html.all("form", method="post") if form.all("input", name="group")]
	values = dict(form_values(forms[0])) if forms else {"csrf_token": html.all("input", name="csrf_token")[0]["value"]}
	return client.post(path, data={**values, **fields}, allow_redirects=True)


def test_a_link_is_not_left_in_another_hosts_reports(commit_clean):
	"""A type that leaves its page belongs to its consultant, and reports show its link."""
	jane = make_consultant("Jane")
	page = make_page(make_host("Sam"))
	mine = make_meeting_type(page, consultant=jane)
	frappe.db.commit()
	link = {"scheduler_event_url": "https://evil.example/phish", "priority": 10}
	status, _body = call("meeting_types.update", page.user, meeting_type=mine.name, scheduling_page=None, **link)
	assert status == 403
	assert frappe.db.get_value("Meeting Type", mine.name, "scheduling_page") == page.name


class TestTheOwnerOfATeamsPage:
	@pytest.fixture
	def team(self, commit_clean):
		page = make_team_page([make_host("Jane"), make_host("Tom")])
		frappe.db.commit()
		return page

	def test_does_not_dissolve_it(self, team):
		assert call("pages.update", team.user, page=team.name, page_type="personal")[0] == 403
		assert len(frappe.get_doc("Scheduling Page", team.name).hosts) == 2

	def test_does_not_delete_it(self, team):
		assert call("pages.delete", team.user, page=team.name)[0] == 403
		maya = make_user("Maya", roles=("Scheduling Manager",))
		assert call("pages.delete", maya, page=team.name)[0] == 200


@pytest.mark.long
@pytest.mark.parametrize("minutes", ["0", "7", "999999999"])
def test_nothing_is_counted_for_values_that_cannot_be_saved(client, intro, minutes):
	sign_in(client, host_of(intro))
	path = f"/scheduling/types/{intro.name}"
	assert post(client, path, action="impact", duration_minutes=minutes).status_code == 400


def test_a_hundred_rows_of_hours_are_refused(client, intro):
	"""20,000 rows took half a minute, and gave a page of 79 megabytes."""
	sign_in(client, host_of(intro))
	rows = {"mon": "1", "mon_from": ["09:00"] * 100, "mon_to": ["10:00"] * 100}
	assert post(client, "/scheduling/hours", form="week", action="copy:mon:all", **rows).status_code == 400


@pytest.mark.long
def test_a_key_to_undo_is_known_to_its_own_page_only(client, intro):
	sign_in(client, host_of(intro))
	html = read(post(client, "/scheduling/types", action="off", name=intro.name).text)
	key = html.one("button", name="undo")["value"]
	for path in ("/scheduling/page", "/scheduling/hours", f"/scheduling/types/{intro.name}"):
		assert post(client, path, undo=key).status_code in (400, 409), path
	assert post(client, "/scheduling/types", undo=key).status_code == 200
	frappe.db.rollback()
	assert frappe.db.get_value("Meeting Type", intro.name, "is_active") == 1


@pytest.mark.long
def test_undoing_does_not_overwrite_a_later_change(client, intro):
	sign_in(client, host_of(intro))
	path = f"/scheduling/types/{intro.name}"
	html = read(post(client, path, name="Mine").text)
	toast = next(form for form in html.all("form") if form.all("button", name="undo"))
	assert toast["action"] == path
	doc = frappe.get_doc("Meeting Type", intro.name)
	doc.title = "By a manager"
	doc.save()
	frappe.db.commit()
	post(client, path, undo=toast.one("button", name="undo")["value"])
	frappe.db.rollback()
	assert frappe.db.get_value("Meeting Type", intro.name, "title") == "By a manager"


@pytest.mark.long
def test_odd_values_of_forms_are_refused(client, intro):
	sign_in(client, host_of(intro))
	assert post(client, "/scheduling/page", action="begin", title="<script>alert(1)</script>").status_code == 400
	assert client.get("/scheduling/insights?type=%00").status_code == 400
	assert post(client, "/scheduling/hours", form="week", action=f"remove:mon:{'9' * 5000}").status_code < 500


def test_odd_values_of_methods_are_refused(intro):
	user = host_of(intro)
	choices = [{"label": "x", "type": "select", "options": ["a"] * 20_000}]
	for fields in ({"settings": {"reminders": "9" * 5000}}, {"questions": choices}):
		assert call("meeting_types.update", user, meeting_type=intro.name, **fields)[0] == 400
	assert call("analytics.dashboard", user, source="x\0y")[0] == 400


def test_figures_of_a_host_in_kathmandu():
	"""Days there begin at a quarter past an hour of UTC. A booking at midnight counted for the day before."""
	page = make_page(make_host("Sita", {"Tuesday": ["00:00-23:55"]}, timezone="Asia/Kathmandu"))
	midnight = at("2026-11-24 00:00", "Asia/Kathmandu")
	door.book(payload(page, make_meeting_type(page), midnight), at("2026-11-20 08:00"))
	status, body = call("analytics.dashboard", page.user, start_date="2026-11-24", end_date="2026-11-24")
	assert status == 200
	assert body["data"]["by_day"][0]["bookings"] == 1
	assert body["data"]["peaks"] == [{"day_of_week": 2, "hour": 0, "bookings": 1}]


def test_another_users_zone_is_nobodys_business():
	sita = make_host("Sita", timezone="Asia/Kathmandu")
	frappe.set_user(make_user("Ada"))
	times = {"start_time": "2026-11-24 09:00:00", "end_time": "2026-11-24 10:00:00"}
	assert set(preview(user=sita, recurrence_rule="FREQ=DAILY", **times)) == {"problem"}


@pytest.mark.parametrize("blank", ["\u200b", "\u2060 \ufeff", "\u3164", "\u2800", "\u0301\u0301"])
def test_a_title_that_nobody_can_see_is_refused(blank):
	page = make_page()
	assert call("pages.update", page.user, page=page.name, name=blank)[0] == 400
	with pytest.raises(InvalidRequest):
		make_meeting_type(make_page(), title=blank)
	with pytest.raises(InvalidRequest):
		make_page(title=blank)


def test_a_refusal_does_not_send_back_what_was_sent(intro):
	"""200 kB of a slug came back twice in the refusal: once in the sentence, once in the desk's message."""
	user = host_of(intro)
	for fields in ({"slug": "ä" * 200_000}, {"x" * 200_000: 1}, {f"field_{number}": 1 for number in range(5000)}):
		status, body = call("meeting_types.update", user, meeting_type=intro.name, **fields)
		assert (status, body["success"]) == (400, False)
		assert len(frappe.as_json(body)) < 30_000
