"""Creates consultants with their schedulers, assessments and links, and the webhooks of external schedulers."""

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode, urlsplit

import frappe
from frappe.model.document import Document

from scheduler_integration.engagement.links import tracked_url
from tests.support import factories
from tests.support.factories import fresh, make_external_type, make_user

KEY = "a-signing-key-of-the-tests"
BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/131.0.0.0 Safari/537.36"}


def make_scheduler(provider: str = "Calendly", consultant: str | None = None, **fields: Any) -> Document:
	"""Create a consultant's settings, with a signing key."""
	return frappe.get_doc(
		{
			"doctype": "Consultant Scheduler Settings",
			"consultant": consultant or make_user(),
			"scheduler_provider": provider,
			"scheduler_url": "https://calendly.com/johndoe-consulting",
			"webhook_signing_key": KEY,
			**fields,
		}
	).insert()


def make_type(consultant: str, **fields: Any) -> Document:
	"""Create a meeting type that has an address of its own on the consultant's external scheduler."""
	address = "https://calendly.com/johndoe-consulting/30min-strategy"
	return make_external_type(
		consultant, **{"title": "30-Minute Strategy Session", "scheduler_event_url": address, **fields}
	)


def make_assessment(consultant: str, **fields: Any) -> Document:
	"""Create an assessment of a client with an e-mail address."""
	return factories.make_assessment(consultant, **{"client_email": f"{fresh('client')}@guests.example", **fields})


def tracked_path(meeting_type: Document, assessment: Document, channel: str = "report") -> str:
	"""Return the path of a tracked link."""
	return urlsplit(tracked_url(meeting_type.name, assessment.consultant, assessment.name, channel)).path


def reference_of(meeting_type: Document, assessment: Document) -> str:
	return tracked_path(meeting_type, assessment).rpartition("/")[2]


def engagement(**filters: Any) -> list[frappe._dict]:
	"""Return the engagement rows that match, oldest first."""
	return frappe.get_all("Scheduler Engagement", filters, ["*"], order_by="creation")


def signed(body: bytes, now: int, key: str = KEY, field: str = "v1") -> str:
	"""Return a signature as Calendly, OnceHub and the app's own webhook write it."""
	digest = hmac.new(key.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
	return f"t={now},{field}={digest}"


def signed_by_acuity(body: bytes, key: str = KEY) -> str:
	return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


# Payloads as the vendors' public documents describe them, with names and addresses of our own.


def calendly(
	kind: str, invitee: str, at: str, start: str, end: str, *, payload: dict | None = None, **invitees: Any
) -> dict[str, Any]:
	"""Return a webhook of Calendly. `at` is when it happened, `invitee` the last part of the invitee's URI."""
	return {
		"event": kind,
		"created_at": at,
		"created_by": "https://api.calendly.com/users/AAAAAAAAAAAAAAAA",
		"payload": {
			"uri": invitee_uri(invitee),
			"email": "client@guests.example",
			"name": "Casey Client",
			"status": "canceled" if kind == "invitee.canceled" else "active",
			"text_reminder_number": None,
			"timezone": "America/New_York",
			"event": "https://api.calendly.com/scheduled_events/GBGBDCAADAEDCRZ2",
			"old_invitee": None,
			"new_invitee": None,
			"rescheduled": False,
			"no_show": None,
			"questions_and_answers": [],
			"tracking": {
				"utm_campaign": None,
				"utm_source": None,
				"utm_medium": None,
				"utm_content": None,
				"utm_term": None,
			},
			"scheduled_event": {
				"uri": "https://api.calendly.com/scheduled_events/GBGBDCAADAEDCRZ2",
				"name": "30-Minute Strategy Session",
				"status": "active",
				"start_time": start,
				"end_time": end,
				"event_type": "https://api.calendly.com/event_types/HBHBDCAADAEDCRZ2",
				"location": {"type": "zoom", "status": "pushed", "join_url": "https://zoom.example/j/1"},
				"invitees_counter": {"total": 1, "active": 1, "limit": 1},
				"event_memberships": [{"user": "https://api.calendly.com/users/AAAAAAAAAAAAAAAA"}],
				"event_guests": [],
			},
			**invitees,
			**(payload or {}),
		},
	}


def invitee_uri(name: str) -> str:
	return f"https://api.calendly.com/scheduled_events/GBGBDCAADAEDCRZ2/invitees/{name}"


def oncehub(kind: str, booking: str, at: str, start: str, **data: Any) -> dict[str, Any]:
	return {
		"id": "EVNT-2AB8RJY3LF",
		"object": "event",
		"creation_time": at,
		"type": kind,
		"api_version": "v2",
		"data": {
			"object": "booking",
			"id": booking,
			"tracking_id": booking,
			"subject": "15-minute meeting",
			"status": "scheduled",
			"in_trash": False,
			"creation_time": at,
			"starting_time": start,
			"duration_minutes": 15,
			"customer_timezone": "America/New_York",
			"form_submission": {
				"name": "Casey Client",
				"email": "client@guests.example",
				"phone": None,
				"company": "ABC Corp",
				"custom_fields": [],
			},
			**data,
		},
	}


def generic(event: str, booking: str, at: str, start: str, end: str, **fields: Any) -> dict[str, Any]:
	return {
		"event": event,
		"occurred_at": at,
		"booking": {
			"id": booking,
			"start": start,
			"end": end,
			"title": "Call",
			"attendee_name": "Casey Client",
			"attendee_email": "client@guests.example",
			**fields,
		},
	}


def appointment(number: int, start: str, **fields: Any) -> dict[str, Any]:
	"""Return what Acuity's API answers for an appointment."""
	return {
		"id": number,
		"firstName": "Casey",
		"lastName": "Client",
		"phone": "",
		"email": "client@guests.example",
		"datetime": start,
		"duration": "60",
		"type": "60-Minute Deep Dive",
		"appointmentTypeID": 1,
		"calendarID": 27238,
		"timezone": "America/New_York",
		"canceled": False,
		"forms": [],
		**fields,
	}


def send(client: Any, method: str, settings: Document, body: object, now: int, **options: Any) -> Any:
	"""Send a webhook over HTTP. `options`: the `key`, or the whole `signature`."""
	header, field = {
		"calendly": ("Calendly-Webhook-Signature", "v1"),
		"oncehub": ("Oncehub-Signature", "s"),
		"custom": ("X-Scheduler-Signature", "v1"),
		"acuity": ("X-Acuity-Signature", ""),
	}[method]
	is_form = method == "acuity"
	raw = urlencode(body).encode() if is_form else json.dumps(body).encode()
	key = options.get("key", KEY)
	signature = options.get("signature") or (signed_by_acuity(raw, key) if is_form else signed(raw, now, key, field))
	kind = "application/x-www-form-urlencoded" if is_form else "application/json"
	return client.post(
		f"/api/method/scheduler_integration.api.webhooks.{method}?settings={settings.name}",
		data=raw,
		headers={header: signature, "Content-Type": kind},
	)
