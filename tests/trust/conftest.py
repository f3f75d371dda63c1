"""Visitors of one page, as many as a test wants, each from an address of their own. 2 March 2026 is a Monday."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import altcha
import frappe
import pytest
from frappe.model.document import Document

from scheduler_integration.entry import admission
from tests.support.api import call
from tests.support.factories import at, fresh, make_meeting_type, make_page, payload

NOW = at("2026-03-01 06:00")
MONDAY = at("2026-03-02 00:00")
QUARTER = 900


def solved(challenge: dict[str, Any]) -> str:
	"""Return the proof for a challenge, as a browser makes it."""
	asked = altcha.Challenge.from_dict(challenge)
	return altcha.Payload(asked, altcha.solve_challenge(asked)).to_base64()


@dataclass
class Door:
	"""Books one meeting type as strangers do, in this process. `codes` are the codes that were sent, by address."""

	page: Document
	meeting_type: Document
	codes: list[tuple[str, str]] = field(default_factory=list)
	booked: int = 0

	def comes_from(self, network: str) -> None:
		frappe.utils.set_request(method="POST", path="/", headers={"X-Forwarded-For": network})

	def book(self, **fields: Any) -> tuple[int, dict[str, Any]]:
		"""Book the next time. `start` and all other arguments of `public.book` can be given."""
		fields.setdefault("start", MONDAY + self.booked * QUARTER)
		return self.send(payload(self.page, self.meeting_type, **fields))

	def send(self, values: dict[str, Any]) -> tuple[int, dict[str, Any]]:
		status, body = call("public.book", "Guest", **values)
		if status == 201:
			self.booked += 1
			frappe.db.commit()
		return status, body

	def hold(self, start: int, **fields: Any) -> tuple[int, dict[str, Any]]:
		values = payload(self.page, self.meeting_type, start)
		asked = {name: values[name] for name in ("slug", "meeting_type", "start")}
		return call("public.hold_slot", "Guest", **asked, **fields)

	def challenge(self) -> dict[str, Any] | None:
		where = {"slug": self.page.slug, "meeting_type": self.meeting_type.slug}
		_status, body = call("public.get_challenge", "Guest", **where)
		return body["data"]["challenge"]

	def code_for(self, address: str) -> str:
		return next(code for to, code in reversed(self.codes) if to == address)


@pytest.fixture
def strangers(choose, frozen, monkeypatch) -> Iterator[Door]:
	frozen(NOW)
	_forget_counts()
	hours = {day: ["00:00-00:00"] for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")}
	page = make_page(hours=hours)
	door = Door(page, make_meeting_type(page, duration_minutes=15))
	frappe.db.commit()
	sent = lambda _method, _queue, **job: door.codes.append((job["address"], job["code"]))  # noqa: E731
	monkeypatch.setattr(admission, "queue_job", sent)
	door.comes_from("203.0.113.1")
	yield door
	del frappe.local.request
	_forget_counts()


def _forget_counts() -> None:
	frappe.cache.delete_keys("rl:")


def somebody() -> str:
	return f"{fresh('ada')}@guests.example"
