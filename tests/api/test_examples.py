"""The examples of the OpenAPI document (`api/examples.json`) are real: a host's and a visitor's week, call by call.

`--record` writes the file anew from the answers.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import frappe
import pytest
from jsonschema import Draft202012Validator

from scheduler_integration.api.door import Door
from scheduler_integration.api.openapi import EXAMPLES, PREFIX, arguments, examples, methods
from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.entry import admission
from scheduler_integration.notifications.preferences import preferences_of, renew_feed
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.site_address import site_url
from scheduler_integration.privacy.requests import new_ticket
from scheduler_integration.waitlist import looks, records
from scheduler_integration.waitlist.links import entry_token
from tests.support.api import call
from tests.support.contract import check_answer, document
from tests.support.factories import fresh, make_assessment, make_consultant, make_external_type, make_host
from tests.support.site import Site

pytestmark = pytest.mark.usefixtures("commit_clean")

MODULES = {"public", "bookings", "availability", "pages", "booking_links", "meeting_types", "waitlist", "hooks"}
# A picture has no JSON.
INSIGHTS = {"dashboard", "staff_performance", "funnel", "advice", "scheduler_analytics"}
OTHERS = {*(f"analytics.{name}" for name in INSIGHTS), "calendars.list", "video.list", "scheduler_settings.get"}
WANTED = {name for name in methods() if name.split(".")[0] in MODULES} - {"public.card"} | OTHERS
MONDAY = "2026-11-16T08:00:00.250000+00:00"
# What is another text each time: ids, tokens, secrets, and times by the site's own clock.
VARYING = re.compile(r"(?<![0-9a-z ])[0-9a-f]{10,}(?![0-9a-z])|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?|/(?:app|desk)/")


class Story:
	"""Calls methods, and keeps the first call of each with its answer. Names of this run have others in the examples."""

	def __init__(self) -> None:
		site = site_url()
		self.names = {site: "https://book.example", quote(site, safe=""): "https%3A%2F%2Fbook.example"}
		self.told: dict[str, dict[str, Any]] = {}

	def __call__(self, method: str, caller: str = "Guest", **request: Any) -> Any:
		status, body = call(method, caller, **request)
		declared: Door = methods()[method].door
		assert status == declared.status, (method, body)
		kept = () if body.get("type") == "download" else ("data", "message")
		shown = {key: body[key] for key in kept if key in body}
		self.told.setdefault(method, json.loads(self._renamed({"request": request, **shown})))
		return body.get("data")

	def _renamed(self, value: Any) -> str:
		text = json.dumps(value)
		for real, example in self.names.items():
			text = text.replace(real, example)
		return text


def shortened(value: Any) -> Any:
	"""Return the value with the first two objects of its lists, or one large one."""
	if isinstance(value, dict):
		return {key: shortened(each) for key, each in value.items()}
	if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
		return value
	return [shortened(each) for each in value[: 1 if len(json.dumps(value[:1])) > 600 else 2]]


def recorded(told: dict[str, dict[str, Any]]) -> str:
	"""Return the file: with ids that stay the same from one recording to the next."""
	ids: dict[str, str] = {}

	def other(found: re.Match[str]) -> str:
		if not re.fullmatch("[0-9a-f]+", found[0]):
			return found[0]
		made = hashlib.sha256(str(len(ids)).encode()).hexdigest()
		return ids.setdefault(found[0], made[: len(found[0]) if len(found[0]) <= 32 else 16])

	lines = [f"{json.dumps(name)}: {json.dumps(each, ensure_ascii=False)}" for name, each in sorted(told.items())]
	return VARYING.sub(other, "{\n" + ",\n".join(lines) + "\n}\n")


def differences(example: Any, real: Any, where: str, values: bool) -> Iterator[str]:
	"""Name where the answer isn't as the example: another key or type, or with `values` another value that isn't new each time."""
	if isinstance(example, dict) and isinstance(real, dict):
		if example.keys() != real.keys():
			yield f"{where}: {sorted(example.keys() ^ real.keys())}"
		for key in example.keys() & real.keys():
			yield from differences(example[key], real[key], f"{where}.{key}", values)
	elif isinstance(example, list) and isinstance(real, list):
		if len(example) != len(real):
			yield f"{where}: {len(example)} items, not {len(real)}"
		for number, (one, other) in enumerate(zip(example, real, strict=False)):
			yield from differences(one, other, f"{where}[{number}]", values)
	elif isinstance(example, str) and isinstance(real, str):
		fixed = VARYING.split(example)
		if values and not re.fullmatch(r"[\w\-./: ]+".join(re.escape(part) for part in fixed), real):
			yield f"{where}: {example!r}, not {real!r}"
	elif type(example) is not type(real) or (values and example != real):
		yield f"{where}: {example!r}, not {real!r}"


@pytest.fixture
def codes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
	sent: list[str] = []
	monkeypatch.setattr(admission, "queue_job", lambda _method, _queue, **job: sent.append(job["code"]))
	return sent


@pytest.mark.long
def test_each_example_is_a_real_answer(
	site: Site, frozen: Callable[[Any], Any], codes: list[str], request: pytest.FixtureRequest
) -> None:
	frozen(MONDAY)
	story = Story()
	play(story, codes)
	assert story.told.keys() == WANTED
	told = {name: shortened(each) for name, each in story.told.items()}
	if request.config.getoption("record"):
		EXAMPLES.write_text(recorded(told), encoding="utf-8")
		examples.cache_clear()
		document.cache_clear()
	# While the clock stands still, a real site returns rows of the same instant in another order. It may have a currency of
	# its own, which Frappe fills in.
	filled_in = f".currency: None, not {frappe.new_doc('Meeting Type').currency!r}"
	values = not site.is_real
	wrong = [each for name in sorted(told) for each in differences(examples()[name], told[name], name, values)]
	wrong = [each for each in wrong if not each.endswith(filled_in)]
	assert not wrong, wrong[:10]


def play(story: Story, codes: list[str]) -> None:
	"""Call each of the methods."""
	jane, tom, kim = make_host("Jane"), make_host("Tom"), make_consultant("Kim")
	frappe.get_doc("User", jane).update({"last_name": "Doe", "time_zone": "Europe/Berlin"}).save()
	slug = fresh("jane")
	story.names |= {jane: "jane@example.com", tom: "tom@example.com", kim: "kim@example.com", slug: "jane"}
	own = keep_hours(story, jane)
	page, intro, full = make_offers(story, jane, slug, own)
	hook = story("hooks.subscribe", jane, url="https://hooks.example.com/x", events=["booked", "no_show"])
	booking = visit(story, slug, codes)
	host(story, jane, intro, booking)
	story("availability.explain", jane, meeting_type=intro, start="2026-11-24T10:00:00+01:00")
	wait(story, slug, jane, full)
	link(story, jane, intro)
	tell(story, jane, hook["id"])
	count(story, jane, kim)
	connect(story, jane)
	spare = story("meeting_types.create", jane, name="Spare", duration_minutes=30, scheduling_page=page)
	story("meeting_types.create_starter_set", kim)
	story("meeting_types.delete", jane, meeting_type=spare["id"])
	empty = story("pages.create", jane, name="Workshops", slug=fresh("workshops"))
	story("pages.delete", jane, page=empty["id"])


def keep_hours(story: Story, jane: str) -> dict[str, Any]:
	week = {"timezone": "Europe/Berlin", "hours": "Tue 9-11; Thu 9-10", "max_days_in_advance": 30}
	story("availability.impact", jane, **week)
	story("availability.update", jane, **week)
	away = story("availability.add_override", jane, date="2026-12-24", end_date="2026-12-31", reason="Holidays")
	dentist = {"start_time": "2026-12-01T09:00:00+01:00", "end_time": "2026-12-01T10:00:00+01:00", "reason": "Dentist"}
	blocked = story("availability.block", jane, **dentist)
	own = story("availability.get", jane)
	story("availability.remove_override", jane, id=away["id"])
	story("availability.unblock", jane, id=blocked["id"])
	return own


def make_offers(story: Story, jane: str, slug: str, own: dict[str, Any]) -> tuple[str, str, str]:
	page = story(
		"pages.create", jane, name="Jane Doe", slug=slug, timezone=own["timezone"], description="Growing teams."
	)["id"]
	story("pages.update", jane, page=page, branding={"brand_color": "#0f766e"})
	story("pages.list", jane)
	made = {"location_type": "phone", "location_details": "+49 30 1234567", "scheduling_page": page}
	question = {"label": "What would you like to discuss?", "type": "long_text"}
	intro = story(
		"meeting_types.create", jane, name="Intro call", slug="intro", duration_minutes=30, questions=[question], **made
	)["id"]
	repeats = {"repeats": "attendee_chooses", "repeat_weeks": 1, "repeat_count": 4}
	story("meeting_types.create", jane, name="Course", slug="course", duration_minutes=60, settings=repeats, **made)
	full = story("meeting_types.create", jane, name="Workshop", slug="workshop", duration_minutes=60, **made)["id"]
	story("meeting_types.update", jane, meeting_type=full, settings={"has_waitlist": True})
	story("meeting_types.list", jane, page=page)
	story("availability.colleagues", jane)
	return page, intro, full


def visit(story: Story, slug: str, codes: list[str]) -> dict[str, Any]:
	"""Read the page, and book, move and cancel."""
	intro = {"slug": slug, "meeting_type": "intro"}
	clock = {"timezone": "Europe/Berlin"}
	story("public.get_page", slug=slug)
	story("public.get_slots", **intro, **clock, start_date="2026-11-24", end_date="2026-11-25")
	story("public.next_slots", **intro, **clock)
	story("public.get_series", slug=slug, meeting_type="course", **clock, start="2026-11-24T09:00:00+01:00", times=4)
	story("public.time_zones", language="de", zone="Europe/Rome")
	story("public.get_challenge", **intro)
	held = story("public.hold_slot", **intro, **clock, start="2026-11-24T09:30:00+01:00")
	wish = {"attendee_name": "Ada Lovelace", "attendee_email": "ada@example.com", **clock}
	key = "0b9f6c1e-54f7-4f0c-9d0e-2f1c1a9c1b7d"
	booking = story(
		"public.book", **intro, **wish, start="2026-11-24T09:30:00+01:00", hold=held["hold"], idempotency_key=key
	)
	story("public.release_slot", hold=held["hold"])
	token = token_of(booking)
	story("public.get_booking", token=token)
	story("public.calendar_file", token=token)
	story("public.update_guests", token=token, guests=["bob@example.com"])
	story("public.confirm_address", token=token)
	moved = story("public.reschedule", token=token, start="2026-11-26T09:00:00+01:00", reason="A train is late.")
	other = story("public.book", **intro, **wish, start="2026-12-03T09:00:00+01:00")
	story("public.cancel", token=token_of(other), reason="I am ill.")
	story("public.download_your_data", ticket=new_ticket("ada@example.com", now()))
	return moved


def host(story: Story, jane: str, intro: str, booking: dict[str, Any]) -> None:
	"""Look at the meetings, book for somebody, and cancel."""
	renew_feed(jane)
	story("public.host_calendar", token=preferences_of(jane).feed_url.partition("token=")[2])
	story("bookings.list", jane, when="upcoming", limit=10)
	story("bookings.get", jane, name=booking["id"])
	story("bookings.get_slots", jane, meeting_type=intro, start_date="2026-11-24")
	person = {"attendee_name": "Bob Miller", "attendee_email": "bob@example.com", "timezone": "Europe/Berlin"}
	made = story("bookings.create", jane, meeting_type=intro, start="2026-11-24T10:00:00+01:00", **person)
	story("bookings.check_conflicts", jane, start="2026-11-24T10:00:00+01:00", end="2026-11-24T11:00:00+01:00")
	story("bookings.update", jane, name=made["id"], action="cancel", reason="I am ill.")


def wait(story: Story, slug: str, jane: str, full: str) -> None:
	"""Wait for a time of a full day, and get it."""
	day, at_nine, at_ten = "2026-12-01", "2026-12-01T09:00:00+01:00", "2026-12-01T10:00:00+01:00"
	workshop = {"slug": slug, "meeting_type": "workshop", "timezone": "Europe/Berlin"}
	wish = {"first_date": day, "last_date": day}
	first, second = (
		story("public.book", **workshop, start=start, attendee_name="Cleo", attendee_email="cleo@example.com")
		for start in (at_nine, at_ten)
	)
	people = {"Ann Lee": "ann@example.com", "Ben Ray": "ben@example.com", "Eve Poe": "eve@example.com"}
	for name, address in people.items():
		story("public.join_waitlist", **workshop, **wish, attendee_name=name, attendee_email=address)
	ann, ben, eve = (each.name for each in records.waiting_of(full))
	story("public.wait_for_earlier", token=token_of(second), **wish)
	story("public.get_waitlist_entry", token=entry_token(ann))
	story("public.change_wait", token=entry_token(ann), **wish, weekdays=[2], from_time="09:00", to_time="10:00")
	story("waitlist.list", jane, meeting_type=full)
	story("waitlist.reorder", jane, meeting_type=full, entries=[ann, eve, ben])
	story("public.cancel", token=token_of(first))
	looks.look_at(full, now())
	story("public.pass_offer", token=entry_token(ann), offer=records.open_offer_of(ann).name)
	looks.look_at(full, now())
	story("public.take_offer", token=entry_token(eve), offer=records.open_offer_of(eve).name)
	story("public.cancel", token=token_of(second))
	story("waitlist.offer_by_hand", jane, entry=ben, start=at_ten)
	story("waitlist.withdraw_offer", jane, entry=ben)
	story("public.leave_waitlist", token=entry_token(ben))
	story("waitlist.take_off", jane, entry=ann)


def link(story: Story, jane: str, intro: str) -> None:
	story("booking_links.meeting_types", jane)
	made = story(
		"booking_links.create", jane, meeting_type=intro, title="Chat about the offer", expires_on="2026-12-01"
	)
	story("booking_links.list", jane)
	story("booking_links.revoke", jane, link=made["id"])
	story(
		"booking_links.times_for_mail",
		jane,
		meeting_type=intro,
		times=["2026-11-24T09:30:00+01:00"],
		timezone="Europe/Berlin",
	)


def count(story: Story, jane: str, kim: str) -> None:
	week = {"start_date": "2026-11-24", "end_date": "2026-11-25"}
	for name in ("dashboard", "staff_performance", "funnel", "advice"):
		story(f"analytics.{name}", jane, **week)
	strategy = make_external_type(kim, ("Build",), slug="strategy-session")
	story("scheduler_settings.get", kim)
	target = find_target(make_assessment(kim).name, strategy.name, kim)
	record_click(target, "report", Visit("203.0.113.1"), now())
	story("analytics.scheduler_analytics", kim)


def connect(story: Story, jane: str) -> None:
	"""Have a calendar and an account for video calls, as if their vendors had permitted it."""
	account = {"user": jane, "provider": "Google", "account_name": "jane@example.com", "status": "Connected"}
	chosen = {"calendar_name": "Work", "calendar_id": "work", "check_conflicts": 1, "can_write": 1}
	calendar = frappe.get_doc({"doctype": "Calendar Connection", **account, "calendars": [chosen]})
	calendar.flags.from_provider = True
	calendar.insert()
	frappe.get_doc({"doctype": "Video Connection", **account, "provider": "Zoom", "is_default": 1}).insert()
	story("calendars.list", jane)
	story("video.list", jane)


def tell(story: Story, jane: str, hook: str) -> None:
	story("hooks.list", jane)
	[delivery, *_others] = story("hooks.deliveries", jane, subscription=hook)["deliveries"]
	frappe.db.set_value("Outbox Task", delivery["id"], "status", "Failed")
	story("hooks.send_again", jane, delivery=delivery["id"])
	story("hooks.unsubscribe", jane, subscription=hook)


def token_of(booking: dict[str, Any]) -> str:
	return booking["manage_url"].rpartition("/")[2]


def test_an_example_did_not_fit_its_schema() -> None:
	for name, example in examples().items():
		declared: Door = methods()[name].door
		wrong = [
			each.message for each in Draft202012Validator(arguments(methods()[name])).iter_errors(example["request"])
		]
		assert not wrong, (name, wrong)
		operation = document()["paths"][f"/api/method/{PREFIX}{name}"][declared.verbs[0].lower()]
		answer = operation["responses"][str(declared.status)].get("content", {}).get("application/json", {})
		assert answer.get("example", {}).get("data") == example.get("data"), name
		check_answer(f"{PREFIX}{name}", declared.status, answer.get("example"))


def test_the_examples_were_too_large_or_named_real_people() -> None:
	text = EXAMPLES.read_text(encoding="utf-8")
	assert len(text.encode()) <= 66_000
	addresses = re.findall(r"[\w.+-]+@[\w.-]+|https?://[\w.-]+", text)
	known = re.compile(r".*@example\.com|https://([\w-]+\.)?example\.com|https://book\.example")
	calendars = {
		f"https://{each}" for each in ("calendar.google.com", "outlook.live.com", "outlook.office.com", "calendly.com")
	}
	assert {each for each in addresses if not known.fullmatch(each)} <= calendars
