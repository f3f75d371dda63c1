"""One contract, three doors: a program, an assistant by MCP, and an assistant in a browser get the same answers and refusals."""

from collections.abc import Callable
from typing import Any

import frappe
import pytest

from scheduler_integration.platform.clock import iso
from tests.browser.doors import ZONE, ByHttp, ByMcp, ByPage, Door, Refused, Seen
from tests.browser.screens import DESK
from tests.pages.offer import bookings_of, day_in, in_three_days, make_offer
from tests.support import door as own_door
from tests.support.factories import fresh, make_meeting_type, page_of, payload
from tests.support.openapi_client import Api
from tests.support.server import somebodys_address
from tests.support.smtp import sending_to_inbox

pytestmark = pytest.mark.usefixtures("commit_clean")
DAY = day_in(3).isoformat()
NOON, ONE, TWO = (iso(in_three_days(hour), ZONE) for hour in (12, 13, 14))


@pytest.fixture
def offer() -> Any:
	made = make_offer(confirm_address="Everybody")
	make_meeting_type(page_of(made), title="Long talk", slug="long-talk", duration_minutes=60)
	frappe.db.commit()
	return made


@pytest.fixture(params=["http", "mcp 2026-07-28", "mcp legacy", "page"])
def door(request: pytest.FixtureRequest, offer: Any, server: Any) -> Door:
	slug, [kind, *mode] = page_of(offer).slug, request.param.split()
	headers = {"X-Frappe-Site-Name": server.site.name, "X-Forwarded-For": somebodys_address()}
	if kind == "http":
		return ByHttp(slug, Api(server.url, headers=headers))
	if kind == "mcp":
		return ByMcp(slug, request.getfixturevalue("official")(f"visitor?page={slug}", *mode))
	return ByPage(slug, request.getfixturevalue("browse")(DESK, keep=False, java_script_enabled=False))


@pytest.fixture
def with_code(site: Any, run_jobs: Callable[[], None]) -> Any:
	"""Return a function that does something, and if a code is needed again with the digits from the person's mail."""
	with sending_to_inbox(site) as inbox:

		def do(what: Callable[..., Seen], *arguments: Any) -> Seen:
			try:
				return what(*arguments)
			except Refused as refused:
				if refused.code != "CODE_NEEDED":
					raise
			run_jobs()
			return what(*arguments, inbox.take_code())

		yield do


def somebody() -> dict[str, str]:
	return {"attendee_name": "Ada Lovelace", "attendee_email": f"{fresh('ada')}@guests.example"}


def test_somebody_reads_books_looks_moves_and_cancels(door: Door, offer: Any, with_code: Any) -> None:
	assert door.types() == {offer.slug: "Intro call", "long-talk": "Long talk"}
	free = door.times(offer.slug, DAY)
	assert (NOON in free, len(free)) == (True, 18)
	chosen = door.choose(offer.slug, NOON)
	booked = with_code(door.book, chosen, somebody())
	assert (booked.title, booked.status, booked.start) == ("Intro call", "Scheduled", NOON)
	assert NOON not in door.times(offer.slug, DAY)
	assert door.look(booked.link) == booked
	chosen = door.choose(offer.slug, TWO, booked)
	moved = with_code(door.move, booked, chosen)
	assert (moved.status, moved.start) == ("Scheduled", TWO)
	cancelled = with_code(door.cancel, moved)
	assert (cancelled.status, cancelled.start, cancelled.link) == ("Cancelled", TWO, moved.link)
	assert [each.status for each in bookings_of(offer)] == ["Rescheduled", "Cancelled"]


def test_the_past_has_no_times(door: Door, offer: Any) -> None:
	assert door.times(offer.slug, day_in(-1).isoformat()) == []


def book_what_somebody_else_takes(door: Door, offer: Any, with_code: Any) -> None:
	chosen = door.choose(offer.slug, NOON)
	own_door.book(payload(page_of(offer), offer, in_three_days(12)), in_three_days(0) - 2 * 86400)
	frappe.db.commit()
	with_code(door.book, chosen, somebody())


def book_what_is_past(door: Door, offer: Any, with_code: Any) -> None:
	chosen = door.choose(offer.slug, iso(in_three_days(-84), ZONE), since_past=True)
	with_code(door.book, chosen, somebody())


def book_with_a_wrong_code(door: Door, offer: Any, _with_code: Any) -> None:
	chosen, person = door.choose(offer.slug, NOON), somebody()
	with pytest.raises(Refused, match="CODE_NEEDED"):
		door.book(chosen, person)
	door.book(chosen, person, "000000")


def move_to_what_somebody_else_takes(door: Door, offer: Any, with_code: Any) -> None:
	booked = with_code(door.book, door.choose(offer.slug, NOON), somebody())
	chosen = door.choose(offer.slug, TWO, booked)
	own_door.book(payload(page_of(offer), offer, in_three_days(14)), in_three_days(0) - 2 * 86400)
	frappe.db.commit()
	with_code(door.move, booked, chosen)


def read_an_unknown_type(door: Door, _offer: Any, _with_code: Any) -> None:
	door.times("no-such-type", DAY)


def read_a_page_that_is_switched_off(door: Door, offer: Any, _with_code: Any) -> None:
	switch_off(offer)
	door.types()


def switch_off(offer: Any) -> None:
	page = frappe.get_doc("Scheduling Page", offer.scheduling_page)
	page.update({"is_active": 0}).save()
	frappe.db.commit()


TAKEN = "SLOT_TAKEN", "That time was just taken. Please choose another."
REFUSALS = {
	book_what_somebody_else_takes: TAKEN,
	book_what_is_past: TAKEN,
	book_with_a_wrong_code: (
		"WRONG_CODE",
		"This code isn't right, or it is older than ten minutes. Check it, or ask for a new one.",
	),
	move_to_what_somebody_else_takes: TAKEN,
	read_an_unknown_type: ("MEETING_TYPE_NOT_FOUND", "This kind of meeting can't be booked here."),
	read_a_page_that_is_switched_off: ("PAGE_NOT_FOUND", "There is no booking page at this address."),
}


@pytest.mark.parametrize("does", REFUSALS, ids=lambda does: does.__name__)
def test_what_is_refused_says_the_same(does: Callable[..., None], door: Door, offer: Any, with_code: Any) -> None:
	with pytest.raises(Refused) as refused:
		does(door, offer, with_code)
	assert (refused.value.code, refused.value.sentence) == REFUSALS[does]


def test_a_meeting_of_a_page_that_is_switched_off_can_be_cancelled(door: Door, offer: Any, with_code: Any) -> None:
	booked = with_code(door.book, door.choose(offer.slug, NOON), somebody())
	switch_off(offer)
	assert door.look(booked.link) == booked
	assert with_code(door.cancel, booked).status == "Cancelled"
