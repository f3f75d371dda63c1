"""The frame of the pages under `/scheduling`: the navigation, troubles on each page, the colour, signing out."""

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from scheduler_integration.outbox.failures import undelivered
from scheduler_integration.pages.host.house import MEETINGS, frame, places
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.platform.clock import now
from tests.pages.offer import book, host_of, in_three_days, make_offer, sign_in
from tests.pages.reading import form_values, read
from tests.support.factories import make_user

PAGES = ("", "/book", "/why", "/hours", "/time-off", "/calendars", "/video")


@pytest.fixture
def offer(commit_clean):
	return make_offer(requires_confirmation=1)


def connect(host, account, status, **fields):
	"""Connect an account at Google, as after its consent, that nobody reads while the test runs."""
	calendar = {"calendar_name": "Work", "calendar_id": account, "check_conflicts": 1, **fields}
	values = {"user": host, "provider": "Google", "account_name": account, "next_sync_at": 4_000_000_000}
	connection = frappe.get_doc({"doctype": "Calendar Connection", **values, "status": status, "calendars": [calendar]})
	connection.flags.from_provider = True
	connection.insert()
	frappe.db.commit()


@pytest.mark.parametrize("page", PAGES)
def test_each_page_has_the_same_navigation_and_says_where_one_is(client, offer, page):
	host = host_of(offer)
	book(offer)
	connect(host, "jane@mail.example", "Reconnect needed")
	sign_in(client, host)
	answer = client.get(f"/scheduling{page}")
	assert answer.status_code == 200
	html = read(answer.text)
	links = html.one("nav", class_="house-nav").all("a")
	assert [link["href"] for link in links] == [each.pages[0].path for each in places()]
	assert links[0].text == "Meetings 1 need your answer"
	is_availability = page in ("/hours", "/time-off", "/calendars", "/video")
	[current] = [link["href"] for link in links if "aria-current" in link.attributes]
	assert current == ("/scheduling/hours" if is_availability else "/scheduling")
	tabs = [tab for each in html.all("nav", class_="tabs") for tab in each.all("a", aria_current="page")]
	assert [tab["href"] for tab in tabs] == ([f"/scheduling{page}"] if is_availability else [])
	[trouble] = html.all("li", class_="trouble")
	assert "jane@mail.example" in trouble.text
	assert trouble.one("a")["href"].startswith("/scheduling/calendars?connect=Google&connection=")
	assert html.one("a", class_="skip")["href"] == f"#{html.one('main')['id']}"
	assert "#0f766e" in html.one("link", rel="icon")["href"].replace("%23", "#")


def test_managers_read_that_the_sites_jobs_dont_run_and_nothing_is_promised_then(client, offer):
	"""Nobody was told, and a late message was said to be tried again by itself."""
	manager, host = make_user("Mia", roles=["Scheduling Manager"]), host_of(offer)
	booking = frappe.get_doc("Booking", book(offer).id)
	frappe.db.commit()
	frappe.db.set_value("Outbox Task", {"booking": booking.name}, {"due_at": now() - 7200, "status": "Pending"})
	method = "scheduler_integration.jobs.run_due_tasks"
	stored = frappe.db.get_value("Scheduled Job Type", {"method": method})
	job = (
		frappe.get_doc("Scheduled Job Type", stored)
		if stored
		else frappe.get_doc({"doctype": "Scheduled Job Type", "method": method, "frequency": "Cron"}).insert()
	)
	before = job.last_execution
	try:
		troubles = {}
		for minutes in (5, 20):
			job.db_set("last_execution", add_to_date(now_datetime(), minutes=-minutes), commit=True)
			sign_in(client, manager)
			troubles[minutes] = [each.text for each in read(client.get("/scheduling").text).all("li", class_="trouble")]
		assert not any("jobs don't run" in text for text in troubles[5])
		assert any("jobs don't run" in text for text in troubles[20])
		[late] = [each.sentence for each in undelivered([booking.name], now()).values()]
		assert "because the site's jobs don't run" in late
		assert "by itself" not in late
		sign_in(client, host)
		assert read(client.get("/scheduling").text).all("li", class_="trouble") == []
	finally:
		job.db_set("last_execution", before, commit=True) if stored else job.delete()
		frappe.db.commit()


def test_an_account_that_is_read_for_the_first_time_is_no_trouble(client, offer):
	host = host_of(offer)
	connect(host, "new@mail.example", "New")
	sign_in(client, host)
	assert read(client.get("/scheduling").text).all("li", class_="trouble") == []


def test_more_meetings_and_accounts_take_no_more_statements(offer, queries):
	host = host_of(offer)

	def opened():
		for _time in range(2):
			queries.clear()
			house = frame(host, current_visitor(), now(), MEETINGS, "host", {"title": "Meetings"})["house"]
		return house, len(queries)

	house, few = opened()
	assert (house["requests"], few <= 7) == (0, True)
	for hour in (10, 11, 12):
		book(offer, in_three_days(hour))
	for hour in (10, 11, 12):
		connect(host, f"{hour}@mail.example", "Reconnect needed")
	house, many = opened()
	assert (house["requests"], len(house["troubles"])) == (3, 3)
	assert many <= few + 1  # the calendars of the connections


def test_signing_out_ends_the_session(client, offer):
	sign_in(client, host_of(offer))
	menu = read(client.get("/scheduling").text).one("details", class_="menu house-user")
	assert menu.one("summary").text.startswith("JD")
	form = menu.one("form")
	answer = client.post(form["action"], data=[*form_values(form), ("action", "sign_out")])
	assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
	assert client.get("/scheduling", allow_redirects=False).headers["Location"].startswith("/login")


def test_signing_out_needs_the_token_of_the_session(client, offer):
	sign_in(client, host_of(offer))
	client.get("/scheduling")
	assert client.post("/scheduling", data={"action": "sign_out"}).status_code == 400
	assert client.get("/scheduling", allow_redirects=False).status_code == 200


def test_the_former_address_of_the_settings_leads_to_the_meetings(client, commit_clean):
	answer = client.get("/settings/scheduling", allow_redirects=False)
	assert answer.status_code == 302
	assert answer.headers["Location"].endswith("/scheduling")
