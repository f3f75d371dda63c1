"""Any bad input gets a 4xx with a sentence and a code; nothing is stored and nothing crashes."""

import json
import re

import frappe
import pytest

from tests.support.factories import fresh, make_meeting_type, make_page
from tests.support.site import is_released_16

pytestmark = pytest.mark.usefixtures("commit_clean")

PUBLIC = "scheduler_integration.api.public"

DEEP = json.loads('{"a":' * 50 + "1" + "}" * 50)
NASTY = {
	"null": None,
	"empty": "",
	"number": 12345678901234567890,
	"negative": -1,
	"boolean": True,
	"list": [1, "two", None],
	"object": {"nested": {"deeper": [1]}},
	"deep": DEEP,
	"control characters": "a\x00b\x07\x1b[31m",
	"newline": "a\r\nBcc: x@evil.example",
	"html": "<img src=x onerror=alert(1)>",
	"sql": "' or 1=1; drop table tabBooking; --",
	"template": "{{ 7*7 }}{% for x in ().__class__.__base__.__subclasses__() %}",
	"surrogate": "\ud800",
	"emoji": "📅" * 200,
	"absurd date": "9999-99-99",
	"far future": "9999-12-31",
	"long ago": "0001-01-01T00:00:00+14:00",
	"time without a zone": "2026-11-23T14:30:00",
	"unknown zone": "Mars/Olympus_Mons",
	"path": "../../etc/passwd",
	"no number": "NaN",
	"fraction": 1.5,
	"zero": 0,
	"beyond numbers": "1e999",
	"other digits": "٣٠",
	"thousands of digits": "9" * 5000,
	"last minute": "2199-12-31T23:59:00+00:00",
	"offset of a day": "2026-11-23T14:30:00+24:00",
	"folder of zones": "Europe",
	"file beside zones": "leapseconds",
	"direction": "\u202e\u2066x",
}
ARGUMENTS = {
	"get_page": ("slug",),
	"get_slots": ("slug", "meeting_type", "start_date", "end_date", "date", "timezone", "duration", "hold", "ends"),
	"next_slots": ("slug", "meeting_type", "after", "timezone", "duration", "hold"),
	"hold_slot": ("slug", "meeting_type", "start", "duration", "hold"),
	"release_slot": ("hold",),
	"book": (
		"slug",
		"meeting_type",
		"start",
		"parts",
		"attendee_name",
		"attendee_email",
		"timezone",
		"duration",
		"attendee_phone",
		"attendee_company",
		"notes",
		"guests",
		"answers",
		"language",
		"idempotency_key",
		"source",
		"utm_source",
		"hold",
		"website",
	),
	"get_booking": ("token",),
	"cancel": ("token", "reason"),
	"calendar_file": ("token",),
}
# Frappe 16 refuses these as JSON, Frappe 15 doesn't: lone surrogates, NaN and infinite numbers.
ANY_STRICT_JSON = re.compile(rb"\\ud800|NaN|Infinity|1e999")
GET = ("get_page", "get_slots", "next_slots", "get_booking", "calendar_file")
# These aren't wrong: an empty optional argument, a date in the far future, and an unknown key.
FORGIVEN = {
	"get_slots": ("timezone", "duration", "date", "start_date", "end_date", "hold", "ends"),
	"next_slots": ("after", "timezone", "duration", "hold"),
	"release_slot": ("hold",),
}


@pytest.fixture
def asked():
	"""Create a page with one required question, without rate limits."""
	page = make_page()
	question = {"label": "Why?", "question_type": "Text", "required": 1}
	meeting_type = make_meeting_type(page, questions=[question])
	for field in ("bookings_per_hour", "slots_per_minute"):
		frappe.db.set_single_value("Scheduler Settings", field, 0)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()
	return page, meeting_type


def good(method, page, meeting_type):
	"""Return arguments that are right except for `start`. The token doesn't exist."""
	return {
		"get_page": {"slug": page.slug},
		"get_slots": {
			"slug": page.slug,
			"meeting_type": meeting_type.slug,
			"start_date": "2026-11-23",
			"end_date": "2026-11-24",
		},
		"next_slots": {"slug": page.slug, "meeting_type": meeting_type.slug},
		"hold_slot": {
			"slug": page.slug,
			"meeting_type": meeting_type.slug,
			"start": "2020-01-01T00:00:00+00:00",
		},
		"book": {
			"slug": page.slug,
			"meeting_type": meeting_type.slug,
			"start": "2020-01-01T00:00:00+00:00",
			"attendee_name": "Ada",
			"attendee_email": f"{fresh('ada')}@guests.example",
			"timezone": "UTC",
			"answers": {meeting_type.questions[0].name: "So"},
		},
	}.get(method, {})


def check(answer, what):
	assert 400 <= answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:300]}"
	body = answer.json()
	if is_released_16() and body.get("exc_type") == "DataError":
		# Frappe refuses these before it calls the app; see docs/reference/api.md.
		assert answer.status_code == 417, what
		assert ANY_STRICT_JSON.search(answer.request.body), what
		return
	assert body["success"] is False, what
	assert body["error"].endswith("."), what
	assert body["code"].isupper(), what
	assert "Traceback" not in answer.text, what


def counts():
	frappe.db.rollback()
	return {doctype: frappe.db.count(doctype) for doctype in ("Booking", "Contact", "Event", "Error Log")}


@pytest.mark.long
@pytest.mark.parametrize("method", list(ARGUMENTS))
def test_nasty_values_are_refused_in_words(client, asked, method):
	before = counts()
	http_method = "GET" if method in GET else "POST"
	for argument in ARGUMENTS[method]:
		for label, value in NASTY.items():
			arguments = {**good(method, *asked), argument: value}
			if http_method == "GET":
				arguments = {key: _as_query(each) for key, each in arguments.items()}
			answer = client.call(f"{PUBLIC}.{method}", http_method, **arguments)
			if answer.status_code == 200 and argument in FORGIVEN.get(method, ()):
				continue
			check(answer, f"{method}({argument}={label})")
	assert counts() == before


def _as_query(value):
	"""Return the arguments as text for a query, without lone surrogates."""
	text = value if isinstance(value, str) else json.dumps(value)
	return text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("method", GET)
def test_no_arguments_at_all_are_refused_in_words(client, asked, method):
	check(client.call(f"{PUBLIC}.{method}", "GET"), method)


@pytest.mark.parametrize("method", ["hold_slot", "book", "cancel"])
def test_no_arguments_to_what_writes_are_refused_in_words(client, asked, method):
	check(client.call(f"{PUBLIC}.{method}"), method)


@pytest.mark.long
@pytest.mark.parametrize(
	"argument", ["slug", "start", "attendee_name", "attendee_email", "notes", "answers", "timezone"]
)
def test_ten_megabytes_in_one_argument_are_refused(client, asked, argument):
	before = counts()
	request = {**good("book", *asked), argument: "x" * 10_000_000}
	answer = client.call(f"{PUBLIC}.book", **request)
	assert 400 <= answer.status_code < 500
	assert counts() == before


@pytest.mark.parametrize("body", ["[]", '"text"', "null", "17"])
def test_a_body_that_is_no_object_is_a_client_error(client, asked, body):
	before = counts()
	answer = client.post(f"/api/method/{PUBLIC}.book", data=body.encode(), headers={"Content-Type": "application/json"})
	assert 400 <= answer.status_code < 500
	assert counts() == before


@pytest.mark.parametrize("method", ["hold_slot", "book"])
@pytest.mark.parametrize(
	"body", ['{"duration": NaN, "slug": Infinity}', '{"duration": 1e999}', r'{"slug": "\u0000"}', ""]
)
def test_json_with_odd_values_is_a_client_error(client, asked, method, body):
	headers = {"Content-Type": "application/json"}
	check(client.post(f"/api/method/{PUBLIC}.{method}", data=body.encode(), headers=headers), body)


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe\x00", b"[" * 100_000, b'{"duration": ' + b"9" * 5000 + b"}"])
def test_a_body_that_cannot_be_read_is_refused_by_frappe_itself(client, asked, body):
	"""Frappe refuses it before it calls the app; see docs/reference/api.md."""
	before = frappe.db.count("Booking")
	answer = client.post(f"/api/method/{PUBLIC}.book", data=body, headers={"Content-Type": "application/json"})
	assert answer.status_code == (417 if is_released_16() else 500)
	assert counts()["Booking"] == before


@pytest.mark.parametrize(
	("first", "last", "code"),
	[
		("2026-11-23", "2027-03-01", "RANGE_TOO_LONG"),
		("2026-11-23", "2026-11-22", "VALIDATION_ERROR"),
		("2026-02-30", "2026-03-01", "INVALID_DATE"),
		("20261123", "20261124", "INVALID_DATE"),
		("3026-11-23", "3026-11-24", "INVALID_DATE"),
	],
)
def test_ranges_of_days_are_checked(client, asked, first, last, code):
	arguments = {**good("get_slots", *asked), "start_date": first, "end_date": last}
	assert client.call(f"{PUBLIC}.get_slots", "GET", **arguments).json()["code"] == code
