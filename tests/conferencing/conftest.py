"""Fixtures: bookings with video calls, and the task that makes them."""

from collections.abc import Callable
from typing import Any

import frappe
import pytest
from frappe.model.document import Document

from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, payload
from tests.support.outbox import deliver

# A Monday.
NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
DAY = 86400


@pytest.fixture(autouse=True)
def _commits(commit_clean: None) -> None:
	"""The handler commits between its steps."""


@pytest.fixture
def book() -> Callable[..., Document]:
	"""Book a meeting of the type, and run its tasks as the job after the commit does.

	Without `mails` no message is sent: the video task is what most tests are about, and mails take long.
	"""

	def make(
		meeting_type: Document,
		start: int = NINE,
		now: int = NOW,
		run: bool = True,
		mails: bool = False,
		**fields: Any,
	) -> Document:
		page = frappe.get_doc("Scheduling Page", meeting_type.scheduling_page)
		made = door.book(payload(page, meeting_type, start, **fields), now)
		frappe.db.commit()
		return settle(made.id, now=now, mails=mails)[0] if run else frappe.get_doc("Booking", made.id)

	return make


@pytest.fixture
def jitsi_type() -> Document:
	return make_meeting_type(make_page(), location_type="Jitsi")


def settle(*names: str, now: int = NOW, mails: bool = False) -> list[Document]:
	"""Run the tasks of these bookings that are due at `now`, and return the bookings."""
	for name in names:
		if not mails:
			waiting = {"booking": name, "kind": "email", "status": "Pending"}
			frappe.db.set_value("Outbox Task", waiting, "due_at", now + 365 * DAY)
		deliver(name, now)
	frappe.db.rollback()
	return [frappe.get_doc("Booking", name) for name in names]


def calls(**filters: Any) -> list[frappe._dict]:
	"""Return the rows of Video Meeting, oldest first."""
	return frappe.get_all("Video Meeting", filters, ["*"], order_by="creation asc")


def settings(**fields: Any) -> None:
	"""Set fields of Scheduler Settings, as an administrator does."""
	doc = frappe.get_doc("Scheduler Settings")
	doc.update(fields)
	doc.save()
	frappe.db.commit()
