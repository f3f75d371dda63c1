"""Hosts make booking links and times for an e-mail on their own pages, without a script."""

from urllib.parse import parse_qs, urlsplit

import frappe
import pytest

from scheduler_integration.catalogue.booking_links import link_token
from scheduler_integration.engine import wall_clock
from scheduler_integration.platform.clock import iso
from tests.pages.offer import TeamOffer, book, host_of, in_three_days, sign_in
from tests.pages.reading import read, typed_in
from tests.support.factories import fresh, make_user

LINKS, TIMES = "/scheduling/links", "/scheduling/times"


@pytest.fixture
def host(client, offer):
	sign_in(client, host_of(offer))
	return client


def links_of(offer):
	frappe.db.rollback()
	names = frappe.get_all("Booking Link", {"meeting_type": offer.name}, pluck="name", order_by="creation")
	return [frappe.get_doc("Booking Link", name) for name in names]


def form_with(page, button):
	[form] = [form for form in page.one("main").all("form", method="post") if form.all("button", value=button)]
	return form


def create(host, path=LINKS, **typed):
	form = form_with(read(host.get(path).text), "create")
	return host.post(LINKS, data=[*typed_in(form, **typed), ("action", "create")])


def test_a_link_is_made_with_one_click_shown_and_copied(host, offer):
	assert "No links yet." in host.get(LINKS).text
	made = create(host)
	assert made.status_code == 303
	[link] = links_of(offer)
	assert (link.single_use, link.own_times) == (1, None)
	shown = read(host.get(made.headers["Location"]).text)
	assert shown.one("h2", id="made-title").text == "Your new link"
	[first, *_others] = [each["data-copy"] for each in shown.all("button", data_copy=None)]
	assert first.endswith(f"/schedule/l/{link_token(link.name)}")
	page = read(host.get(LINKS).text)
	[copied] = [each["data-copy"] for each in page.all("button", data_copy=None)]
	assert copied.endswith(f"/schedule/l/{link_token(link.name)}")
	assert page.one("span", class_="tag").text == "Open"


def test_own_times_are_typed_in_the_hosts_zone(host, offer):
	noon, evening = in_three_days(12), in_three_days(19)
	typed = [f"{wall_clock(start, 'UTC'):%Y-%m-%dT%H:%M}" for start in (evening, noon)]
	assert create(host, start=[*typed, ""], title="Chat", duration="45", single_use=[]).status_code == 303
	[link] = links_of(offer)
	assert link.own_times.split() == [iso(noon, "UTC"), iso(evening, "UTC")]
	assert (link.title, link.duration_minutes, link.single_use, link.expires_at) == ("Chat", 45, 0, evening)


def test_what_was_typed_stays_if_it_is_refused(host, offer):
	refused = create(host, title="Chat", duration="7", attendee_email="ada@guests.example")
	assert refused.status_code == 400
	page = read(refused.text)
	assert page.one("p", role="alert").text
	assert (page.one("input", id="title")["value"], page.one("input", id="duration")["value"]) == ("Chat", "7")
	assert "open" in page.one("details", class_="more-fields").attributes
	assert links_of(offer) == []


def test_a_past_time_is_refused_with_a_sentence(host, offer):
	page = read(create(host, start=["2020-01-01T10:00"]).text)
	assert "All of these times are past." in page.one("p", role="alert").text
	assert page.all("input", type="datetime-local")[0]["value"] == "2020-01-01T10:00"


def test_the_list_says_who_booked_and_a_link_is_revoked_and_allowed_again(host, offer):
	create(host, single_use=[])
	[link] = links_of(offer)
	offer.slug, slug = link_token(link.name), offer.slug
	booked = book(offer, slug="l")
	offer.slug = slug
	page = read(host.get(LINKS).text)
	assert "Booked by Ada Lovelace" in page.one("main").text
	assert page.all("a", href=f"/scheduling/meeting/{booked.id}")
	revoked = host.post(LINKS, data=[*typed_in(form_with(page, "revoke")), ("action", "revoke")])
	assert revoked.status_code == 303
	assert links_of(offer)[0].revoked == 1
	after = read(host.get(revoked.headers["Location"]).text)
	[undo] = [form for form in after.all("form") if form.all("button", name_="undo") or form.all("button", name="undo")]
	host.post(undo["action"], data=[*typed_in(undo), ("undo", undo.one("button")["value"])])
	assert links_of(offer)[0].revoked == 0


def test_a_manager_makes_links_for_a_host_and_sees_all(client, commit_clean):
	team = TeamOffer()
	frappe.db.commit()
	sign_in(client, team.manager)
	page = read(client.get(f"{LINKS}?type={team.meeting_type.name}").text)
	form = form_with(page, "create")
	sent = typed_in(form, user=team.colleague, host=team.colleague)
	assert client.post(LINKS, data=[*sent, ("action", "create")]).status_code == 303
	[link] = links_of(team.meeting_type)
	assert (link.user, link.host) == (team.colleague, team.colleague)
	assert link_token(link.name) not in client.get(LINKS).text
	assert link_token(link.name) in client.get(f"{LINKS}?all=1").text


def test_strangers_and_others_see_nothing(client, offer, host):
	create(host)
	[link] = links_of(offer)
	sign_in(client, make_user("Tom"))
	assert link_token(link.name) not in client.get(f"{LINKS}?all=1").text
	assert link_token(link.name) not in client.get(f"{TIMES}?type={offer.name}&link={link.name}").text
	refused = client.post(LINKS, data={"action": "revoke", "name": link.name})
	assert refused.status_code in (400, 403)
	assert links_of(offer)[0].revoked == 0


class TestTimes:
	def made(self, host, **typed):
		page = read(host.get(f"{TIMES}?tz=Asia/Tokyo&count=5").text)
		[form] = [each for each in page.one("main").all("form", method="post") if each.all("input", type="checkbox")]
		return form, host.post(TIMES, data=typed_in(form, **typed))

	def test_suggested_times_are_ticked_and_lead_to_the_form(self, host, offer):
		form, answer = self.made(host)
		assert len([each for each in form.all("input", type="checkbox") if "checked" in each.attributes]) == 5
		assert answer.status_code == 303
		page = read(host.get(answer.headers["Location"]).text)
		text = "".join(page.one("textarea", id="mail-text").texts)
		assert "Tokyo, Japan Standard Time" in text
		urls = [each["href"] for list_ in page.all("ul", class_="offered") for each in list_.all("a")]
		assert len(urls) == 5
		assert parse_qs(urlsplit(urls[0]).query)["tz"] == ["Asia/Tokyo"]
		assert links_of(offer) == []
		[button] = page.all("button", data_copy_html=None)
		assert button["data-copy-html"] == "".join(page.one("textarea", id="mail-html").texts)

	def test_a_link_for_the_reader_keeps_them_out_of_every_address(self, host, offer):
		who = {"attendee_name": "Ada Lovelace", "attendee_email": "ada@guests.example"}
		_form, answer = self.made(host, single_use="1", **who)
		assert "ada" not in answer.headers["Location"].lower()
		[link] = links_of(offer)
		assert (link.single_use, link.attendee_email) == (1, "ada@guests.example")
		page = host.get(answer.headers["Location"])
		assert f"/schedule/l/{link_token(link.name)}?start=" in page.text

	def test_the_times_are_for_the_contact_from_whose_form_a_host_comes(self, client, host, offer):
		user = frappe.get_doc("User", host_of(offer))
		user.append("roles", {"role": "Sales User"})
		user.save()
		address = f"{fresh('ada')}@guests.example"
		emails = [{"email_id": address, "is_primary": 1}]
		contact = frappe.get_doc({"doctype": "Contact", "first_name": "Ada", "email_ids": emails}).insert()
		frappe.db.commit()
		asked = {"doctype": "Contact", "record": contact.name}
		page = read(host.get(TIMES, params=asked).text)
		[form] = [each for each in page.one("main").all("form", method="post") if each.all("input", type="checkbox")]
		assert [form.one("input", id=f"attendee_{fact}")["value"] for fact in ("name", "email")] == ["Ada", address]
		shown = host.post(TIMES, data=[*typed_in(form), ("action", "show")], allow_redirects=False)
		assert parse_qs(urlsplit(shown.headers["Location"]).query)["record"] == [contact.name]
		sign_in(client, make_user("Tom"))
		assert address not in client.get(TIMES, params=asked).text

	def test_no_time_and_too_many_are_refused(self, host, offer):
		_form, answer = self.made(host, start=[])
		assert answer.status_code == 400
		assert "Choose at least one time." in answer.text
		starts = [iso(in_three_days(9 + number / 2), "UTC") for number in range(9)]
		_form, answer = self.made(host, start=starts)
		assert answer.status_code == 400
		assert read(answer.text).one("p", role="alert").text == "Choose at most 8 times."


def test_the_text_for_an_e_mail_had_twelve_hours_on_a_page_with_twenty_four(host, offer):
	asked = {"tz": "UTC", "start": iso(in_three_days(15), "UTC")}
	shown = read(host.get(TIMES, params=asked, headers={"Accept-Language": "en-GB"}).text)
	[ticked] = [each for each in shown.all("label", class_="choice") if each.all("input", name="start", checked=None)]
	assert (ticked.text, "15:00" in shown.one("textarea", id="mail-text").text) == ("15:00", True)
