"""Pages in a frame of another website, as the server makes them. The frame gets no cookies."""

import gzip
import json
import re
from urllib.parse import parse_qs, urlsplit

import frappe
import pytest

from scheduler_integration.platform.clock import iso
from tests.pages.offer import book, bookings_of, in_three_days, make_offer, path_of
from tests.pages.reading import read, script_data, typed_in
from tests.support.factories import token_of

# Bytes, compressed. The source has long names, which a build shortens.
BUILT, SOURCE = 3000, 3300


@pytest.fixture
def offer(commit_clean):
	return make_offer(page_fields={"description": "All about strategy."})


@pytest.fixture
def framed(client):
	"""`framed("/schedule/…")` opens a page as the frame of another website does: without cookies."""

	def open_page(path):
		client.cookies.clear()
		return read(client.get(f"{path}{'&' if '?' in path else '?'}embed=1").text)

	return open_page


def in_frame(html):
	"""Return the links and forms of a page that stay in the frame."""
	addresses = [link["href"] for link in html.all("a", href=None)] + [form["action"] for form in html.all("form")]
	return {address for address in addresses if "embed=1" in address}


def data_of_frame(html):
	return json.loads("".join(html.one("script", id="frame").texts))


def test_a_page_that_is_in_no_frame_gets_nothing_of_it(client, offer):
	manage = f"/schedule/manage/{token_of(book(offer))}"
	for path in (
		path_of(offer),
		path_of(offer).rpartition("/")[0],
		manage,
		"/schedule/no-such-page",
		"/schedule/privacy",
	):
		text = client.get(path).text
		assert "embed" not in text.replace("js/embed", ""), path
		assert not read(text).all("script", id="frame"), path


def test_a_page_in_a_frame_has_the_layout_and_the_hosts_of_the_settings(client, offer, framed):
	settings = frappe.get_doc("Scheduler Settings")
	settings.allowed_embed_hosts = "WWW.example.com\nlocalhost:3000"
	settings.save()
	frappe.db.commit()
	manage = f"/schedule/manage/{token_of(book(offer))}"
	scripts = {path_of(offer): "booking", manage: "manage", "/schedule/no-such-page": None}
	for path, script in scripts.items():
		html = framed(path)
		assert html.one("html")["class"] == "embedded"
		assert data_of_frame(html) == {
			"hosts": ["www.example.com", "localhost:3000"],
			"script": script,
			"close": "Close",
		}
		assert any("embedded" in link["href"] for link in html.all("link", rel="stylesheet"))
		[source] = [each["src"] for each in html.all("script", src=None)]
		assert "scheduling_embedded" in source
	assert "localhost:3000" in client.get(path_of(offer)).headers["Content-Security-Policy"]


@pytest.mark.parametrize("wrong", ["0", "yes", "#12", '"><script>', "zzzzzz"])
def test_another_value_is_no_frame(client, offer, wrong):
	html = read(client.get(path_of(offer), params={"embed": wrong}).text)
	assert not html.all("script", id="frame")


def test_the_website_may_choose_the_colour(client, offer):
	own = client.get(f"{path_of(offer)}?embed=1").text
	other = client.get(f"{path_of(offer)}?embed=a21caf")
	assert "--accent:#0f766e" in own
	assert "--accent:#a21caf" in other.text
	assert "unsafe" not in other.headers["Content-Security-Policy"]
	assert {"embed=a21caf"} <= set(re.findall(r"embed=[0-9a-z]+", other.text))
	assert "embed=1" not in other.text


@pytest.mark.long
def test_every_step_stays_in_the_frame_until_the_meeting_is_cancelled(client, offer, framed):
	"""The whole way with plain forms, without a cookie and without a CSRF token."""
	listing = framed(path_of(offer).rpartition("/")[0])
	[meeting] = [link["href"] for link in listing.all("a", class_="card meeting")]
	page = read(client.get(meeting).text)
	form_page = read(client.get(page.all("a", class_="time")[0]["href"]).text)
	form = form_page.one("form", id="booking-form")
	typed = typed_in(form, attendee_name="Ada", attendee_email="ada@guests.example")
	client.cookies.clear()
	booked = client.post(form["action"], data=typed).headers["Location"]
	assert re.fullmatch(r"/schedule/manage/[\w.-]+\?booked=1&embed=1", booked)
	manage = read(client.get(booked).text)
	assert manage.one("h1").text == "You're booked"
	[move] = [link["href"] for link in manage.all("a") if link.text == "Reschedule"]
	times = read(client.get(move).text)
	assert times.one("a", class_="back")["href"].endswith("?embed=1")
	move_form = read(client.get(times.all("a", class_="time")[3]["href"]).text).one("form", id="booking-form")
	client.cookies.clear()
	moved = client.post(move_form["action"], data=typed_in(move_form)).headers["Location"]
	assert moved.endswith("?moved=1&embed=1")
	manage = read(client.get(moved).text)
	opener = manage.one("a", data_panel="cancel")["href"]
	assert opener.endswith("?cancel=1&embed=1#cancel")
	cancel = manage.one("section", id="cancel").one("form")
	client.cookies.clear()
	gone = client.post(cancel["action"], data=[*typed_in(cancel), ("action", "cancel")]).headers["Location"]
	assert gone.endswith("?cancelled=1&embed=1")
	assert read(client.get(gone).text).one("h1").text == "This meeting is cancelled"
	assert [each.status for each in bookings_of(offer)] == ["Rescheduled", "Cancelled"]


def test_what_the_website_learns_of_a_booking_names_nobody(client, offer, framed):
	booking = book(offer, attendee_name="Ada Lovelace", attendee_email="ada@guests.example", notes="About my health")
	told = script_data(framed(f"/schedule/manage/{token_of(booking)}?booked=1"))["booking"]
	assert set(told) == {"reference", "type", "start", "end", "status"}
	assert told["reference"] == booking.id
	assert told["status"] == "Scheduled"
	assert not re.search("ada|lovelace|health", json.dumps(told), re.IGNORECASE)


def test_nothing_leaves_the_frame_on_its_own(client, offer, framed):
	offer.redirect_url = "https://www.example.com/thanks"
	offer.save()
	frappe.db.commit()
	path = f"/schedule/manage/{token_of(book(offer))}?booked=1"
	assert script_data(read(client.get(path).text))["followUp"] == "https://www.example.com/thanks"
	html = framed(path)
	assert script_data(html)["followUp"] is None
	assert [link["href"] for link in html.one("section", id="follow-up").all("a")] == ["https://www.example.com/thanks"]


def test_the_page_of_other_times_names_the_fields_that_a_website_fills_in(client, offer, framed):
	offer.append("questions", {"label": "Topic", "question_type": "Text", "prefill_key": "topic"})
	offer.append("questions", {"label": "Campaign", "question_type": "Text", "prefill_key": "campaign", "is_hidden": 1})
	offer.save()
	frappe.db.commit()
	fields = script_data(framed(path_of(offer)))["fields"]
	assert fields["name"] == "attendee_name"
	assert fields["topic"] == f"answer_{offer.questions[0].name}"
	assert fields["campaign"] == ""
	assert "fields" not in script_data(read(client.get(path_of(offer)).text))


def test_the_script_for_websites_has_one_address_and_is_small(client):
	answer = client.get("/schedule/embed.js", allow_redirects=False)
	assert answer.status_code in (301, 302)
	assert answer.headers["Cache-Control"] == "public, max-age=3600"
	address = urlsplit(answer.headers["Location"])
	assert address.path.startswith("/assets/scheduler_integration/")
	assert "bundle" in address.path or parse_qs(address.query)["v"]
	script = client.get(f"{address.path}?{address.query}")
	assert script.headers["Content-Type"].startswith(("text/javascript", "application/javascript"))
	# Without a build it is the source, whose indentation and comments a build leaves out.
	text = re.sub(r"^\s+|^\s*//.*$|/\*\*.*?\*/", "", script.text, flags=re.MULTILINE)
	assert len(gzip.compress(text.encode(), 9)) < (BUILT if "bundle" in address.path else SOURCE)
	assert not re.search(r"^\s*(import|export)\b", text, re.MULTILINE)


def test_the_dates_of_a_series_stay_in_the_frame(client, commit_clean, framed):
	advisory = make_offer(repeats="Fixed", repeat_weeks=1, repeat_count=3)
	start = iso(in_three_days(12), "UTC")
	page = framed(f"{path_of(advisory)}?tz=UTC&start={start.replace('+', '%2B')}")
	form = page.one("form", id="booking-form")
	who = {"attendee_name": "Ada", "attendee_email": "ada@guests.example"}
	answer = client.post(form["action"], data=typed_in(form, **who))
	if answer.status_code == 200:
		# The dates are shown first.
		form = read(answer.text).one("form", id="booking-form")
		answer = client.post(form["action"], data=typed_in(form))
	manage = read(client.get(answer.headers["Location"]).text)
	others = [link["href"] for link in manage.one("main").all("a") if link["href"].startswith("/schedule/")]
	dates = [address for address in others if address.startswith("/schedule/manage/")]
	assert len(dates) >= 2
	outside = {address for address in others if "embed=1" not in address}
	assert outside <= {"/schedule/your-data"}
