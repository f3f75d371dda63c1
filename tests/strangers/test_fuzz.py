"""Random requests at every door that a stranger has: a sentence and a code, never a crash.

The test finds the doors by itself, so it also tries new ones. The seed is fixed, and
the failing request is printed whole.
"""

import dataclasses
import inspect
import json
import os
import random

import frappe
import pytest

from scheduler_integration.api.openapi import methods
from scheduler_integration.parsing.booking_request import BookingPayload
from tests.pages.offer import QUESTIONS, make_offer, path_of, wish_for
from tests.strangers.test_mail_headers import WORDS
from tests.strangers.test_text import FORMULAS, NO_IMAGES

pytestmark = pytest.mark.usefixtures("commit_clean")

SEED = 20261121
# `make test-all` sends more of them.
REQUESTS = 1200 if os.environ.get("TEST_ALL") else 350
FORM_OF = {"PUT": "data", "GET": "params", "POST": "data", "PATCH": "data", "DELETE": "data"}

PIECES = [
	*WORDS, *FORMULAS, *map(str, NO_IMAGES), "", "0", "-1", "1e999", "NaN", "true", "null", "[]", "{}", "[[]]", "{{ 7*7 }}",
	"{% for x in ().__class__.__mro__ %}", "<script>alert(1)</script>", "' or 1=1 --", "%", "%s", "%(name)s", "\\", "\x00",
	"\r\nSet-Cookie: a=b", "\u202e", "\u2028", "\ufeff", "😀" * 50, "İ", "ß", "a" * 5000, "9" * 400, "2026-02-30",
	"2026-11-23T14:30:00+05:30", "2026-11-23T25:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "+99999-01-01",
	"Europe/Berlin", "../../etc/passwd", "UTC\x00", "Booking", "name", "1,2;3", "http://[::1", "data:,", "=?", "..", "/",
]  # fmt: skip


def all_doors():
	"""The methods of the API, which guests may call: dotted name, verb, names of the arguments."""
	found = methods().items()
	return sorted((f"scheduler_integration.api.{name}", each.door.verbs[0], _arguments(each)) for name, each in found)


class Stranger:
	"""Takes right arguments and makes them wrong, one way or another."""

	def __init__(self, offer, right):
		self.random = random.Random(SEED)
		self.offer, self.right = offer, right

	def value(self, name, depth=0):
		choice = self.random.random()
		if choice < 0.35 and name in self.right:
			return self.mutated(self.right[name])
		if choice < 0.8:
			return self.random.choice(PIECES)
		if choice < 0.9 or depth > 3:
			return self.random.choice([None, True, False, 0, -1, 2**31, 2**62, 1.5, "7"])
		if choice < 0.95:
			return [self.value(name, depth + 1) for _each in range(self.random.randrange(4))]
		return {
			str(self.random.choice(PIECES)): self.value(name, depth + 1) for _each in range(self.random.randrange(4))
		}

	def mutated(self, value):
		if not isinstance(value, str) or self.random.random() < 0.4:
			return value
		place = self.random.randrange(len(value) + 1)
		piece = self.random.choice(PIECES)[:40]
		return value[:place] + piece + value[place + self.random.randrange(3) :]

	def arguments(self, names):
		chosen = [name for name in names if name in self.right or self.random.random() < 0.4]
		return {name: self.right_or_not(name) for name in chosen}

	def right_or_not(self, name):
		return self.right[name] if name in self.right and self.random.random() < 0.5 else self.value(name)

	def texts(self, names):
		return {
			name: value if isinstance(value, str) else json.dumps(value)
			for name, value in self.arguments(names).items()
		}


def _arguments(function):
	parameters = inspect.signature(function).parameters
	takes_payload = "payload" in parameters
	payload = [field.name for field in dataclasses.fields(BookingPayload)] if takes_payload else []
	return [name for name in parameters if name not in ("payload", "fields")] + payload


@pytest.fixture
def stranger(site):
	offer = make_offer(questions=QUESTIONS)
	for field in ("slots_per_minute", "bookings_per_hour", "site_requests_per_minute", "site_bookings_per_hour"):
		frappe.db.set_single_value("Scheduler Settings", field, 0)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()
	right = wish_for(offer)
	right |= {
		"start_date": right["start"][:10],
		"end_date": right["start"][:10],
		"language": "de",
		"guests": ["b@b.example"],
	}
	return Stranger(offer, right)


@pytest.mark.long
def test_every_method_that_guests_may_call(client, stranger):
	found = all_doors()
	assert len(found) >= 10
	for count in range(REQUESTS):
		method, verb, names = found[count % len(found)]
		as_json = verb != "GET" and stranger.random.random() < 0.6
		where = {"json": stranger.arguments(names)} if as_json else {FORM_OF[verb]: stranger.texts(names)}
		answer = client.request(verb, f"/api/method/{method}", **where)
		check(answer, method, where)
		if answer.headers["Content-Type"].startswith("application/json"):
			body = answer.json()
			if "jsonrpc" in body:
				# The endpoint of assistants speaks MCP.
				assert body.keys() & {"result", "error"}, (method, where)
				continue
			assert body["success"] or (body["error"] and body["code"].isupper()), (method, where)


@pytest.mark.long
def test_every_page(client, stranger):
	random_ = stranger.random
	meeting = path_of(stranger.offer)
	names = [
		"month",
		"date",
		"start",
		"tz",
		"duration",
		"clock",
		"name",
		"email",
		"embed",
		"_lang",
		"source",
		"utm_source",
	]
	fields = [
		*names,
		*stranger.right,
		"choose_start",
		"website",
		*(f"answer_{row.name}" for row in stranger.offer.questions),
	]
	paths = [meeting, meeting.rpartition("/")[0], "/schedule/manage/x.y", "/scheduling", "/scheduling/why"]
	for count in range(REQUESTS):
		path = paths[count % len(paths)]
		if random_.random() < 0.2:
			path = f"/schedule/{requote(random_.choice(PIECES))}/{requote(random_.choice(PIECES))}"
		if random_.random() < 0.4:
			where = {"data": stranger.texts(random_.sample(fields, 6))}
			check(client.post(path, **where), path, where)
		else:
			where = {"params": stranger.texts(random_.sample(names, 4))}
			cookies = {
				name: "".join(char for char in random_.choice(PIECES)[:50] if char.isascii() and char.isalnum())
				for name in ("scheduling_tz", "scheduling_clock", "scheduling_hold")
			}
			check(client.get(path, **where, headers=odd_headers(random_), cookies=cookies), path, where)


def requote(text):
	return "".join(char for char in text if char.isalnum() or char in "-._~")[:60] or "x"


def odd_headers(random_):
	choices = ["", "*", "de;q=zzz", "xx-YY-zz", "de-DE,de;q=0.9", "a" * 500, "en_US", "-", ";;;"]
	return {
		"Accept-Language": random_.choice(choices),
		"X-Forwarded-For": random_.choice(["::1", "x", "1.1.1.1,,", "[::", "9.9.9.9:99999"]),
	}


def check(answer, door, sent):
	assert answer.status_code < 500, (door, sent, answer.status_code, answer.text[:2000])
	assert "Traceback (most recent call last)" not in answer.text, (door, sent)
	assert "HACKED" not in str(answer.headers), (door, sent)
	assert "Set-Cookie: a=b" not in str(answer.headers), (door, sent)
