"""Zoom's notices of changes in Zoom: signed, repeated, late, or forged by strangers."""

import hashlib
import hmac
import json

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.conferencing.zoom_notices import act_on
from scheduler_integration.entry.webhooks import answer_to, signed_notice
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.platform.clock import now, to_site_time, utc
from tests.conferencing.conftest import DAY, NOW, calls, settings, settle
from tests.pages.offer import DAYS, sign_in
from tests.pages.reading import read
from tests.support.factories import make_meeting_type, make_page

PATH = "/api/method/scheduler_integration.api.video.zoom_notice"


@pytest.fixture
def notify(zoom):
	"""Let Zoom tell something, and store it as the method does. Returns the answer."""
	settings(zoom_webhook_secret=zoom.webhook_secret)

	def send(event, payload=None, now=NOW, **wrong):
		body, headers = zoom.notification(event, payload or {})
		stamp, signature = headers["x-zm-request-timestamp"], headers["x-zm-signature"]
		notice = signed_notice(wrong.get("body", body), stamp, signature, now)
		if news := act_on(notice, now):
			bookings.show_call(news.meeting, news.fields)
		frappe.db.commit()
		return answer_to(notice)

	return send


def about(booking, **fields):
	return {"account_id": "account-of-jane", "object": {"id": int(booking.meeting_id), **fields}}


def test_the_address_is_validated(zoom, notify):
	answer = notify("endpoint.url_validation", {"plainToken": "abc"})
	expected = hmac.new(zoom.webhook_secret.encode(), b"abc", hashlib.sha256).hexdigest()
	assert answer == {"plainToken": "abc", "encryptedToken": expected}


def test_a_meeting_deleted_at_zoom_is_shown_and_its_host_is_told(book, zoom, zoom_type, notify):
	booking = book(zoom_type)
	zoom.delete_by_hand(booking.meeting_id)
	for _again in range(2):
		notify("meeting.deleted", about(booking))
	booking.reload()
	assert (booking.status, booking.video_status) == ("Scheduled", "Deleted Outside")
	assert len(frappe.get_all("Notification Log", {"for_user": booking.host})) == 1
	bookings.make_new_call(booking, NOW)
	[after] = settle(booking.name)
	assert after.meeting_link == next(iter(zoom.meetings.values()))["join_url"] != booking.meeting_link


def test_a_meeting_that_we_deleted_is_no_news(book, zoom, zoom_type, notify):
	booking = book(zoom_type)
	bookings.cancel_by_host(booking.name, "", NOW)
	settle(booking.name)
	notify("meeting.deleted", about(booking))
	assert frappe.get_all("Notification Log", {"for_user": booking.host}) == []
	assert [row.status for row in calls()] == ["Removed"]


def test_a_meeting_moved_at_zoom_is_shown_until_it_is_moved_back(book, zoom_type, notify):
	booking = book(zoom_type)
	notify("meeting.updated", about(booking, start_time="2036-03-03T11:00:00Z"))
	booking.reload()
	assert (booking.video_status, booking.starts_at) == ("Moved Outside", calls()[0].starts_at)
	notify("meeting.updated", about(booking, start_time="2036-03-03T09:00:00Z"))
	booking.reload()
	assert (booking.video_status, booking.video_error) == ("Ready", None)


def test_who_came_is_counted(book, zoom_type, notify):
	booking = book(zoom_type)
	join = "2036-03-03T09:01:00Z"
	notify("meeting.participant_joined", about(booking, participant={"email": "jane@zoom.example", "join_time": join}))
	notify("meeting.participant_joined", about(booking, participant={"email": "", "join_time": "2036-03-03T09:03:00Z"}))
	notify("meeting.participant_joined", about(booking, participant={"user_name": "Bob"}))
	notify("meeting.ended", about(booking, end_time="2036-03-03T09:30:00Z"))
	[row] = calls()
	assert row.participants == 2
	assert row.host_joined_at
	assert row.first_guest_at
	assert row.ended_on


def test_a_removed_app_leaves_nothing_of_the_account(book, zoom, zoom_type, notify):
	booking = book(zoom_type)
	frappe.db.set_value("Video Connection", {"user": booking.host}, "account_id", "zoom-user-7")
	notify("app_deauthorized", {"user_id": "zoom-user-7", "account_id": "account-of-jane"})
	assert frappe.get_all("Video Connection", {"user": booking.host}) == []
	[row] = calls()
	assert (row.external_id, row.join_url, row.passcode) == (None, None, None)
	assert frappe.db.sql("select name from `__Auth` where doctype = 'Video Connection'") in ([], ())


@pytest.mark.parametrize("wrong", [{"body": b"{}"}, {"now": NOW + 301}, {"now": NOW - 301}])
def test_a_notice_that_zoom_did_not_send_now_is_refused(notify, wrong):
	with pytest.raises(NotPermitted):
		notify("meeting.deleted", {"object": {"id": 1}}, **wrong)


@pytest.mark.parametrize("stamp", [None, "", "x", "１２３", "9" * 5000, "-5"])
def test_a_made_up_time_is_refused(notify, stamp):
	with pytest.raises(NotPermitted):
		signed_notice(b"{}", stamp, "v0=x", NOW)


def test_without_a_secret_every_notice_is_refused(zoom):
	body, headers = zoom.notification("meeting.deleted", {})
	with pytest.raises(NotPermitted):
		signed_notice(body, headers["x-zm-request-timestamp"], headers["x-zm-signature"], NOW)


def signed(zoom, body):
	message = b":".join((b"v0", str(NOW).encode(), body))
	return "v0=" + hmac.new(zoom.webhook_secret.encode(), message, hashlib.sha256).hexdigest()


@pytest.mark.parametrize("body", [b"[]", b'"x"', b"{", b'{"event": 5}', b"[" * 100_000])
def test_a_signed_body_that_is_no_notice_is_refused(zoom, notify, body):
	with pytest.raises(InvalidRequest):
		signed_notice(body, str(NOW), signed(zoom, body), NOW)


@pytest.mark.parametrize(
	"event", ["meeting.deleted", "meeting.updated", "meeting.participant_joined", "app_deauthorized"]
)
@pytest.mark.parametrize(
	"payload", [[], "x", {"object": "x"}, {"object": {"id": {}, "participant": 7}}, {"object": {"start_time": []}}]
)
def test_a_notice_without_the_facts_changes_nothing(zoom, notify, event, payload):
	body = json.dumps({"event": event, "payload": payload}).encode()
	assert act_on(signed_notice(body, str(NOW), signed(zoom, body), NOW), NOW) is None


def test_notices_over_http(client, zoom, notify):
	zoom.clock.instant = None
	body, headers = zoom.notification("endpoint.url_validation", {"plainToken": "abc"})
	answer = client.post(PATH, data=body, headers=headers)
	assert answer.status_code == 200
	assert answer.json()["plainToken"] == "abc"
	assert len(answer.json()["encryptedToken"]) == 64
	forged = client.post(PATH, data=body, headers={**headers, "x-zm-signature": "v0=forged"})
	assert (forged.status_code, forged.json()["code"]) == (403, "NOT_PERMITTED")


@pytest.mark.long
@pytest.mark.parametrize(
	("told", "hint"),
	[
		({"participants": 1, "first_guest_at": 5}, "One person joined besides the host, at 9:05 AM."),
		({"participants": 3, "first_guest_at": 5}, "3 people joined besides the host, the first at 9:05 AM."),
		({"host_joined_at": 0}, "Only the host joined, as far as Zoom tells."),
		({"ended_on": 30}, "Nobody joined, as far as Zoom tells."),
		({}, None),
	],
)
def test_a_past_meetings_row_says_who_came(client, book, connect_zoom, told, hint):
	"""A hint for the host, who decides whether it was a no-show."""
	yesterday = (now() // DAY - 1) * DAY
	page = make_page(hours={day: ["09:00-18:00"] for day in DAYS})
	connect_zoom(page.user)
	booking = book(make_meeting_type(page, location_type="Zoom"), yesterday + 9 * 3600, now=yesterday)
	moments = {
		name: number if name == "participants" else to_site_time(booking.starts_at + number * 60)
		for name, number in told.items()
	}
	if moments:
		frappe.db.set_value("Video Meeting", booking.video_meeting, moments)
	frappe.db.commit()
	sign_in(client, page.user)
	row = read(client.get(f"/scheduling?status=all&from={utc(yesterday):%Y-%m-%d}").text).one("li", class_="meeting")
	assert (hint or "Zoom") in row.text
	assert ("joined" in row.text) == bool(hint)


def test_while_a_meeting_lasts_nobody_is_missing_yet(client, book, connect_zoom):
	yesterday = (now() // DAY - 1) * DAY
	page = make_page(hours={day: ["09:00-18:00"] for day in DAYS})
	connect_zoom(page.user)
	booking = book(make_meeting_type(page, location_type="Zoom"), yesterday + 9 * 3600, now=yesterday)
	frappe.db.set_value("Video Meeting", booking.video_meeting, "host_joined_at", to_site_time(booking.starts_at))
	sign_in(client, page.user)
	for ends_at, is_said in ((now() + 600, False), (booking.ends_at, True)):
		frappe.db.set_value("Booking", booking.name, "ends_at", ends_at)
		frappe.db.commit()
		shown = client.get(f"/scheduling?status=all&from={utc(yesterday):%Y-%m-%d}").text
		assert ("Only the host joined" in shown) is is_said
