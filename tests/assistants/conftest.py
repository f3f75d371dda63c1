"""An assistant that calls tools in this process, as a request of its own each."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import frappe
import pytest

from scheduler_integration.api import mcp
from scheduler_integration.entry import admission
from tests.support.factories import at, fresh, make_meeting_type, make_page

NOW = at("2026-03-01 06:00")
MONDAY = "2026-03-02"


@dataclass
class Assistant:
	"""Calls one of the two endpoints: that of a page's visitors, or with a `user` that of hosts."""

	user: str = "Guest"
	page: str = ""
	scope: str = "propose"

	def post(self, message: Any, **headers: str) -> Any:
		"""Send a message, and return the response."""
		before, text = frappe.session.user, message if isinstance(message, str) else json.dumps(message)
		named = {name.replace("_", "-"): value for name, value in headers.items()}
		# Frappe hands on the fields of a JSON body as arguments.
		given = message if isinstance(message, dict) else {}
		frappe.utils.set_request(
			method="POST", path="/api/method/x", query_string={"scope": self.scope}, data=text, headers=named
		)
		frappe.set_user(self.user)
		try:
			return mcp.host(**given) if self.user != "Guest" else mcp.visitor(page=self.page)
		finally:
			frappe.set_user(before)
			del frappe.local.request

	def result(self, method: str, **params: Any) -> dict[str, Any]:
		return json.loads(self.post({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).data)["result"]

	def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
		"""Call a tool that succeeds, and return its data."""
		answer = self.result("tools/call", name=tool, arguments=arguments)
		assert not answer["isError"], answer
		frappe.db.commit()
		return answer["structuredContent"]

	def refused(self, tool: str, **arguments: Any) -> dict[str, Any]:
		"""Call a tool that refuses, and return its error."""
		answer = self.result("tools/call", name=tool, arguments=arguments)
		assert answer["isError"], answer
		frappe.db.commit()
		return answer["structuredContent"]

	def tools(self) -> dict[str, dict[str, Any]]:
		return {each["name"]: each for each in self.result("tools/list")["tools"]}


@pytest.fixture
def codes(monkeypatch) -> Callable[[str], str]:
	"""Return a function that gives the newest code which an address got."""
	sent: list[tuple[str, str]] = []
	monkeypatch.setattr(admission, "queue_job", lambda *_where, **job: sent.append((job["address"], job["code"])))
	find = lambda address: next(code for to, code in reversed(sent) if to == address)  # noqa: E731
	find.sent = sent  # type: ignore[attr-defined]
	return find


@pytest.fixture
def meeting_type(commit_clean, frozen) -> Any:
	frozen(NOW)
	page = make_page(hours={"Monday": ["09:00-17:00"], "Tuesday": ["09:00-17:00"]})
	made = make_meeting_type(page, duration_minutes=30)
	frappe.db.commit()
	return made


@pytest.fixture
def visitor(meeting_type) -> Iterator[Assistant]:
	"""The assistant of somebody who reads the page."""
	frappe.cache.delete_keys("rl:")
	yield Assistant(page=frappe.db.get_value("Scheduling Page", meeting_type.scheduling_page, "slug"))
	frappe.cache.delete_keys("rl:")


@pytest.fixture
def helper(meeting_type) -> Assistant:
	"""The assistant of the page's host."""
	return Assistant(user=frappe.db.get_value("Scheduling Page", meeting_type.scheduling_page, "user"))


def new_key() -> str:
	return fresh("a-key-that-nobody-can-guess")
