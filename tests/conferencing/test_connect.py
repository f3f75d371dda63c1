"""A host connects and disconnects an account: through the provider's page, the methods, and their own page."""

from urllib.parse import parse_qs, urlsplit

import frappe
import pytest
import requests

from scheduler_integration.conferencing import connect
from scheduler_integration.exceptions import ConsentExpired, ConsentIncomplete, NotPermitted
from scheduler_integration.http.oauth.consent import Asker
from scheduler_integration.meetings.tokens import manage_url
from scheduler_integration.platform.clock import now
from tests.conferencing.conftest import NOW, settings, settle
from tests.pages.offer import DAYS, sign_in
from tests.pages.reading import read
from tests.support.factories import make_meeting_type, make_page, make_user
from tests.support.vendors.accounts import Consent

VIDEO = "scheduler_integration.api.video"


@pytest.fixture
def through_the_page(zoom):
	"""Go through Zoom's page as the user, and come back."""

	def go(user, provider="Zoom"):
		asker = Asker(user, "the-session")
		address = connect.begin(provider, asker)
		back = requests.get(address, allow_redirects=False, timeout=10).headers["Location"]
		params = {key: values[0] for key, values in parse_qs(urlsplit(back).query).items()}
		return connect.finish(params, asker, NOW)

	return go


def test_a_connected_account_has_its_name_and_its_tokens_are_hidden(zoom, through_the_page):
	jane = make_user()
	name = through_the_page(jane)
	[account] = connect.accounts(jane, NOW)
	assert (account.name, account.account, account.status) == (name, "jane@zoom.example", "Connected")
	stored = frappe.as_json(frappe.get_doc("Video Connection", name).as_dict())
	assert [secret for secret in zoom.secrets if secret in stored] == []


def test_connecting_again_keeps_one_account(through_the_page):
	jane = make_user()
	assert through_the_page(jane) == through_the_page(jane)
	assert len(connect.accounts(jane, NOW)) == 1


def test_an_account_without_a_needed_permission_is_not_connected(zoom, through_the_page):
	zoom.consent = Consent("jane@zoom.example", unticked=frozenset({"meeting:delete:meeting"}))
	jane = make_user()
	with pytest.raises(ConsentIncomplete):
		through_the_page(jane)
	assert connect.accounts(jane, NOW) == []


def test_nobody_else_can_finish_what_a_host_began(zoom):
	jane, eve = make_user("Jane"), make_user("Eve")
	back = requests.get(connect.begin("Zoom", Asker(jane, "one")), allow_redirects=False, timeout=10)
	params = {key: values[0] for key, values in parse_qs(urlsplit(back.headers["Location"]).query).items()}
	with pytest.raises(ConsentExpired):
		connect.finish(params, Asker(eve, "two"), NOW)
	assert connect.accounts(eve, NOW) == []


def test_a_booking_that_waits_gets_its_link_when_the_account_is_back(book, zoom, zoom_type, through_the_page):
	settings(video_fallback="Text of the Meeting Type")
	zoom.revoke_account("jane@zoom.example")
	booking = book(zoom_type)
	assert booking.video_status == "Failed"
	through_the_page(booking.host)
	[booking] = settle(booking.name)
	assert (booking.video_status, len(zoom.meetings)) == ("Ready", 1)


def test_a_meeting_that_could_not_be_deleted_is_deleted_when_the_account_is_back(
	book, zoom, zoom_type, through_the_page
):
	booking = book(zoom_type)
	zoom.revoke_account("jane@zoom.example")
	booking.db_set({"status": "Cancelled", "sequence": 1})
	frappe.db.set_value("Outbox Task", {"booking": booking.name, "kind": "video_meeting"}, "status", "Pending")
	settle(booking.name)
	settle(booking.name, now=NOW + 600)
	assert len(zoom.meetings) == 1
	through_the_page(booking.host)
	settle(booking.name, now=NOW + 1200)
	assert zoom.meetings == {}


def test_disconnecting_forgets_the_tokens_here_and_there(zoom, through_the_page):
	jane = make_user()
	name = through_the_page(jane)
	connect.disconnect(name, jane)
	assert (connect.accounts(jane, NOW), zoom.refresh) == ([], {})
	left = frappe.db.sql("select name from `__Auth` where doctype = 'Video Connection' and name = %s", name)
	assert not left


def test_disconnecting_works_while_zoom_is_down(zoom, through_the_page):
	jane = make_user()
	name = through_the_page(jane)
	zoom.fail("/oauth/revoke", status=503)
	connect.disconnect(name, jane)
	assert connect.accounts(jane, NOW) == []


def test_only_its_host_or_a_manager_disconnects_an_account(connect_zoom):
	name = connect_zoom(make_user("Jane"))
	with pytest.raises(NotPermitted):
		connect.disconnect(name, make_user("Eve"))
	connect.disconnect(name, make_user("Mia", roles=("Scheduling Manager",)))


def test_a_host_sees_only_their_own_accounts_and_calls(as_user, connect_zoom, book, jitsi_type):
	booking, eve = book(jitsi_type), make_user("Eve")
	connect_zoom(booking.host)
	for doctype in ("Video Connection", "Video Meeting", "Video Meeting Log"):
		with as_user(booking.host):
			assert frappe.get_list(doctype, {"user": booking.host})
		with as_user(eve):
			assert frappe.get_list(doctype) == []
			doc = frappe.get_doc(doctype, frappe.get_all(doctype, {"user": booking.host}, pluck="name")[0])
			assert not doc.has_permission("read")


def test_a_host_cannot_write_what_the_provider_said(as_user, connect_zoom):
	jane = make_user()
	name = connect_zoom(jane, status="Reconnect Needed")
	with as_user(jane):
		doc = frappe.get_doc("Video Connection", name)
		doc.update({"is_default": 1, "status": "Connected", "account_name": "somebody@else.example"})
		doc.save()
	stored = frappe.db.get_value("Video Connection", name, ["is_default", "status", "account_name"])
	assert stored == (1, "Reconnect Needed", "jane@zoom.example")


def test_the_methods_over_http(client, zoom_for_all, connect_zoom):
	jane = make_user()
	name = connect_zoom(jane)
	frappe.db.commit()
	assert client.call(f"{VIDEO}.list", "GET").status_code == 401
	sign_in(client, jane)
	client.take_csrf_token("/app")
	found = client.call(f"{VIDEO}.list", "GET").json()["data"]
	assert [account["account"] for account in found["accounts"]] == ["jane@zoom.example"]
	assert {each["provider"]: each["is_set_up"] for each in found["providers"]}["Zoom"] is True
	begun = client.call(f"{VIDEO}.connect", provider="Zoom").json()["data"]["auth_url"]
	assert parse_qs(urlsplit(begun).query)["code_challenge_method"] == ["S256"]
	assert client.call(f"{VIDEO}.connect", provider="Skype").status_code == 400
	assert client.call(f"{VIDEO}.connect", provider="Teams").status_code == 409
	left = client.call(f"{VIDEO}.disconnect", name="made-up")
	assert left.status_code == 403
	made_up = client.get(f"/api/method/{VIDEO}.callback?state=made-up&code=x", allow_redirects=False)
	assert (made_up.status_code, made_up.headers["Location"]) == (302, "/scheduling/video?video_error=CONSENT_EXPIRED")
	assert frappe.db.exists("Video Connection", name)


@pytest.mark.long
def test_the_hosts_page_shows_the_accounts_and_offers_others(client, zoom_for_all, connect_zoom):
	jane = make_user()
	connect_zoom(jane, status="Reconnect Needed")
	frappe.db.commit()
	sign_in(client, jane)
	page = read(client.get("/scheduling/video?video_error=CONSENT_EXPIRED").text)
	assert "This took too long" in page.one(role="alert").text
	assert [secret for secret in zoom_for_all.secrets if secret in client.get("/scheduling/video").text] == []
	section = page.one("section", aria_labelledby="accounts-heading")
	assert "jane@zoom.example" in section.text
	assert "Reconnect needed" in section.text
	links = [link["href"] for link in section.all("a")]
	assert links == ["/scheduling/video?connect=Zoom", "/scheduling/video?connect=Zoom"]
	there = client.get(links[0], allow_redirects=False)
	assert (there.status_code, urlsplit(there.headers["Location"]).path) == (302, "/oauth/authorize")
	missing = client.get("/scheduling/video?connect=Teams")
	assert missing.status_code == 409
	assert read(missing.text).one("a", class_="button")["href"] == "/scheduling"
	form = section.one("form")
	values = {control["name"]: control["value"] for control in (*form.all("input"), form.one("button"))}
	assert client.post(form["action"], data=values).headers["Location"] == "/scheduling/video?done=video_disconnected"
	assert connect.accounts(jane, NOW) == []


@pytest.mark.long
def test_a_host_says_which_account_is_preferred(client, zoom_for_all, connect_zoom, book):
	page = make_page()
	first = connect_zoom(page.user)
	other = connect_zoom(page.user, account="jane@firm.example")
	sign_in(client, page.user)
	section = read(client.get("/scheduling/video").text).one("section", aria_labelledby="accounts-heading")
	assert "Connected Preferred" in section.all("li")[0].text
	assert first in [button["value"] for button in section.all("li")[0].all("button")]
	[button] = section.all("button", name="prefer")
	assert (button["value"], button.text) == (other, "Prefer Zoom")
	form = section.all("form")[1]
	values = {control["name"]: control["value"] for control in form.all("input")}
	answer = client.post(form["action"], data={**values, "prefer": other})
	assert answer.headers["Location"] == "/scheduling/video?done=video_preferred"
	booking = book(make_meeting_type(page, location_type="Video Call"))
	[meeting] = zoom_for_all.meetings.values()
	assert (meeting["owner"], booking.meeting_link) == ("jane@firm.example", meeting["join_url"])
	sign_in(client, make_user("Eve"))
	client.take_csrf_token("/app")
	assert client.post("/scheduling/video", data={**values, "prefer": first}).status_code in (400, 403)
	assert frappe.db.get_value("Video Connection", first, "is_default") == 0


def test_a_host_says_by_a_method_which_account_is_preferred(client, connect_zoom):
	jane = make_user()
	first, other = connect_zoom(jane), connect_zoom(jane, account="jane@firm.example")
	frappe.db.commit()
	assert client.call(f"{VIDEO}.prefer", name=other).status_code == 401
	sign_in(client, jane)
	client.take_csrf_token("/app")
	found = client.call(f"{VIDEO}.prefer", name=other).json()["data"]["accounts"]
	assert [(each["name"], each["is_default"]) for each in found] == [(other, True), (first, False)]
	assert client.call(f"{VIDEO}.prefer", name="made-up").json()["code"] == "NOT_PERMITTED"
	assert client.call(f"{VIDEO}.prefer").status_code == 403
	sign_in(client, make_user("Eve"))
	client.take_csrf_token("/app")
	assert client.call(f"{VIDEO}.prefer", name=first).status_code == 403
	frappe.db.rollback()
	assert frappe.db.get_value("Video Connection", other, "is_default") == 1


@pytest.mark.long
def test_a_host_joins_by_a_link_that_is_made_at_that_moment(client, book):
	settings(
		jitsi_server="https://meet.firm.example",
		jitsi_app_id="firm",
		jitsi_app_secret="a-secret-of-the-firm-32-bytes-long",
	)
	start = (now() // 86400 + 2) * 86400 + 10 * 3600
	hours = {day: ["09:00-18:00"] for day in DAYS}
	booking = book(make_meeting_type(make_page(hours=hours), location_type="Jitsi"), start, now=now())
	sign_in(client, booking.host)
	join = client.get(f"/scheduling/video?join={booking.name}", allow_redirects=False)
	assert join.status_code == 302
	assert join.headers["Location"].startswith(booking.meeting_link.partition("?")[0])
	assert join.headers["Location"] != booking.meeting_link
	page = read(client.get(urlsplit(manage_url(booking)).path).text)
	assert booking.meeting_link in [link["href"] for link in page.all("a", href=None)]
	assert join.headers["Location"].partition("jwt=")[2] not in page.text
	sign_in(client, make_user("Eve"))
	assert client.get(f"/scheduling/video?join={booking.name}").status_code in (403, 404)


@pytest.mark.long
def test_the_attendees_page_says_how_to_join_and_what_became_of_the_call(client, book):
	start = (now() // 86400 + 2) * 86400 + 10 * 3600
	hours = {day: ["09:00-18:00"] for day in DAYS}
	booking = book(make_meeting_type(make_page(hours=hours), location_type="Jitsi"), start, now=now(), run=False)
	path = urlsplit(manage_url(booking)).path
	for fields, sentence in (
		({"video_status": "Waiting"}, "The link follows by e-mail in a moment."),
		({"video_status": "Ready", "meeting_id": "812 345", "meeting_password": "a1b2"}, "Meeting ID: 812 345"),
		({"video_status": "Deleted Outside"}, "Your host will send you a new link."),
	):
		frappe.db.set_value("Booking", booking.name, fields)
		frappe.db.commit()
		assert sentence in read(client.get(path).text).text
