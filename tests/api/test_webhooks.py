"""Webhooks of external schedulers over HTTP: signatures, order, repeats, and what follows from a booking."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path

import frappe
import pytest

from scheduler_integration.external import record
from scheduler_integration.platform import clock
from tests.support.consultants import (
	calendly,
	engagement,
	generic,
	make_assessment,
	make_scheduler,
	make_type,
	oncehub,
	reference_of,
	send,
	signed,
)
from tests.support.factories import fresh, make_meeting_type, make_page

pytestmark = pytest.mark.usefixtures("commit_clean")

DAY = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=30)
NINE, HALF_PAST, TEN, HALF_PAST_TEN = (DAY + timedelta(hours=9, minutes=30 * n) for n in range(4))


def iso(moment):
	return moment.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def minutes_ago(count):
	return iso(datetime.now(timezone.utc) - timedelta(minutes=count))


def created(invitee="AAAAAAAAAAAAAAAA", ago=10, start=NINE, **fields):
	end = start + timedelta(minutes=30)
	return calendly("invitee.created", invitee, minutes_ago(ago), iso(start), iso(end), **fields)


def cancelled(invitee="AAAAAAAAAAAAAAAA", ago=5, start=NINE, **fields):
	end = start + timedelta(minutes=30)
	return calendly("invitee.canceled", invitee, minutes_ago(ago), iso(start), iso(end), **fields)


@pytest.fixture
def settings():
	made = make_scheduler("Calendly")
	frappe.db.commit()
	return made


@pytest.fixture
def email():
	return f"{fresh('client')}@guests.example"


@pytest.fixture
def post(client, settings):
	"""Send a webhook that must be taken, and return the consultant's Outside Bookings, oldest first."""

	def send_it(body, method="calendly"):
		answer = send(client, method, settings, body, int(time.time()))
		assert answer.status_code == 200, answer.text
		assert answer.json()["success"]
		return outside(settings)

	return send_it


def outside(settings):
	frappe.db.rollback()
	return frappe.get_all("Outside Booking", {"consultant": settings.consultant}, ["*"], order_by="creation")


def rows(settings):
	frappe.db.rollback()
	return engagement(consultant=settings.consultant)


def blocked(settings):
	frappe.db.rollback()
	return frappe.get_all("Blocked Time", {"user": settings.consultant}, ["starts_at", "ends_at"], order_by="starts_at")


def events(email):
	frappe.db.rollback()
	names = frappe.get_all("Event Participants", {"email": email, "reference_doctype": "Contact"}, pluck="parent")
	return frappe.get_all("Event", {"name": ["in", names]}, ["name", "status", "starts_on"]) if names else []


def span(start, minutes=30):
	return {"starts_at": int(start.timestamp()), "ends_at": int(start.timestamp()) + minutes * 60}


def test_a_booking_on_calendly_is_logged_as_engagement_and_activity_and_blocks_the_time(post, settings, email):
	(booking,) = post(created(email=email))
	assert (booking.provider, booking.status, booking.attendee_name) == ("Calendly", "Scheduled", "Casey Client")
	assert (booking.starts_at, booking.title) == (span(NINE)["starts_at"], "30-Minute Strategy Session")
	assert booking.meeting_link == "https://zoom.example/j/1"
	(row,) = rows(settings)
	assert (row.event_type, row.scheduled_for, row.from_report) == ("meeting_booked", booking.starts_at, 0)
	assert row.contact == booking.contact == frappe.db.get_value("Contact Email", {"email_id": email}, "parent")
	assert [event.status for event in events(email)] == ["Open"]
	assert blocked(settings) == [span(NINE)]


def test_a_booking_on_calendly_is_matched_by_the_reference(client, settings, email):
	meeting_type, assessment = make_type(settings.consultant), make_assessment(settings.consultant)
	frappe.db.commit()
	tracking = {"utm_source": "scheduler", "utm_content": reference_of(meeting_type, assessment)}
	send(client, "calendly", settings, created(email=email, tracking=tracking), int(time.time()))
	(row,) = rows(settings)
	assert (row.matched_by, row.from_report, row.assessment) == ("Reference", 1, assessment.name)
	assert (row.meeting_type, row.phase) == (meeting_type.name, "Build")


def test_a_booking_on_calendly_is_matched_by_the_clients_address(client, settings, email):
	assessment = make_assessment(settings.consultant, client_email=email)
	frappe.db.commit()
	send(client, "calendly", settings, created(email=email), int(time.time()))
	(row,) = rows(settings)
	assert (row.matched_by, row.assessment) == ("E-mail", assessment.name)


def test_a_repeated_webhook_changes_nothing(post, settings, email):
	body = created(email=email)
	post(body)
	post(body)
	assert len(post({**body})) == len(rows(settings)) == len(events(email)) == len(blocked(settings)) == 1


def test_a_cancellation_frees_the_time_and_cancels_the_activity(post, settings, email):
	post(created(email=email))
	(booking,) = post(cancelled(email=email))
	(row,) = rows(settings)
	assert (booking.status, row.event_type, row.status) == ("Cancelled", "meeting_cancelled", "Cancelled")
	assert [event.status for event in events(email)] == ["Cancelled"]
	assert blocked(settings) == []


def test_a_cancellation_that_comes_first_is_not_undone_by_the_booking(post, settings, email):
	post(cancelled(email=email, ago=5))
	(booking,) = post(created(email=email, ago=10))
	assert booking.status == "Cancelled"
	assert blocked(settings) == events(email) == []
	assert [row.event_type for row in rows(settings)] == ["meeting_cancelled"]


@pytest.mark.parametrize(
	"order",
	[(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0), (0, 1, 2, 0, 1, 2), (2, 2, 1, 0, 1)],
	ids=str,
)
def test_a_rescheduled_booking_keeps_its_row_in_any_order(post, settings, email, order):
	"""Calendly cancels the old invitee, and creates a new one that names it."""
	new, old = "BBBBBBBBBBBBBBBB", "AAAAAAAAAAAAAAAA"
	uri = "https://api.calendly.com/scheduled_events/GBGBDCAADAEDCRZ2/invitees/"
	bodies = (
		created(old, 30, email=email),
		cancelled(old, 20, email=email, rescheduled=True, new_invitee=uri + new),
		created(new, 20, start=TEN, email=email, old_invitee=uri + old),
	)
	for index in order:
		post(bodies[index])
	assert {each.external_id.rpartition("/")[2]: each.status for each in outside(settings)} == {
		old: "Rescheduled",
		new: "Scheduled",
	}
	(row,) = rows(settings)
	assert (row.event_type, row.scheduled_for, row.cancelled_at) == ("meeting_booked", span(TEN)["starts_at"], None)
	assert [event.status for event in events(email) if event.status != "Cancelled"] == ["Open"]
	assert blocked(settings) == [span(TEN)]


def test_a_no_show_is_neither_completed_nor_cancelled(post, settings, email):
	yesterday = NINE - timedelta(days=31)
	post(created(email=email, start=yesterday, ago=3000))
	record.complete_past(clock.now())
	(row,) = rows(settings)
	assert (row.event_type, row.status) == ("meeting_completed", "Completed")
	end = yesterday + timedelta(minutes=30)
	post(calendly("invitee_no_show.created", "AAAAAAAAAAAAAAAA", minutes_ago(1), iso(yesterday), iso(end), email=email))
	(row,) = rows(settings)
	assert (row.event_type, row.status, row.completed_at) == ("meeting_booked", "No Show", None)
	assert len(rows(settings)) == 1


def test_an_outside_booking_blocks_native_times(client, post, settings, email):
	page = make_page(
		settings.consultant,
		{
			day: ["00:00-00:00"]
			for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
		},
	)
	meeting_type = make_meeting_type(page)
	frappe.db.commit()
	query = {"slug": page.slug, "meeting_type": meeting_type.slug, "date": f"{DAY:%Y-%m-%d}", "timezone": "UTC"}

	def starts():
		days = client.call("scheduler_integration.api.public.get_slots", "GET", **query).json()["data"]["days"]
		return {slot["start"][11:16] for slot in days[query["date"]]}

	assert "09:00" in starts()
	post(created(email=email))
	assert "09:00" not in starts()
	assert {"08:30", "09:30"} <= starts()
	post(cancelled(email=email))
	assert "09:00" in starts()


def test_oncehub(client, email):
	settings = make_scheduler("ScheduleOnce")
	frappe.db.commit()
	form = {"form_submission": {"name": "Casey Client", "email": email, "company": "ABC Corp"}}
	for kind, ago, start in (
		("booking.scheduled", 30, NINE),
		("booking.rescheduled", 20, TEN),
		("booking.scheduled", 30, NINE),
		("booking.no_show", 10, TEN),
	):
		body = oncehub(kind, "BKNG-YNMGHKQ24XV5", minutes_ago(ago), iso(start), **form)
		assert send(client, "oncehub", settings, body, int(time.time())).status_code == 200
	(booking,) = outside(settings)
	assert (booking.status, booking.starts_at) == ("No Show", span(TEN)["starts_at"])
	assert (booking.attendee_company, booking.title) == ("ABC Corp", "15-minute meeting")
	assert blocked(settings) == [span(TEN, 15)]
	assert len(rows(settings)) == len(events(email)) == 1


def test_the_generic_webhook(client, email):
	settings = make_scheduler("Custom")
	meeting_type, assessment = make_type(settings.consultant), make_assessment(settings.consultant)
	frappe.db.commit()
	more = {
		"attendee_email": email,
		"reference": reference_of(meeting_type, assessment),
		"meeting_type_id": meeting_type.name,
	}
	for event, ago, start in (
		("booking.created", 30, NINE),
		("booking.rescheduled", 20, TEN),
		("booking.completed", 10, TEN),
	):
		body = generic(event, "42", minutes_ago(ago), iso(start), iso(start + timedelta(minutes=30)), **more)
		assert send(client, "custom", settings, body, int(time.time())).status_code == 200
	(row,) = rows(settings)
	assert (row.event_type, row.matched_by, row.assessment) == ("meeting_completed", "Reference", assessment.name)
	assert (row.meeting_type, row.scheduled_for) == (meeting_type.name, span(TEN)["starts_at"])


@pytest.mark.long
def test_the_same_webhook_at_the_same_moment_is_one_booking(server, settings, email):
	body, now = created(email=email), int(time.time())

	def deliver(_number):
		with server.client() as one:
			return send(one, "calendly", settings, body, now).status_code

	with ThreadPoolExecutor(6) as pool:
		assert set(pool.map(deliver, range(12))) == {200}
	assert len(outside(settings)) == len(rows(settings)) == len(events(email)) == len(blocked(settings)) == 1


def test_a_webhook_about_something_else_is_taken_and_ignored(post, settings):
	assert post({"event": "routing_form_submission.created", "created_at": minutes_ago(1), "payload": {}}) == []
	assert rows(settings) == []


# Signatures


@pytest.mark.parametrize("method", ["calendly", "oncehub", "custom"])
def test_a_wrong_signature_is_refused_and_nothing_told(client, method):
	settings = make_scheduler({"calendly": "Calendly", "oncehub": "ScheduleOnce", "custom": "Custom"}[method])
	keyless = make_scheduler(settings.scheduler_provider, webhook_signing_key=None)
	frappe.db.commit()
	now, body, field = int(time.time()), created(), "s" if method == "oncehub" else "v1"
	wrong = {
		"another key": (settings, now, {"key": "another key"}),
		"too old": (settings, now - 301, {}),
		# Not 301 seconds ahead: on a slow machine a second or two pass before it is read.
		"too new": (settings, now + 360, {}),
		"none": (settings, now, {"signature": "-"}),
		"garbage": (settings, now, {"signature": "t=x,v1=é,s=é".encode().decode("latin-1")}),
		"empty": (settings, now, {"signature": f"t={now},v1=,s="}),
		"of another body": (settings, now, {"signature": signed(b"{}", now, field=field)}),
		"of nobody": (frappe._dict(name="nothing"), now, {}),
		"of somebody without a key": (keyless, now, {}),
	}
	answers = {
		name: send(client, method, target, body, moment, **options) for name, (target, moment, options) in wrong.items()
	}
	assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(wrong, 401)
	assert {answer.text for answer in answers.values()} == {answers["none"].text}
	assert answers["none"].json()["code"] == "SIGNATURE_REFUSED"
	assert outside(settings) == []


def test_a_body_that_was_changed_on_the_way_is_refused(client, settings):
	now, body = int(time.time()), created()
	signature = signed(frappe.as_json(body).encode(), now)
	assert (
		send(client, "calendly", settings, {**body, "event": "invitee.canceled"}, now, signature=signature).status_code
		== 401
	)


def test_one_consultants_key_opens_no_others_webhook(client, settings):
	other = make_scheduler(webhook_signing_key="another key")
	frappe.db.commit()
	assert send(client, "calendly", other, created(), int(time.time())).status_code == 401
	assert outside(other) == []


def test_the_signing_key_is_never_shown(client, settings):
	stored = frappe.db.get_value("Consultant Scheduler Settings", settings.name, "webhook_signing_key")
	assert set(stored) == {"*"}


@pytest.mark.parametrize(
	"payload",
	[
		{},
		{"event": "invitee.created"},
		{"event": "invitee.created", "created_at": "x", "payload": {}},
		{
			"event": "invitee.created",
			"created_at": "2026-01-01T00:00:00Z",
			"payload": {"uri": ["a"], "scheduled_event": 7},
		},
		{"event": ["invitee.created"]},
		[1, 2],
		"text",
		None,
	],
	ids=str,
)
def test_odd_payloads_are_answered_and_store_nothing(client, settings, payload):
	answer = send(client, "calendly", settings, payload, int(time.time()))
	assert answer.status_code in (200, 400, 417)
	assert outside(settings) == []


def test_markup_from_a_scheduler_is_cleaned(post, settings, email):
	name = '<img src=x onerror=alert(1)>=Casey "C" \r\n Client'
	(booking,) = post(created(email=email, name=name))
	assert "<" not in booking.attendee_name + booking.title
	assert "Casey" in booking.attendee_name
	(event,) = events(email)
	assert "<img" not in frappe.as_json(frappe.get_doc("Event", event.name))


def test_the_widgets_message_and_the_webhook_are_one_booking(client, post, settings, email):
	from tests.support.consultants import BROWSER, invitee_uri

	meeting_type, assessment = make_type(settings.consultant), make_assessment(settings.consultant)
	frappe.db.commit()
	client.headers.update(BROWSER)
	told = {"reference": reference_of(meeting_type, assessment), "invitee_uri": invitee_uri("AAAAAAAAAAAAAAAA")}
	assert client.call("scheduler_integration.api.tracking.event_scheduled", **told).status_code == 200
	(booking,) = post(created(email=email))
	assert (booking.status, booking.attendee_email, booking.starts_at) == ("Scheduled", email, span(NINE)["starts_at"])
	(row,) = rows(settings)
	assert (row.matched_by, row.assessment, row.from_report) == ("Reference", assessment.name, 1)


def test_a_host_cannot_move_the_time_of_an_outside_booking(post, settings, email, as_user):
	post(created(email=email))
	name = frappe.db.get_value("Blocked Time", {"user": settings.consultant}, "name")
	with as_user(settings.consultant):
		block = frappe.get_doc("Blocked Time", name)
		block.end_time = block.start_time
		with pytest.raises(frappe.ValidationError, match="change its time there"):
			block.save()
		block.reload()
		block.reason = "Call with Casey"
		block.save()


# The documentation


def test_the_documented_signature_is_right():
	text = (Path(__file__).parents[2] / "docs" / "how-to" / "tracking.md").read_text()
	example = r"the key `(\S+)`, the time `(\d+)` and the body `(\S+)`, the\s+signature is `([0-9a-f]{64})`"
	key, moment, body, documented = re.search(example, text).groups()
	assert signed(body.encode(), int(moment), key) == f"t={moment},v1={documented}"


def test_the_documented_payload_is_taken(client):
	text = (Path(__file__).parents[2] / "docs" / "how-to" / "tracking.md").read_text()
	payload = json.loads(re.search(r"```json\n(.*?)```", text, re.DOTALL)[1])
	settings = make_scheduler("Custom")
	frappe.db.commit()
	assert send(client, "custom", settings, payload, int(time.time())).json()["data"] == {"taken": True}
	(booking,) = [each for each in outside(settings) if each.status == "Scheduled"]
	assert (booking.attendee_phone, booking.attendee_company) == ("+44 20 7946 0000", "Analytical Engines")
