"""Secrets of a vendor are in no record, log, mail, page, answer or address: tokens, client secrets and hosts' start links."""

from email import message_from_string, policy
from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.meetings.tokens import manage_url
from scheduler_integration.platform.clock import now
from tests.conferencing.conftest import settings, settle
from tests.pages.offer import DAYS, sign_in
from tests.support.factories import make_meeting_type, make_page

API = "scheduler_integration.api"
TABLES = (
	"Booking",
	"Comment",
	"Deleted Document",
	"Error Log",
	"Event",
	"Notification Log",
	"Outbox Task",
	"Version",
	"Video Connection",
	"Video Meeting",
	"Video Meeting Log",
)


@pytest.fixture
def troubled(zoom_for_all, connect_zoom, book, outgoing_mail):
	"""A booking of the day after tomorrow. Zoom repeats a token in an error, loses a reply, and refuses a renewal."""
	settings(zoom_webhook_secret=zoom_for_all.webhook_secret, zoom_server_client_secret=zoom_for_all.firm.client_secret)
	zoom_for_all.clock.instant = None
	page = make_page(hours={day: ["09:00-18:00"] for day in DAYS})
	connect_zoom(page.user)
	token = next(iter(zoom_for_all.access))
	repeated = {"message": f"Bad token {token}", "start_url": f"https://zoom.example/s/1?zak={token}"}
	zoom_for_all.fail("/meetings", method="POST", status=500, body=repeated)
	zoom_for_all.fail("/meetings", method="POST", lost=True)
	start = (now() // 86400 + 2) * 86400 + 10 * 3600
	meeting_type = make_meeting_type(page, location_type="Zoom")
	booking = book(meeting_type, start, now=now(), mails=True)
	for minutes in (5, 15):
		[booking] = settle(booking.name, now=now() + minutes * 60, mails=True)
	assert booking.meeting_link
	return booking


def found_in(zoom, text):
	assert len(zoom.secrets) > 4
	return [secret for secret in zoom.secrets if secret in text]


@pytest.mark.long
def test_in_records_and_logs(troubled, zoom_for_all, caplog):
	zoom_for_all.revoke_account("jane@zoom.example")
	bookings.cancel_by_host(troubled.name, "", now())
	settle(troubled.name, now=now() + 1200)
	kept = [frappe.get_all(table, fields=["*"]) for table in TABLES if frappe.db.exists("DocType", table)]
	assert found_in(zoom_for_all, frappe.as_json(kept) + caplog.text) == []
	assert frappe.get_all("Video Meeting Log", {"booking": troubled.name, "status": "Failed"})


@pytest.mark.long
def test_in_mails(troubled, zoom_for_all):
	sent = frappe.get_all("Email Queue", {"reference_name": troubled.name}, pluck="message")
	parts = [part for raw in sent for part in message_from_string(raw, policy=policy.default).walk()]
	texts = [part.get_payload(decode=True).decode() for part in parts if not part.is_multipart()]
	assert any(troubled.meeting_link in text for text in texts)
	assert found_in(zoom_for_all, "\n".join([*sent, *texts])) == []


@pytest.mark.long
def test_in_pages_and_answers(troubled, zoom_for_all, client):
	path = urlsplit(manage_url(troubled)).path
	answers = [client.get(path), client.get(f"{path}?booked=1")]
	assert troubled.meeting_link in answers[0].text
	sign_in(client, troubled.host)
	answers += [
		client.get("/scheduling/video"),
		client.get(f"/scheduling/meeting/{troubled.name}"),
		client.call(f"{API}.video.list", "GET"),
		client.call(f"{API}.bookings.get", "GET", name=troubled.name),
		client.call(f"{API}.outbox.list", "GET", booking=troubled.name),
		client.call(f"{API}.analytics.video_providers", "GET"),
	]
	assert {answer.status_code for answer in answers} == {200}
	assert "jane@zoom.example" in answers[2].text
	assert found_in(zoom_for_all, "\n".join(answer.text for answer in answers)) == []


@pytest.mark.long
def test_in_addresses(troubled, zoom_for_all):
	"""The stand-in itself notes each request whose address has a secret."""
	assert len(zoom_for_all.log) > 3
	assert zoom_for_all.broken == []
	assert all("token" not in seen.query for seen in zoom_for_all.log)
