"""Guests who book, move and cancel over HTTP, and remember what they were told.

A guest who gets no answer, or the answer "not now" (503), asks again with the same idempotency key, at another server, as the
app's own page and a proxy do. So in the end each guest knows whether there is a meeting: `checks.py` compares.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from benchmarks.load import NAMES
from proof.world import World
from tests.support.server import somebodys_address

METHOD = "/api/method/scheduler_integration.api.public."
# So long a guest asks again after the others have gone.
PATIENCE = 90
# An answer may wait for a node that says nothing, until the others decide that it is gone.
TIMEOUT = 40
_LONGEST_PAUSE = 2.0
# All guests like the same time, for so many seconds.
_FASHION_SECONDS = 0.3
NOT_NOW = 503
# Frappe reads the session before the app is asked, and ends the transaction after the app has answered. If the database dies
# in between, the error leaves Frappe, and gunicorn answers with a page of its own. Only a proxy can make a 503 of that.
_BARE, _BARE_PAGE = "500 of gunicorn", b"<h1><p>Internal Server Error</p></h1>"


@dataclass(frozen=True, slots=True)
class Offer:
	"""A meeting type that can be booked, by the slugs of its page and its own."""

	page: str
	type: str


@dataclass(slots=True)
class Meeting:
	"""A guest's meeting as the guest knows it.

	`state` is booked, cancelled, refused (there never was one), or unknown while nobody has given an answer.
	"""

	email: str
	start: int
	state: str = "unknown"
	token: str = ""
	is_busy: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
	status: int
	retry_after: str | None
	body: bytes

	def json(self) -> dict[str, Any]:
		with suppress(ValueError):
			found = json.loads(self.body)
			return found if isinstance(found, dict) else {}
		return {}


@dataclass(slots=True)
class Told:
	"""One answer: when it came (`time.monotonic`), what was asked, its status, and how long the guest had waited in all."""

	at: float
	what: str
	status: int
	seconds: float


@dataclass(slots=True)
class Diary:
	"""What all guests have been told. `wrong` are answers that no guest may get."""

	meetings: list[Meeting] = field(default_factory=list)
	told: list[Told] = field(default_factory=list)
	statuses: Counter[str] = field(default_factory=Counter)
	wrong: list[str] = field(default_factory=list)
	lock: threading.Lock = field(default_factory=threading.Lock)

	def note(self, what: str, answer: Answer | None, began: float) -> None:
		"""Note an answer, or None if the connection ended without one."""
		with self.lock:
			self.statuses[_word(answer)] += 1
			if not answer or _word(answer) == _BARE:
				return
			self.told.append(Told(time.monotonic(), what, answer.status, time.monotonic() - began))
			if answer.status >= 500 and (answer.status != NOT_NOW or not answer.retry_after):
				missing = ", without Retry-After" if answer.status == NOT_NOW else ""
				self.wrong.append(f"{what} was answered with {answer.status}{missing}: {_reason(answer)}")

	def of_state(self, state: str) -> list[Meeting]:
		return [meeting for meeting in self.meetings if meeting.state == state]

	def first_booking_after(self, moment: float) -> float:
		"""Return how many seconds after the moment somebody read that a meeting is booked. 0 if nobody did."""
		times = [each.at - moment for each in self.told if each.what == "book" and each.status == 201]
		return min((seconds for seconds in times if seconds > 0), default=0.0)


def _word(answer: Answer | None) -> str:
	if not answer:
		return "no answer"
	return _BARE if answer.status == 500 and _BARE_PAGE in answer.body else str(answer.status)


def _reason(answer: Answer) -> str:
	"""Return the error of an answer, and the last modules that it came through."""
	found = answer.json()
	error = str(found.get("exception") or found.get("message") or answer.body.decode(errors="replace"))
	passed = re.findall(r"(\w+/\w+\.py)\W+ line (\d+)", str(found.get("exc", "")))[:12]
	return " ".join([*error.split(), *(":".join(each) for each in passed)])[-420:]


class Guests:
	"""Guests of some web servers, by their ports. `offers` are what they book, at one of the starts of `days` (epoch seconds)."""

	def __init__(
		self, ports: Sequence[int], site: str, offers: Sequence[Offer], days: Sequence[Sequence[int]], seed: int
	) -> None:
		self.ports, self.site, self.offers, self.days = ports, site, offers, days
		self.diary = Diary()
		self._seed, self._round = seed, 0
		self._ends = 0.0
		self._threads: list[threading.Thread] = []

	def begin(self, count: int, *, is_duel: bool = False) -> None:
		"""Let so many guests act until `finish`. In a duel they only book, and all want any time of the same day."""
		self._ends, self._round = float("inf"), self._round + 1
		self._threads = [
			threading.Thread(target=self._act, args=(random.Random(f"{self._seed}.{self._round}.{each}"), is_duel))
			for each in range(count)
		]
		for thread in self._threads:
			thread.start()

	def finish(self) -> None:
		"""Let the guests end what they do, and wait for them."""
		self._ends = time.monotonic()
		for thread in self._threads:
			thread.join()

	def _act(self, chance: random.Random, is_duel: bool) -> None:
		while time.monotonic() < self._ends:
			dice = 0.0 if is_duel else chance.random()
			if dice < 0.55:
				self._book(chance, is_duel)
			elif dice < 0.65:
				self._look(chance)
			elif meeting := self._take_one(chance):
				try:
					self._move(chance, meeting) if dice < 0.85 else self._cancel(chance, meeting)
				finally:
					meeting.is_busy = False

	def _book(self, chance: random.Random, is_duel: bool) -> None:
		offer, start = chance.choice(self.offers), self._start(chance, is_duel)
		meeting = Meeting(f"ada-{secrets.token_hex(6)}@guests.example", start)
		with self.diary.lock:
			self.diary.meetings.append(meeting)
		body = {
			"slug": offer.page, "meeting_type": offer.type, "start": _iso(start), "timezone": "UTC",
			"attendee_name": chance.choice(NAMES), "attendee_email": meeting.email, "idempotency_key": _key(),
		}  # fmt: skip
		answer = self._ask(chance, "book", METHOD + "book", body)
		if answer and answer.status == 201:
			meeting.token = str(answer.json()["data"]["manage_url"]).rpartition("/")[2]
			meeting.state = "booked"
		elif answer:
			meeting.state = "refused"

	def _move(self, chance: random.Random, meeting: Meeting) -> None:
		start = self._start(chance, False)
		body = {"token": meeting.token, "start": _iso(start), "idempotency_key": _key()}
		meeting.state = "unknown"
		answer = self._ask(chance, "move", METHOD + "reschedule", body)
		if answer:
			meeting.state = "booked"
			meeting.start = start if answer.status == 201 else meeting.start

	def _cancel(self, chance: random.Random, meeting: Meeting) -> None:
		meeting.state = "unknown"
		answer = self._ask(chance, "cancel", METHOD + "cancel", {"token": meeting.token})
		if answer:
			is_over = answer.status == 200 or answer.json().get("code") == "ALREADY_CANCELLED"
			meeting.state = "cancelled" if is_over else "booked"

	def _look(self, chance: random.Random) -> None:
		offer = chance.choice(self.offers)
		day = _iso(chance.choice(self.days)[0])[:10]
		slots = f"{METHOD}get_slots?slug={offer.page}&meeting_type={offer.type}&date={day}&timezone=UTC"
		self._ask(chance, "look", chance.choice((f"/schedule/{offer.page}/{offer.type}", slots)), None)

	def _take_one(self, chance: random.Random) -> Meeting | None:
		"""Return a booked meeting with which no other guest is busy."""
		with self.diary.lock:
			free = [each for each in self.diary.meetings[-60:] if each.state == "booked" and not each.is_busy]
			if not free:
				return None
			found = chance.choice(free)
			found.is_busy = True
			return found

	def _start(self, chance: random.Random, is_duel: bool) -> int:
		"""Return a start: one that many want at this moment, or any. In a duel, one of the day that all want at this moment."""
		moment = int(time.monotonic() / _FASHION_SECONDS)
		day = self.days[moment % len(self.days)]
		if is_duel:
			return chance.choice(day)
		return day[moment % len(day)] if chance.random() < 0.5 else chance.choice(chance.choice(self.days))

	def _ask(self, chance: random.Random, what: str, path: str, body: dict[str, str] | None) -> Answer | None:
		"""Ask until there is a clear answer, and return it. None if there is none in time."""
		began, address = time.monotonic(), somebodys_address()
		first, tries = chance.randrange(len(self.ports)), 0
		while time.monotonic() < self._ends + PATIENCE:
			port = self.ports[(first + tries) % len(self.ports)]
			tries += 1
			answer = None
			with suppress(OSError, http.client.HTTPException):
				answer = ask(port, self.site, path, body, address)
			self.diary.note(what, answer, began)
			if answer and answer.status < 500:
				return answer
			time.sleep(min(_LONGEST_PAUSE, 0.1 * tries, float(answer.retry_after or 1) if answer else 1.0))
		return None


def ask(port: int, site: str, path: str, body: dict[str, str] | None = None, address: str = "") -> Answer:
	"""Send one request over a connection of its own. Raises OSError or HTTPException if no answer comes."""
	connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
	headers = {"X-Frappe-Site-Name": site, "X-Forwarded-For": address or somebodys_address(), "Connection": "close"}
	try:
		if body is None:
			connection.request("GET", path, headers=headers)
		else:
			connection.request("POST", path, json.dumps(body), {**headers, "Content-Type": "application/json"})
		response = connection.getresponse()
		return Answer(response.status, response.getheader("Retry-After"), response.read())
	finally:
		connection.close()


def is_up(port: int, site: str) -> bool:
	with suppress(OSError, http.client.HTTPException):
		return ask(port, site, "/api/method/ping").status == 200
	return False


def warm_up(ports: Sequence[int], site: str, offers: Sequence[Offer]) -> None:
	"""Let each web server import what its first requests need."""
	with ThreadPoolExecutor(len(ports)) as pool:
		for done in [pool.submit(ask, port, site, f"/schedule/{offers[0].page}/{offers[0].type}") for port in ports]:
			done.result()


def offers_of(worlds: Sequence[World]) -> list[Offer]:
	"""Return the meeting types of the worlds that one visitor can book at once."""
	return [
		Offer((world.team if kind in (world.pool, world.both) else world.page).slug, kind.slug)
		for world in worlds
		for kind in (
			world.short, world.long, world.padded, world.daily, world.asked, world.class_, world.class_, world.pool, world.both,
		)
	]  # fmt: skip


def office_hours(days: int) -> list[list[int]]:
	"""Return the half hours from 9 to 17 UTC of so many working days from next week on, by their days, in epoch seconds."""
	today = int(time.time()) // 86400
	# 1 January 1970 was a Thursday.
	monday = today + 7 - (today + 3) % 7
	working = [monday + day // 5 * 7 + day % 5 for day in range(days)]
	return [[day * 86400 + 9 * 3600 + half * 1800 for half in range(16)] for day in working]


def _iso(start: int) -> str:
	return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(start))


def _key() -> str:
	return f"proof-{secrets.token_hex(16)}"
