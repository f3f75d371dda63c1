"""The doors by which somebody books: a program by HTTP, an assistant by MCP, and an assistant in a browser by the page's form."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from jsonschema import Draft202012Validator
from playwright.sync_api import Error

from scheduler_integration.api.visitor_tools import quotes_of
from scheduler_integration.catalogue.lookup import find_bookable
from tests.support.factories import fresh
from tests.support.official_mcp import Official
from tests.support.openapi_client import Api, Refusal

ZONE = "Europe/Berlin"


@dataclass(frozen=True)
class Seen:
	"""What a door tells of a booking. `link` is its manage link."""

	title: str
	status: str
	start: str
	end: str
	link: str

	@property
	def token(self) -> str:
		return self.link.rpartition("/")[2]


@dataclass
class Refused(Exception):
	"""What a door refuses: a code for programs, and a sentence that says what to do."""

	code: str
	sentence: str


class Door(Protocol):
	"""One door to the page `page`. Each method raises Refused.

	`choose` is what somebody does before the last step: it returns what `book` and `move` take. With `since_past` the time was
	free when it was chosen, and is past by now. `code` are the digits from the person's mail.
	"""

	def types(self) -> dict[str, str]: ...
	def times(self, meeting_type: str, day: str) -> list[str]: ...
	def choose(self, meeting_type: str, start: str, moves: Seen | None = None, *, since_past: bool = False) -> Any: ...
	def book(self, chosen: Any, person: dict[str, str], code: str | None = None) -> Seen: ...
	def look(self, link: str) -> Seen: ...
	def move(self, booking: Seen, chosen: Any, code: str | None = None) -> Seen: ...
	def cancel(self, booking: Seen, code: str | None = None) -> Seen: ...


def _seen(data: dict[str, Any]) -> Seen:
	return Seen(data["meeting_type"]["title"], data["status"], data["start"], data["end"], data["manage_url"])


class ByHttp:
	"""A program that has read the OpenAPI document."""

	def __init__(self, page: str, api: Api):
		self.page, self.api = page, api

	def _call(self, name: str, **arguments: Any) -> Any:
		try:
			return getattr(self.api.public, name)(**arguments)
		except Refusal as refusal:
			raise Refused(refusal.code, refusal.error) from None

	def types(self) -> dict[str, str]:
		return {each["slug"]: each["title"] for each in self._call("get_page", slug=self.page)["meeting_types"]}

	def times(self, meeting_type: str, day: str) -> list[str]:
		found = self._call("get_slots", slug=self.page, meeting_type=meeting_type, date=day, timezone=ZONE)
		return [slot["start"] for slot in found["days"].get(day, [])]

	def choose(self, meeting_type: str, start: str, moves: Seen | None = None, *, since_past: bool = False) -> Any:
		return {"slug": self.page, "meeting_type": meeting_type, "start": start}

	def book(self, chosen: Any, person: dict[str, str], code: str | None = None) -> Seen:
		more = {"code": code} if code else {}
		return _seen(self._call("book", **chosen, **person, timezone=ZONE, **more))

	def look(self, link: str) -> Seen:
		return _seen(self._call("get_booking", token=link.rpartition("/")[2]))

	def move(self, booking: Seen, chosen: Any, code: str | None = None) -> Seen:
		return _seen(self._call("reschedule", token=booking.token, start=chosen["start"]))

	def cancel(self, booking: Seen, code: str | None = None) -> Seen:
		return _seen(self._call("cancel", token=booking.token))


class ByMcp:
	"""An assistant with the official client of MCP."""

	def __init__(self, page: str, client: Official):
		self.page, self.client = page, client
		self._keys: dict[str, str] = {}

	def _call(self, tool: str, **arguments: Any) -> Any:
		answer = self.client.call(tool, **{name: each for name, each in arguments.items() if each is not None})
		told = answer["structuredContent"]
		if answer["isError"]:
			raise Refused(told["code"], told["error"])
		return told

	def types(self) -> dict[str, str]:
		return {each["slug"]: each["title"] for each in self._call("list_types")["meeting_types"]}

	def _days(self, meeting_type: str, day: str) -> list[dict[str, str]]:
		asked = {"meeting_type": meeting_type, "start_date": day, "end_date": day, "timezone": ZONE}
		return self._call("find_times", **asked)["days"].get(day, [])

	def times(self, meeting_type: str, day: str) -> list[str]:
		return [slot["start"] for slot in self._days(meeting_type, day)]

	def choose(self, meeting_type: str, start: str, moves: Seen | None = None, *, since_past: bool = False) -> Any:
		if since_past:
			# The server's clock can't be put forward, so this quote was never given by a tool.
			bookable = find_bookable(self.page, meeting_type)
			minutes = bookable.meeting_type.duration_minutes
			return {"quote": quotes_of(self.page, bookable, minutes)(start), "key": fresh("key-of-a-call")}
		[slot] = [slot for slot in self._days(meeting_type, start[:10]) if slot["start"] == start]
		return {"quote": slot["quote"], "key": fresh("key-of-a-call")}

	def book(self, chosen: Any, person: dict[str, str], code: str | None = None) -> Seen:
		return _seen(self._call("book", **chosen, **person, timezone=ZONE, code=code))

	def look(self, link: str) -> Seen:
		return _seen(self._call("booking", link=link))

	def move(self, booking: Seen, chosen: Any, code: str | None = None) -> Seen:
		return _seen(self._call("move", link=booking.link, **chosen, code=code))

	def cancel(self, booking: Seen, code: str | None = None) -> Seen:
		return _seen(self._call("cancel", link=booking.link, code=code))


class ByPage:
	"""An assistant in a browser without scripts. The browser makes tools of forms (WebMCP), and fills a form in for the assistant.

	A person chooses the time, and presses the button. The assistant gets what the next page tells in JSON-LD.
	"""

	def __init__(self, slug: str, window: Any):
		self.slug, self.page = slug, window.page
		self.tools: dict[str, dict[str, Any]] = {}
		self._answers: list[dict[str, Any]] = []
		self._browser = window.context.new_cdp_session(window.page)
		self._browser.on(
			"WebMCP.toolsAdded", lambda event: self.tools.update({each["name"]: each for each in event["tools"]})
		)
		self._browser.on("WebMCP.toolResponded", lambda event: self._answers.append(event))
		try:
			self._browser.send("WebMCP.enable")
		except Error:
			pytest.skip("this Chromium makes no tools of forms (WebMCP): a newer one is needed")

	def _open(self, path: str) -> None:
		self.tools.clear()
		self.page.goto(path)
		self._check()

	def _told(self) -> dict[str, Any] | None:
		found = self.page.locator("script[type='application/ld+json']")
		return json.loads(found.text_content()) if found.count() else None

	def _check(self) -> dict[str, Any] | None:
		told = self._told()
		if told and told["@type"] == "Action":
			raise Refused(told["error"]["identifier"], told["error"]["description"])
		return told

	def _booking(self) -> Seen:
		told = self._check()
		assert told
		state, event = told["reservationStatus"].rpartition("/Reservation")[2], told["reservationFor"]
		status = {"Confirmed": "Scheduled"}.get(state, state)
		return Seen(event["name"], status, event["startDate"], event["endDate"], told["url"])

	def types(self) -> dict[str, str]:
		self._open(f"/schedule/{self.slug}")
		cards = self.page.locator("a.meeting").all()
		titles = [card.locator(".meeting-title > :first-child").inner_text() for card in cards]
		return {card.get_attribute("href").rpartition("/")[2]: title for card, title in zip(cards, titles, strict=True)}

	def times(self, meeting_type: str, day: str) -> list[str]:
		self._open(f"/schedule/{self.slug}/{meeting_type}?date={day}&tz={ZONE}")
		links = [each.get_attribute("href") for each in self.page.locator("a.time").all()]
		starts = [parse_qs(urlsplit(link).query)["start"][0] for link in links]
		# Instead of a day without times, the page shows the next one that has some.
		return [start for start in starts if start.startswith(day)]

	def choose(self, meeting_type: str, start: str, moves: Seen | None = None, *, since_past: bool = False) -> Any:
		path = f"/schedule/{self.slug}/{meeting_type}?tz={ZONE}"
		if moves:
			self._open(f"{path}&reschedule={moves.token}")
			path += f"&reschedule={moves.token}"
		if since_past:
			self._open(path)
			self.page.locator("a.time").first.click()
			return start
		self._open(f"{path}&start={quote(start)}")
		return None

	def book(self, chosen: Any, person: dict[str, str], code: str | None = None) -> Seen:
		form = self.page.locator("#booking-form")
		if chosen:
			# The server's clock can't be put forward: the time was chosen long ago.
			form.evaluate("(form, start) => { form.elements.start.value = start }", chosen)
		return self._use("book_meeting", person | ({"code": code} if code else {}), form.locator("#submit"))

	def look(self, link: str) -> Seen:
		self._open(link)
		return self._booking()

	def move(self, booking: Seen, chosen: Any, code: str | None = None) -> Seen:
		return self._use("move_meeting", {}, self.page.locator("#submit"))

	def cancel(self, booking: Seen, code: str | None = None) -> Seen:
		self._open(f"{booking.link}?cancel=1")
		return self._use("cancel_meeting", {"reason": "I am ill."}, self.page.locator("#cancel button[value=cancel]"))

	def fill_in(self, name: str, given: dict[str, str]) -> None:
		"""Call the tool, which fills the form in and sends nothing."""
		# A field that an answer has just brought becomes part of the tool a moment after that answer.
		self._wait(lambda: name in self.tools and given.keys() <= self.tools[name]["inputSchema"]["properties"].keys())
		tool, address = self.tools[name], self.page.url
		assert tool["description"]
		Draft202012Validator(tool["inputSchema"]).validate(given)
		self._answers.clear()
		self._browser.send("WebMCP.invokeTool", {"frameId": tool["frameId"], "toolName": name, "input": given})
		for field, value in given.items():
			self._wait(lambda field=field, value=value: self.page.locator(f"[name={field}]").input_value() == value)
		assert (self._answers, self.page.url) == ([], address), "The tool sent the form by itself"

	def answer(self) -> Any:
		"""Return what the assistant gets after the person has pressed the button."""
		self._wait(lambda: self._answers)
		[answer] = self._answers
		assert answer["status"] == "Completed", answer
		return answer["output"]

	def _use(self, name: str, given: dict[str, str], button: Any) -> Seen:
		self.fill_in(name, given)
		self.tools.clear()
		with self.page.expect_navigation():
			button.click()
		assert self.answer() == [self._told()]
		return self._booking()

	def _wait(self, is_so: Callable[[], Any]) -> None:
		for _try in range(200):
			if is_so():
				return
			self.page.wait_for_timeout(25)
		raise AssertionError("The browser didn't do it within five seconds")
