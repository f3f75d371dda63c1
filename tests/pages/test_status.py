"""The status of each address: pages, and the designed error pages."""

from datetime import timedelta

import frappe
import pytest

from scheduler_integration.platform.clock import now, utc
from tests.pages.offer import host_of, in_three_days, make_offer, path_of
from tests.pages.reading import read, script_data
from tests.support.factories import make_meeting_type, page_of


def test_a_page_lists_what_can_be_booked(client, offer):
	page = page_of(offer)
	make_meeting_type(page, title="Closed", is_active=0)
	frappe.db.commit()
	answer = client.get(f"/schedule/{page.slug}")
	html = read(answer.text)
	assert answer.status_code == 200
	assert answer.headers["Content-Type"].startswith("text/html")
	assert html.one("h1").text == "Jane Doe"
	assert [link["href"] for link in html.one("ul", class_="meetings").all("a")] == [path_of(offer)]
	assert "Closed" not in answer.text


def test_a_booking_page_holds_the_month_and_the_first_days_times(client, offer):
	html = read(client.get(path_of(offer)).text)
	free = [day for day in html.all("a") if "is-free" in day.attributes.get("class", "")]
	assert len(free) > 0
	assert len(html.all("a", class_="time")) == 18
	data = script_data(html)
	assert len(data["slots"]["starts"]) >= 18 * len(free)
	assert html.one("link", rel="icon")["href"].startswith("data:")
	assert html.one("html")["lang"].startswith("en")
	assert html.one("link", rel="canonical")["href"].endswith(path_of(offer))


@pytest.mark.parametrize(
	"path",
	[
		"/schedule/nobody-at-all",
		"/schedule/page",
		"/schedule/meeting",
		"/schedule/manage",
		"/schedule/page/meeting",
		"/schedule/manage/nothing",
		"/schedule/manage/a.b.c",
		"/schedule/%00",
		"/schedule/" + "x" * 5000,
		"/schedule/<script>alert(1)</script>",
		"/schedule/{index}/{next}",
	],
)
def test_what_is_not_there_is_a_designed_404(client, commit_clean, path):
	answer = client.get(path)
	assert answer.status_code == 404
	html = read(answer.text)
	assert html.one("main", class_="shell").all("h1")
	assert "noindex" in html.one("meta", name="robots")["content"]
	assert "Traceback" not in answer.text
	# A mistyped address was a dead end.
	way_out = html.one("main").one("a", class_="button")
	assert (way_out["href"], way_out.text.split()[0]) == ("/", "Visit")


def test_what_is_closed_is_not_found(client, offer):
	page = path_of(offer).rpartition("/")[0]
	offer.db_set("is_active", 0, commit=True)
	frappe.clear_document_cache("Meeting Type", offer.name)
	assert client.get(path_of(offer)).status_code == 404
	assert client.get(page).status_code == 200
	page_of(offer).db_set("is_active", 0, commit=True)
	assert client.get(page).status_code == 404
	assert client.get(path_of(offer)).status_code == 404


@pytest.mark.parametrize(
	"asked",
	[
		"month=1900-01",
		"month=9999-12",
		"month=abc&date=xyz&start=soon&duration=x&tz=Mars/Olympus&clock=7",
		"date=0001-01-01",
		"date=9999-12-31",
		"start=2020-01-01T00:00:00Z",
		"start=9999-12-31T23:59:59-12:00",
		"start=0001-01-01T00:00:00%2B14:00",
		"duration=99999",
		"tz=" + "x" * 3000,
		"name=<script>alert(1)</script>&email=%00%01",
	],
)
def test_nonsense_in_an_address_shows_the_page_all_the_same(client, offer, asked):
	answer = client.get(f"{path_of(offer)}?{asked}")
	assert answer.status_code == 200
	assert read(answer.text).all("table", id="sheet")


def test_a_time_that_is_gone_is_said_and_others_are_shown(client, offer):
	answer = client.get(f"{path_of(offer)}?start=2020-01-01T09:00:00%2B00:00")
	assert "no longer free" in answer.text


def test_an_empty_month_says_so(client, offer):
	html = read(client.get(f"{path_of(offer)}?month=2099-01").text)
	message = html.one(id="month-message")
	assert "hidden" not in message.attributes
	assert "No free times" in message.text


def test_the_address_chooses_zone_and_clock(client, offer):
	html = read(client.get(f"{path_of(offer)}?tz=Asia/Kolkata&clock=12").text)
	assert html.all("a", class_="time")[0].text.replace("\u202f", " ").upper() == "2:30 PM"
	assert html.one("a", class_="link", href=None)["href"].startswith(
		f"{path_of(offer)}?tz=Asia%2FKolkata&clock=12&zones=1"
	)


def test_only_who_asks_for_it_gets_the_list_of_time_zones(client, offer):
	"""It is more than half of the page, and scripts have a list of their own."""
	day = f"{utc(in_three_days(9)):%Y-%m-%d}"
	html = read(client.get(f"{path_of(offer)}?tz=Asia/Kolkata&date={day}").text)
	assert not html.all("option")
	listed = read(client.get(html.one("p", class_="zone-plain").one("a")["href"]).text)
	assert listed.one("option", selected=None)["value"] == "Asia/Kolkata"
	assert script_data(listed)["day"] == day
	assert "hidden" in listed.one("div", class_="zone-anchor").attributes


def test_a_remembered_zone_and_clock_are_drawn_by_the_server(client, offer):
	client.cookies.set("scheduling_tz", "Asia/Kolkata")
	client.cookies.set("scheduling_clock", "24")
	html = read(client.get(path_of(offer)).text)
	assert html.all("a", class_="time")[0].text == "14:30"
	assert script_data(html)["zoneIsChosen"] is True


def test_the_language_decides_weeks_clock_and_direction(client, offer):
	if not frappe.db.exists("Language", "de"):
		pytest.skip("this site has no German")
	html = read(client.get(f"{path_of(offer)}?_lang=de").text)
	assert html.one("html")["lang"] == "de"
	assert html.one("table", id="sheet").all("th")[0]["abbr"] == "Montag"
	assert html.all("a", class_="time")[0].text == "09:00"


@pytest.mark.parametrize(
	("browser", "clock", "tag"),
	[
		("sv-SE,sv;q=0.9,en-US;q=0.8,en;q=0.7", "14:30", "en-SE"),
		("fa-IR,fa;q=0.9", "14:30", "en-150"),
		("am-ET", "2:30", "en-001"),
	],
)
def test_a_language_without_a_catalogue_gets_english_with_its_regions_clock(client, offer, browser, clock, tag):
	"""Persian pages had English sentences from right to left, and Swedes read 2:30 PM."""
	client.cookies.set("scheduling_tz", "Asia/Kolkata")
	html = read(client.get(path_of(offer), headers={"Accept-Language": browser}).text)
	page = html.one("html")
	assert (page["lang"], page["dir"]) == (tag, "ltr")
	assert html.all("a", class_="time")[0].text.startswith(clock)
	assert html.one("h2", id="month-heading").text == "Choose a day"


def test_hosts_are_asked_to_sign_in(client, commit_clean):
	answer = client.get("/scheduling", allow_redirects=False)
	assert answer.status_code == 302
	assert answer.headers["Location"].endswith("/login?redirect-to=/scheduling")


def test_a_link_to_a_full_day_stays_on_that_day_and_says_so(client, commit_clean):
	offer = make_offer()
	full = utc(now()).date() + timedelta(days=9)
	frappe.get_doc({"doctype": "Availability Override", "user": host_of(offer), "date": str(full)}).insert()
	frappe.db.commit()
	page = read(client.get(f"{path_of(offer)}?date={full}").text)
	assert page.one("p", class_="no-times").text.startswith("No free times on")
	assert str(full.day) in page.one("p", class_="no-times").text


def test_a_full_day_leads_to_the_next_free_time(client, commit_clean):
	"""It was a dead end: nothing was said of the days after it."""
	offer = make_offer()
	full = utc(now()).date() + timedelta(days=2)
	frappe.get_doc({"doctype": "Availability Override", "user": host_of(offer), "date": str(full)}).insert()
	frappe.db.commit()
	times = read(client.get(f"{path_of(offer)}?date={full}").text).one("section", id="times")
	[link] = [each for each in times.all("a") if each.text.startswith("Next free:")]
	assert link["href"].endswith(f"date={full + timedelta(days=1)}")


@pytest.mark.parametrize(
	("fields", "words"),
	[
		({"location_type": "Phone", "location_details": ""}, "Jane Doe calls you"),
		({"location_type": "Phone", "location_details": "+49 30 7654321"}, "You call Jane Doe"),
		({"location_type": "", "location_details": ""}, "Jane Doe tells you where"),
	],
)
def test_who_calls_whom_is_said_before_booking(client, commit_clean, fields, words):
	offer = make_offer(**fields)
	for path in (path_of(offer), path_of(offer).rpartition("/")[0]):
		html = read(client.get(path).text)
		assert words in [fact.text for fact in html.one("ul", class_="facts").all("li")], path
		assert "7654321" not in html.text


def test_a_list_in_a_description_is_one(client, commit_clean):
	"""Hyphens and the lines of a list ran together in the list of meetings."""
	offer = make_offer(description="We leave with a plan.\n- Review priorities\n- Create a timeline")
	page = read(client.get(path_of(offer)).text).one("div", class_="description")
	assert [point.text for point in page.all("li")] == ["Review priorities", "Create a timeline"]
	listed = read(client.get(path_of(offer).rpartition("/")[0]).text)
	assert listed.one("span", class_="meeting-text").text == "We leave with a plan."


def test_a_month_beyond_the_booking_window_leads_back_to_the_first_free_day(client, commit_clean):
	offer = make_offer()
	far = utc(now()).date() + timedelta(days=400)
	page = read(client.get(f"{path_of(offer)}?month={far:%Y-%m}").text)
	[back] = page.one("div", id="month-message").all("a")
	assert back.text == "Back to the first free day"
	assert read(client.get(back["href"]).text).all("a", class_="time")


def test_a_page_without_any_free_time_led_back_to_a_first_free_day(client, commit_clean):
	no_time = {"uses_host_defaults": 0, "minimum_notice": 99, "minimum_notice_unit": "Days", "max_days_in_advance": 30}
	page = read(client.get(path_of(make_offer(**no_time))).text)
	message = page.one("div", id="month-message")
	assert "Nothing is free after that either" in message.text
	assert not message.all("a")


def test_a_meeting_type_that_is_not_there_leads_to_the_others(client, offer):
	page = path_of(offer).rpartition("/")[0]
	answer = client.get(f"{page}/renamed")
	assert answer.status_code == 404
	assert read(answer.text).one("a", class_="button")["href"] == page
