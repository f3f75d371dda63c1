"""Counting clicks over HTTP: `tracking.track_click`, tracked links, and the message of Calendly's widget."""

import frappe
import pytest

from tests.support.consultants import (
	BROWSER,
	engagement,
	invitee_uri,
	make_assessment,
	make_scheduler,
	make_type,
	reference_of,
	tracked_path,
)
from tests.support.factories import fresh, make_user
from tests.support.server import somebodys_address

pytestmark = pytest.mark.usefixtures("commit_clean")

TRACK = "scheduler_integration.api.tracking.track_click"
SCHEDULED = "scheduler_integration.api.tracking.event_scheduled"
REFERRER = "https://financialrise.com/client/reports/a1b2c3d4"


@pytest.fixture
def client(server):
	with server.client() as one:
		one.headers.update(BROWSER)
		yield one


@pytest.fixture
def consultant():
	return make_scheduler().consultant


@pytest.fixture
def meeting_type(consultant):
	return make_type(consultant)


@pytest.fixture
def assessment(consultant, meeting_type):
	made = make_assessment(consultant)
	frappe.db.commit()
	return made


@pytest.fixture
def click(assessment, meeting_type):
	return {
		"assessment_id": assessment.name,
		"consultant_id": assessment.consultant,
		"meeting_type_id": meeting_type.name,
		"referrer": REFERRER,
	}


def rows(assessment):
	frappe.db.rollback()
	return engagement(consultant=assessment.consultant)


def test_a_click_from_a_report_is_counted(client, click, assessment):
	answer = client.call(TRACK, **click)
	assert answer.status_code == 200
	assert answer.json() == {"success": True, "message": "Click tracked successfully", "data": {"counted": True}}
	(row,) = rows(assessment)
	assert (row.event_type, row.referrer, row.client) == ("link_clicked", REFERRER, None)
	assert row.user_agent == BROWSER["User-Agent"]
	assert row.clicked_at > 0


def test_a_repeated_click_is_no_error_and_counts_once(client, click, assessment):
	client.call(TRACK, **click)
	again = client.call(TRACK, **click)
	assert (again.status_code, again.json()["success"], again.json()["data"]) == (
		200,
		True,
		{"counted": False, "reason": "repeated"},
	)
	assert len(rows(assessment)) == 1


def test_the_meeting_type_may_be_left_out(client, click, assessment):
	click.pop("meeting_type_id")
	assert client.call(TRACK, **click).json()["data"] == {"counted": True}
	assert rows(assessment)[0].meeting_type is None


def test_what_is_missing_is_named(client, click):
	for field in ("assessment_id", "consultant_id"):
		for value in (None, "", 7, {"a": 1}):
			answer = client.call(TRACK, **{**click, field: value})
			assert (answer.status_code, list(answer.json()["details"])) == (400, [field])


@pytest.mark.parametrize("field", ["assessment_id", "consultant_id", "meeting_type_id"])
def test_records_that_do_not_belong_together_are_answered_as_missing_ones(client, click, field, assessment):
	other = make_user()
	foreign = {
		"assessment_id": make_assessment(other).name,
		"consultant_id": other,
		"meeting_type_id": make_type(other).name,
	}
	frappe.db.commit()
	mixed, missing = (client.call(TRACK, **{**click, field: value}) for value in (foreign[field], "nothing"))
	assert (mixed.status_code, mixed.json()["code"]) == (404, "REPORT_LINK_NOT_FOUND")
	assert mixed.json() == missing.json()
	assert rows(assessment) == []


def test_a_signed_in_client_is_known(client, click, assessment):
	user = make_user("Casey", roles=(), new_password=(password := fresh("Secret")), user_type="Website User")
	assessment.db_set("client", user)
	frappe.db.commit()
	client.login(user, password)
	client.call(TRACK, **click)
	assert rows(assessment)[0].client == user


@pytest.mark.parametrize(("roles", "is_client"), [((), True), (("Scheduling Manager",), False)])
def test_only_a_client_becomes_the_rows_client(client, click, assessment, roles, is_client):
	user = make_user("Casey", roles=roles, new_password=(password := fresh("Secret")))
	frappe.db.commit()
	client.login(user, password)
	client.call(TRACK, **click)
	assert rows(assessment)[0].client == (user if is_client else None)


def test_only_post_counts(client, click):
	assert client.call(TRACK, "GET", **click).status_code == 403


@pytest.mark.parametrize(
	"headers",
	[
		{"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
		{"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"},
		{"User-Agent": "Mozilla/4.0 (compatible; ms-office; MSOffice 16)"},
		{"User-Agent": "Barracuda Sentinel (EE)"},
		{"User-Agent": "python-requests/2.32"},
		{"User-Agent": ""},
		{"Sec-Purpose": "prefetch;prerender"},
		{"Purpose": "prefetch"},
		{"X-Moz": "prefetch"},
		{"Sec-Fetch-Mode": "no-cors"},
		{"DNT": "1"},
		{"Sec-GPC": "1"},
	],
	ids=str,
)
def test_robots_and_people_who_do_not_want_to_be_tracked_are_not_counted(
	client, assessment, meeting_type, click, headers
):
	assert client.call(TRACK, **click).json()["data"]["counted"]
	client.headers.update({"X-Forwarded-For": somebodys_address(), **headers})
	reason = "no_tracking" if {"DNT", "Sec-GPC"} & set(headers) else "automatic"
	assert client.call(TRACK, **click).json()["data"] == {"counted": False, "reason": reason}
	answer = client.get(tracked_path(meeting_type, assessment), allow_redirects=False)
	assert answer.status_code == 302
	assert len(rows(assessment)) == 1
	# A client who doesn't want to be tracked isn't recognised at the scheduler either.
	assert ("utm_content" in answer.headers["Location"]) == (not {"DNT", "Sec-GPC"} & set(headers))


def test_a_head_request_follows_the_link_uncounted(client, assessment, meeting_type):
	assert client.head(tracked_path(meeting_type, assessment), allow_redirects=False).status_code == 302
	assert rows(assessment) == []


def test_a_tracked_link_counts_and_leads_on(client, assessment, meeting_type):
	path = tracked_path(meeting_type, assessment, "pdf")
	answer = client.get(path, allow_redirects=False, headers={"Referer": f"{REFERRER}?token=secret#x"})
	assert answer.status_code == 302
	assert answer.headers["Location"].startswith("https://calendly.com/johndoe-consulting/30min-strategy?utm_source=")
	assert answer.headers["Location"].endswith(f"utm_content={path.rpartition('/')[2]}")
	assert "no-store" in answer.headers["Cache-Control"]
	(row,) = rows(assessment)
	assert (row.channel, row.referrer) == ("pdf", REFERRER)


@pytest.mark.parametrize("change", ["signature", "facts", "nothing", "address"])
def test_a_changed_link_leads_nowhere(client, assessment, meeting_type, change):
	reference = reference_of(meeting_type, assessment)
	changed = {
		"signature": reference[:-2] + ("AA" if not reference.endswith("AA") else "BB"),
		"facts": "A" + reference,
		"nothing": "nothing",
		"address": "https:%2F%2Fevil.example",
	}[change]
	answer = client.get(f"/schedule/go/{changed}?url=https://evil.example&next=//evil.example", allow_redirects=False)
	assert answer.status_code == 404
	assert "Location" not in answer.headers
	assert rows(assessment) == []


def test_a_link_never_leads_where_its_query_says(client, assessment, meeting_type):
	query = "?url=https://evil.example&redirect=//evil.example&redirect-to=https://evil.example"
	answer = client.get(tracked_path(meeting_type, assessment) + query, allow_redirects=False)
	assert answer.headers["Location"].startswith("https://calendly.com/")
	assert "evil.example" not in answer.headers["Location"]


def test_clicks_are_limited_by_address(client, click):
	frappe.db.set_single_value("Scheduler Settings", "slots_per_minute", 2)
	frappe.db.commit()
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	codes = [client.call(TRACK, **click).status_code for _ in range(3)]
	assert codes == [200, 200, 429]


@pytest.mark.parametrize(
	"nasty",
	[
		"javascript:alert(1)",
		"https://x.example/<script>alert(1)</script>",
		"data:text/html,<script>alert(1)</script>",
		'"><img src=x onerror=alert(1)>',
		"https://x.example/\r\nSet-Cookie: a=b",
		'=HYPERLINK("https://evil.example")',
		"https://user:secret@x.example/",
		"x" * 5000,
		"https://[::1",
	],
)
def test_a_nasty_referrer_or_browser_stays_harmless_text(client, click, assessment, nasty):
	click["referrer"] = nasty
	client.headers["User-Agent"] = f"Mozilla/5.0 {nasty}".replace("\r\n", " ")
	assert client.call(TRACK, **click).status_code == 200
	(row,) = rows(assessment)
	stored = f"{row.referrer or ''}\n{row.user_agent or ''}"
	assert not any(bad in stored for bad in ("<script", "<img"))
	assert "secret@" not in (row.referrer or "")
	assert not (row.referrer or "").startswith(("javascript:", "data:", "=", '"'))
	assert len(row.referrer or "") <= 500
	assert len(row.user_agent or "") <= 500


def test_calendlys_widget_tells_of_a_booking_once(client, assessment, meeting_type):
	frappe.db.set_value(
		"Consultant Scheduler Settings", {"consultant": assessment.consultant}, "webhook_signing_key", None
	)
	frappe.db.commit()
	told = {"reference": reference_of(meeting_type, assessment), "invitee_uri": invitee_uri("BBBBBBBBBBBBBBBB")}
	assert [client.call(SCHEDULED, **told).status_code for _ in range(2)] == [200, 200]
	(row,) = rows(assessment)
	assert (row.event_type, row.assessment, row.scheduler_event_id) == (
		"meeting_booked",
		assessment.name,
		told["invitee_uri"],
	)
	assert row.scheduled_for is None


def test_a_widget_is_only_believed_after_the_webhook_if_there_is_one(client, assessment, meeting_type):
	told = {"reference": reference_of(meeting_type, assessment), "invitee_uri": invitee_uri("CCCCCCCCCCCCCCCC")}
	client.call(SCHEDULED, **told)
	assert rows(assessment) == []
	assert frappe.db.count("Blocked Time", {"user": assessment.consultant}) == 0


@pytest.mark.parametrize(
	"told",
	[
		{"invitee_uri": "https://evil.example/scheduled_events/AAAAAAAAAAAA/invitees/BBBBBBBBBBBB"},
		{"invitee_uri": 7},
		{"reference": "forged.AAAAAAAAAAAAAAAAAAAAAA"},
		{"reference": None},
	],
	ids=str,
)
def test_a_forged_message_of_a_widget_is_refused(client, assessment, meeting_type, told):
	right = {"reference": reference_of(meeting_type, assessment), "invitee_uri": invitee_uri("DDDDDDDDDDDDDDDD")}
	assert client.call(SCHEDULED, **{**right, **told}).status_code in (400, 404)
	assert rows(assessment) == []
