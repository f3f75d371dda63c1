"""Pages that the tests of pages and of the browser book: the host works every day, from tomorrow on."""

from datetime import date, timedelta
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils.password import update_password

from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.platform.clock import now, utc
from tests.pages.reading import read, typed_in
from tests.support import door
from tests.support.factories import (
	make_host,
	make_meeting_type,
	make_page,
	make_schedule,
	make_team_page,
	make_user,
	page_of,
	payload,
)
from tests.support.server import Client

PASSWORD = "A-long-enough-one-1"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

QUESTIONS = [
	{"label": "What would you like to discuss?", "question_type": "Long Text", "required": 1},
	{"label": "How big is your team?", "question_type": "Select", "options": "1–10\n11–50\n51+"},
	{
		"label": "Which topics?",
		"question_type": "Multi Select",
		"options": "Pricing\nIntegration\nSecurity",
		"required": 1,
		"help_text": "Choose all that fit.",
	},
	{"label": "I agree to be recorded", "question_type": "Checkbox"},
	{"label": "Budget in thousands", "question_type": "Number"},
]


def make_offer(page_fields: dict[str, Any] | None = None, hours: str = "09:00-18:00", **fields: Any) -> Document:
	"""Create and commit a page with one meeting type. Returns the type."""
	page = make_page(
		make_user("Jane", last_name="Doe"),
		hours={day: [hours] for day in DAYS},
		schedule={"minimum_notice_hours": _hours_of_today_left(), "max_days_in_advance": 60},
		**{
			"title": "Jane Doe",
			"timezone": "UTC",
			"description": "Product strategy for growing teams.",
			"brand_color": "#0f766e",
			**(page_fields or {}),
		},
	)
	meeting_type = make_meeting_type(
		page,
		**{
			"title": "Intro call",
			"description": "A first conversation to find out whether we fit.",
			"confirmation_message": "Please bring your latest roadmap.",
			"location_type": "Custom",
			"location_details": "https://meet.example/abc",
			**fields,
		},
	)
	frappe.db.commit()
	return meeting_type


def make_colleague(meeting_type: Document) -> str:
	"""Create and commit Tom, who has the same type on his own page, between 10 and 12 each day. Returns the user."""
	user = make_host("Tom", {day: ["10:00-12:00"] for day in DAYS})
	make_meeting_type(make_page(user, title="Tom"), slug=meeting_type.slug, stands_in=1)
	frappe.db.commit()
	return user


def _hours_of_today_left() -> int:
	"""Return the hours until midnight UTC, rounded up. As minimum notice, they exclude today but not tomorrow."""
	return 24 - now() % 86400 // 3600


# The day on which the tests began (UTC): those that run after midnight mean the same days as those before.
_BEGAN = now() // 86400 * 86400


def in_three_days(hour: float) -> int:
	"""Return an instant at this hour (UTC) of `day_in(3)`: free in an offer between 9 and 18."""
	return _BEGAN + 3 * 86400 + int(hour * 3600)


def day_in(days: int) -> date:
	"""Return the day that many days after the tests began (UTC)."""
	return utc(_BEGAN).date() + timedelta(days=days)


def wish_for(meeting_type: Document, start: int | None = None, **fields: Any) -> dict[str, Any]:
	"""Return arguments of `public.book`, by default for noon in three days."""
	return payload(page_of(meeting_type), meeting_type, in_three_days(12) if start is None else start, **fields)


def book(meeting_type: Document, start: int | None = None, **fields: Any) -> AttendeeBooking:
	"""Book a meeting of the type, by default at noon in three days, and commit."""
	booked = door.book(wish_for(meeting_type, start, **fields), now())
	frappe.db.commit()
	return booked


def path_of(meeting_type: Document) -> str:
	page = frappe.db.get_value("Scheduling Page", meeting_type.scheduling_page, "slug")
	return f"/schedule/{page}/{meeting_type.slug}"


def bookings_of(meeting_type: Document) -> list[Document]:
	"""Return the committed bookings of a type, as another connection sees them now."""
	frappe.db.rollback()
	names = frappe.get_all("Booking", {"meeting_type": meeting_type.name}, pluck="name", order_by="creation")
	return [frappe.get_doc("Booking", name) for name in names]


def host_of(meeting_type: Document) -> str:
	"""Return the user of the type's page."""
	return frappe.db.get_value("Scheduling Page", meeting_type.scheduling_page, "user")


def sign_in(client: Client, user: str) -> None:
	update_password(user, PASSWORD)
	frappe.db.commit()
	assert client.login(user, PASSWORD).ok


class TeamOffer:
	"""A round robin of a manager, who works until eight in the evening, and a colleague, who works until six."""

	def __init__(self) -> None:
		self.manager = make_user("Ann", ("Scheduling User", "Scheduling Manager"))
		self.colleague = make_user("Ben")
		make_schedule(self.manager, {day: ["09:00-20:00"] for day in DAYS})
		make_schedule(self.colleague, {day: ["09:00-18:00"] for day in DAYS})
		self.page = make_team_page([self.manager, self.colleague])
		self.meeting_type = make_meeting_type(self.page, assignment="Round Robin", round_robin_mode="Availability")

	def book(self, hour: int, host: str) -> str:
		"""Book a meeting in three days with this host, even if it isn't their turn. Commits; returns the name."""
		self._activate({"user": ["!=", host]}, 0)
		booking = door.book(payload(self.page, self.meeting_type, in_three_days(hour)), now()).id
		self._activate({}, 1)
		frappe.db.commit()
		return booking

	def _activate(self, rows: dict[str, Any], is_active: int) -> None:
		frappe.db.set_value("Scheduling Page Host", {"parent": self.page.name, **rows}, "is_active", is_active)
		frappe.clear_document_cache("Scheduling Page", self.page.name)


def meeting_path(name: str, panel: str = "") -> str:
	"""Return the address of a host's page of one meeting, with one of its panels open."""
	return f"/scheduling/meeting/{name}{f'?do={panel}' if panel else ''}"


def press(client: Client, name: str, action: str, panel: str = "", **typed: Any) -> Any:
	"""Open a meeting's page, fill in the form that has the button, and press it. Returns the response."""
	page = read(client.get(meeting_path(name, panel)).text)
	[form] = [form for form in page.one("main").all("form", method="post") if form.all("button", value=action)]
	return client.post(meeting_path(name), data=[*typed_in(form, **typed), ("action", action)])
