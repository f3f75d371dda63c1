"""Times for an e-mail: which are chosen, how they are written, and where they lead."""

from datetime import date, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import frappe
import pytest

from scheduler_integration.engine import wall_clock
from scheduler_integration.mailed_times.choose import spread
from scheduler_integration.platform.clock import iso
from tests.pages.offer import book, in_three_days, make_offer
from tests.pages.reading import read
from tests.support.api import call
from tests.support.factories import at, make_page, make_user, page_of

TIMES = "booking_links.times_for_mail"


@pytest.fixture
def offer(commit_clean):
	return make_offer()


def times_of(offer, caller=None, **arguments):
	status, body = call(TIMES, caller or page_of(offer).user, meeting_type=offer.name, **arguments)
	frappe.db.commit()
	assert status == 200, body
	return body["data"]


def opened(client, url):
	"""Open an absolute address of the site on the test's server."""
	parts = urlsplit(url)
	return client.get(f"{parts.path}?{parts.query}")


def every_half_hour(days, first="2026-12-01"):
	starts = {}
	for number in range(days):
		day = date.fromisoformat(first) + timedelta(days=number)
		starts[day] = [at(f"{day} 06:00") + 1800 * half for half in range(30)]
	return starts


def shown(starts):
	return [f"{wall_clock(start, 'UTC'):%d %H:%M}" for start in starts]


class TestTheChoice:
	@pytest.mark.parametrize(
		("count", "expected"),
		[
			(3, ["01 10:00", "02 14:00", "03 10:00"]),
			(5, ["01 10:00", "01 14:00", "02 14:00", "03 10:00", "04 14:00"]),
			(
				8,
				["01 10:00", "01 14:00", "02 10:00", "02 14:00", "03 10:00", "03 14:00", "04 10:00", "04 14:00"],
			),
		],
	)
	def test_is_spread_over_days_and_hours(self, count, expected):
		assert shown(spread(every_half_hour(20), "UTC", count)) == expected

	def test_takes_more_days_if_few_times_are_free(self):
		days = {day: starts[8:9] for day, starts in every_half_hour(7).items()}
		assert shown(spread(days, "UTC", 6)) == [f"0{day} 10:00" for day in range(1, 7)]

	def test_takes_nights_only_if_nothing_else_is_free(self):
		days = every_half_hour(1)
		assert shown(spread({day: starts[:3] for day, starts in days.items()}, "UTC", 3)) == [
			"01 06:00",
			"01 06:30",
			"01 07:00",
		]

	def test_of_nothing_is_nothing(self):
		assert spread({}, "UTC", 3) == []


def test_each_time_is_one_click_to_the_form(client, offer):
	mailed = times_of(offer, count=4, timezone="Asia/Tokyo")
	assert len(mailed["times"]) == 4
	for each in mailed["times"]:
		page = opened(client, each["url"])
		assert page.status_code == 200
		assert read(page.text).one(id="booking")["data-step"] == "details"
		assert each["url"] in mailed["text"]
		assert each["url"].replace("&", "&amp;") in mailed["html"]
		assert parse_qs(urlsplit(each["url"]).query)["tz"] == ["Asia/Tokyo"]
	assert "Tokyo, Japan Standard Time" in mailed["text"]
	assert mailed["link"] is None


def test_a_time_that_was_taken_meanwhile_answers_with_others(client, offer):
	mailed = times_of(offer, times=[iso(in_three_days(12), "UTC")])
	book(offer, in_three_days(12))
	page = opened(client, mailed["times"][0]["url"])
	assert "That time is no longer free" in page.text
	assert len(read(page.text).one("p", id="nearest").all("a")) == 3


def test_for_one_booking_they_lead_to_a_link_that_knows_the_reader(client, offer):
	who = {"attendee_name": "Ada Lovelace", "attendee_email": "ada@guests.example"}
	mailed = times_of(offer, single_use=1, **who)
	assert all("/schedule/l/" in each["url"] for each in mailed["times"])
	assert "ada" not in mailed["html"].lower()
	page = read(opened(client, mailed["times"][0]["url"]).text)
	assert page.one("input", id="attendee_email")["value"] == "ada@guests.example"
	assert frappe.db.get_value("Booking Link", mailed["link"], ["single_use", "attendee_name"]) == (1, "Ada Lovelace")


class _Balanced(HTMLParser):
	def __init__(self):
		super().__init__()
		self.open = []

	def handle_starttag(self, tag, attributes):
		assert tag in {"table", "tr", "td", "a", "b", "br"}
		assert {name for name, _value in attributes} <= {
			"role", "cellpadding", "cellspacing", "border", "style", "colspan", "align", "href",
		}  # fmt: skip
		if tag != "br":
			self.open.append(tag)

	def handle_endtag(self, tag):
		assert self.open.pop() == tag


def test_the_html_is_a_table_that_mail_programs_show_alike(offer):
	offer.title = 'Talk & "listen" <now>'
	frappe.db.set_value("Meeting Type", offer.name, "title", offer.title)
	frappe.clear_document_cache("Meeting Type", offer.name)
	frappe.db.commit()
	mailed = times_of(offer, count=8)
	reader = _Balanced()
	reader.feed(mailed["html"])
	assert reader.open == []
	assert "Talk &amp; &#34;listen&#34; &lt;now&gt;" in mailed["html"]
	assert 'Talk & "listen" <now>, 30 min' in mailed["text"]


@pytest.mark.parametrize(
	("arguments", "status"),
	[
		({"count": 2}, 400),
		({"count": 9}, 400),
		({"timezone": "Mars"}, 400),
		({"times": ["noon"]}, 400),
		({"attendee_email": "x" * 300}, 400),
		({"meeting_type": "Meeting Type"}, 404),
	],
)
def test_wrong_arguments_are_refused(offer, arguments, status):
	arguments = {"meeting_type": offer.name, **arguments}
	assert call(TIMES, page_of(offer).user, **arguments)[0] == status


def test_only_hosts_offer_their_times(offer):
	stranger = make_page(make_user("Tom")).user
	frappe.db.commit()
	assert call(TIMES, stranger, meeting_type=offer.name)[0] == 403
	assert call(TIMES, "Guest", meeting_type=offer.name)[0] == 401


class TestInTemplates:
	def render(self, text):
		frappe.set_user("Guest")
		try:
			return frappe.render_template(text, {})
		finally:
			frappe.set_user("Administrator")

	def test_times_and_links_are_those_of_the_public_page(self, client, offer):
		page = page_of(offer)
		html = self.render(f'{{{{ scheduler_times("{page.slug}", "{offer.slug}", count=3, zone="Asia/Tokyo") }}}}')
		links = [each["href"] for each in read(html).all("a")]
		assert len(links) == 4
		assert opened(client, links[0]).status_code == 200
		link = self.render(f'{{{{ scheduler_link("{page.slug}", "{offer.slug}") }}}}')
		assert link.endswith(f"/schedule/{page.slug}/{offer.slug}")
		assert self.render(f'{{{{ scheduler_link("{page.slug}") }}}}').endswith(f"/schedule/{page.slug}")

	def test_what_is_off_leaves_nothing(self, offer):
		page = page_of(offer)
		offer.db_set("is_active", 0)
		frappe.clear_document_cache("Meeting Type", offer.name)
		frappe.db.commit()
		assert self.render(f'[{{{{ scheduler_times("{page.slug}", "{offer.slug}") }}}}]') == "[]"
		assert self.render(f'[{{{{ scheduler_link("{page.slug}", "{offer.slug}") }}}}]') == "[]"
		assert self.render('[{{ scheduler_link("nobody") }}{{ scheduler_times("l", "a.b") }}]') == "[]"

	def test_a_booking_link_is_never_shown(self, offer):
		mailed = times_of(offer, single_use=1)
		token = urlsplit(mailed["times"][0]["url"]).path.rpartition("/")[2]
		assert self.render(f'[{{{{ scheduler_times("l", "{token}") }}}}]') == "[]"
