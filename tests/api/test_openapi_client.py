"""A program that has read nothing but the OpenAPI document books, reads, moves and cancels: as a guest, and as a host by key."""

from collections.abc import Callable

import frappe
import pytest

from scheduler_integration.platform.clock import iso
from tests.pages.offer import host_of, in_three_days, make_offer, path_of
from tests.support.factories import fresh
from tests.support.openapi_client import Api, Refusal, WrongArguments
from tests.support.server import Server, somebodys_address

pytestmark = pytest.mark.usefixtures("commit_clean")

NOON, ONE, TWO = (iso(in_three_days(hour), "Europe/Berlin") for hour in (12, 13, 14))
ADA = {"attendee_name": "Ada Lovelace", "attendee_email": "ada@guests.example", "timezone": "Europe/Berlin"}


@pytest.fixture
def connect(server: Server) -> Callable[..., Api]:
	headers = {"X-Frappe-Site-Name": server.site.name, "X-Forwarded-For": somebodys_address()}
	return lambda key="", secret="": Api(server.url, key, secret, headers)


@pytest.mark.long
def test_a_guest_books_reads_moves_and_cancels(connect: Callable[..., Api]) -> None:
	_empty, _schedule, page, meeting_type = path_of(make_offer()).split("/")
	api, what = connect(), {"slug": page, "meeting_type": meeting_type}
	[offered] = api.public.get_page(slug=page)["meeting_types"]
	assert offered["slug"] == meeting_type
	slots = api.public.get_slots(**what, timezone="Europe/Berlin", date=NOON[:10], ends=False)
	assert {"start": NOON} in slots["days"][NOON[:10]]
	booked = api.public.book(**what, **ADA, start=NOON)
	assert (booked["status"], booked["start"]) == ("Scheduled", NOON)
	token = booked["manage_url"].rpartition("/")[2]
	assert api.public.get_booking(token=token)["id"] == booked["id"]
	with pytest.raises(Refusal) as taken:
		api.public.book(**what, **{**ADA, "attendee_email": "bob@guests.example"}, start=NOON)
	assert (taken.value.status, taken.value.code) == (409, "SLOT_TAKEN")
	moved = api.public.reschedule(token=token, start=taken.value.more["suggestions"][0]["start"])
	assert moved["rescheduled_from"] == booked["id"]
	assert b"BEGIN:VCALENDAR" in api.public.calendar_file(token=token)
	assert api.public.cancel(token=token, reason="I am ill.")["status"] == "Cancelled"
	with pytest.raises(Refusal, match="ALREADY_CANCELLED"):
		api.public.cancel(token=token)


@pytest.mark.long
def test_a_host_with_a_key_books_reads_moves_and_cancels(connect: Callable[..., Api]) -> None:
	meeting_type = make_offer()
	host = frappe.get_doc("User", host_of(meeting_type))
	key, secret = fresh("key"), fresh("secret")
	host.update({"api_key": key, "api_secret": secret}).save()
	frappe.db.commit()
	api = connect(key, secret)
	booked = api.bookings.create(meeting_type=meeting_type.name, **ADA, start=ONE)
	assert booked["hosts"][0]["user"] == host.name
	assert [each["id"] for each in api.bookings.list(when="upcoming", limit=10)["bookings"]] == [booked["id"]]
	assert api.bookings.get(name=booked["id"])["start"] == ONE
	assert api.bookings.check_conflicts(start=ONE, end=TWO)["has_conflict"] is True
	moved = api.bookings.update(name=booked["id"], action="reschedule", start=TWO)
	cancelled = api.bookings.update(name=moved["id"], action="cancel", reason="I am ill.")
	assert (moved["start"], cancelled["status"]) == (TWO, "Cancelled")


def test_a_program_without_a_key_or_with_wrong_arguments_learns_what_is_wrong(connect: Callable[..., Api]) -> None:
	api = connect()
	with pytest.raises(Refusal) as refused:
		api.bookings.list()
	assert (refused.value.status, refused.value.code) == (401, "NOT_SIGNED_IN")
	sent: list[object] = []
	api.session.hooks["response"].append(lambda answer, **_rest: sent.append(answer))
	for wrong in ({}, {"slug": 7}, {"slug": "jane", "slugg": "jane"}):
		with pytest.raises(WrongArguments):
			api.public.get_page(**wrong)
	with pytest.raises(WrongArguments, match="is not one of"):
		api.bookings.update(name="a", action="explode")
	with pytest.raises(AttributeError):
		api.public.explode()
	assert sent == []
	with pytest.raises(Refusal) as named:
		api.public.book(slug="jane", meeting_type="intro", attendee_name="")
	assert named.value.code in {"VALIDATION_ERROR", "PAGE_NOT_FOUND"}
