"""Booking links: for one booking, until a date, or for times that a host has chosen."""

from datetime import timedelta

import frappe
import pytest

from scheduler_integration.catalogue.booking_links import forget_old_links
from scheduler_integration.engine import local_date
from scheduler_integration.platform.clock import iso, now
from tests.pages.offer import DAYS, in_three_days
from tests.support import api
from tests.support.factories import (
	at,
	fresh,
	make_host,
	make_meeting_type,
	make_page,
	make_team_page,
	make_user,
	page_of,
	payload,
	token_of,
)
from tests.support.statements import recorded

LIST, CREATE, REVOKE = (f"booking_links.{name}" for name in ("list", "create", "revoke"))


pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def intro(commit_clean):
	meeting_type = make_meeting_type(make_page(hours={day: ["09:00-17:00"] for day in DAYS}), is_unlisted=1)
	frappe.db.commit()
	return meeting_type


@pytest.fixture
def pool(commit_clean):
	"""A round robin of Ann and Ben."""
	hours = {day: ["09:00-17:00"] for day in DAYS}
	team = make_team_page([make_host("Ann", hours), make_host("Ben", hours)])
	meeting_type = make_meeting_type(team, assignment="Round Robin", attendee_chooses_host=1)
	frappe.db.commit()
	return meeting_type


def call(function, caller, /, **arguments):
	"""Call a method as a request does, which commits: an error rolls back no more than itself."""
	frappe.db.commit()
	answer = api.call(function, caller, **arguments)
	frappe.db.commit()
	return answer


def users_of(pool):
	return [row.user for row in page_of(pool).hosts]


def owner_of(meeting_type):
	return page_of(meeting_type).user


def made(meeting_type, caller=None, **fields):
	status, body = call(CREATE, caller or owner_of(meeting_type), meeting_type=meeting_type.name, **fields)
	assert status == 201, body
	return body["data"]


def listed(caller, **arguments):
	return call(LIST, caller, **arguments)[1]["data"]["links"]


def token(link):
	return link["url"].rpartition("/")[2]


def wish(link, start=None, **fields):
	"""Return the arguments of `public.book` by a link."""
	start = in_three_days(12) if start is None else start
	return {
		"slug": "l",
		"meeting_type": token(link),
		"start": start if isinstance(start, str) else iso(start, "UTC"),
		"attendee_name": "Ada Lovelace",
		"attendee_email": f"{fresh('ada')}@guests.example",
		"timezone": "UTC",
		**fields,
	}


def book(link, start=None, **fields):
	return call("public.book", "Guest", **wish(link, start, **fields))


def starts(link, **arguments):
	day = local_date(in_three_days(0), "UTC").isoformat()
	_status, body = call("public.get_slots", "Guest", slug="l", meeting_type=token(link), date=day, **arguments)
	return [slot["start"][11:16] for slots in body["data"]["days"].values() for slot in slots]


def test_a_link_is_for_one_booking_and_expires_after_ninety_days(intro):
	link = made(intro)
	zone_today = local_date(now(), "UTC")
	assert link == {
		"id": link["id"],
		"url": link["url"],
		"meeting_type": intro.name,
		"user": owner_of(intro),
		"host": None,
		"title": None,
		"single_use": True,
		"expires_on": str(zone_today + timedelta(days=90)),
		"duration": None,
		"times": [],
		"attendee_name": None,
		"attendee_email": None,
		"status": "open",
		"used_by": [],
		"created_at": link["created_at"],
	}
	assert "/schedule/l/" in link["url"]
	assert listed(owner_of(intro)) == [link]


def test_a_host_who_asked_for_the_links_of_another_was_told_that_there_are_none(intro):
	made(intro)
	for whose in (owner_of(intro), "all"):
		assert call(LIST, make_user("Tom"), user=whose)[0] == 403
	assert len(listed("Administrator", user=owner_of(intro))) == 1


def test_the_token_is_stored_nowhere(intro):
	link = made(intro)
	stored = frappe.get_doc("Booking Link", link["id"]).as_dict()
	assert token(link).partition(".")[2] not in str(stored)


def test_a_link_books_a_type_once_and_says_by_whom(intro):
	link = made(intro)
	status, body = book(link)
	assert status == 201
	assert body["data"]["meeting_type"]["slug"] == intro.slug
	again = book(link, in_three_days(14))
	assert (again[0], again[1]["code"]) == (410, "BOOKING_LINK_USED")
	assert call("public.get_slots", "Guest", slug="l", meeting_type=token(link), date="2031-01-01")[0] == 410
	[shown] = listed(owner_of(intro))
	assert shown["status"] == "used"
	assert [each["attendee_name"] for each in shown["used_by"]] == ["Ada Lovelace"]


def test_the_same_request_sent_twice_leads_to_the_same_booking(intro):
	link = made(intro)
	same = wish(link, idempotency_key="0123456789abcdef")
	first, second = (call("public.book", "Guest", **same) for _each in range(2))
	assert first[0] == second[0] == 201
	assert first[1]["data"]["id"] == second[1]["data"]["id"]


def test_a_cancelled_booking_gives_the_use_back_and_a_moved_one_keeps_it(intro):
	link = made(intro)
	booked = book(link)[1]["data"]
	moved = call("public.reschedule", "Guest", token=token_of(booked), start=iso(in_three_days(15), "UTC"))
	assert moved[0] == 201
	assert book(link)[0] == 410
	assert call("public.cancel", "Guest", token=token_of(moved[1]["data"]))[0] == 200
	assert starts(link)
	assert book(link)[0] == 201


def test_a_declined_request_gives_the_use_back(intro):
	intro.requires_confirmation = 1
	intro.save()
	link = made(intro)
	request = book(link)[1]["data"]
	assert book(link, in_three_days(14))[0] == 410
	assert call("bookings.update", owner_of(intro), name=request["id"], action="decline")[0] == 200
	assert book(link, in_three_days(14))[0] == 201


def test_who_is_asked_for_another_time_keeps_the_use(intro):
	link = made(intro)
	booked = book(link)[1]["data"]
	asked = call("bookings.update", owner_of(intro), name=booked["id"], action="ask_to_reschedule", gives_back=1)
	assert asked[0] == 200, asked
	assert book(link, in_three_days(14))[0] == 410
	moved = call("public.reschedule", "Guest", token=token_of(booked), start=iso(in_three_days(15), "UTC"))
	assert moved[0] == 201
	call("public.cancel", "Guest", token=token_of(moved[1]["data"]))
	assert book(link, in_three_days(14))[0] == 201


def test_a_link_for_several_bookings_ends_with_its_last_day(intro, frozen):
	link = made(intro, single_use=0, expires_on=str(local_date(in_three_days(0), "UTC")))
	days_later = in_three_days(24 + 12)
	assert [book(link, in_three_days(hour))[0] for hour in (10, 12)] == [201, 201]
	assert book(link, days_later)[0] == 201
	frozen(in_three_days(24))
	assert book(link, days_later + 3600)[1]["code"] == "BOOKING_LINK_EXPIRED"


def test_a_revoked_link_says_so_and_its_meetings_stay(intro):
	link = made(intro, single_use=0)
	booked = book(link)[1]["data"]
	status, body = call(REVOKE, owner_of(intro), link=link["id"])
	assert (status, body["data"]["status"]) == (200, "revoked")
	assert book(link, in_three_days(14))[1]["code"] == "BOOKING_LINK_REVOKED"
	assert frappe.db.get_value("Booking", booked["id"], "status") == "Scheduled"


class TestOwnTimes:
	def test_only_they_are_offered_outside_of_the_hours_too(self, intro):
		evening, noon = in_three_days(19.5), in_three_days(12)
		link = made(intro, times=[iso(evening, "UTC"), iso(noon, "UTC")], duration=45, title="Chat about the offer")
		assert starts(link) == ["12:00", "19:30"]
		assert book(link, in_three_days(13))[0] == 409
		booked = book(link, evening)[1]["data"]
		assert booked["duration_minutes"] == 45
		assert booked["meeting_type"]["title"] == "Chat about the offer"
		assert booked["title"].startswith("Chat about the offer: Ada Lovelace")

	def test_a_busy_calendar_closes_them(self, intro):
		noon, evening = in_three_days(12), in_three_days(19)
		link = made(intro, times=[iso(noon, "UTC"), iso(evening, "UTC")])
		assert call("public.book", "Guest", **payload(page_of(intro), intro, noon))[0] == 201
		assert starts(link) == ["19:00"]
		status, body = book(link, noon)
		assert status == 409
		assert [each["start"][11:16] for each in body["suggestions"]] == ["19:00"]

	def test_they_keep_their_title_when_the_meeting_moves_to_another_host(self, pool):
		users = users_of(pool)
		noon = in_three_days(12)
		link = made(pool, users[0], times=[iso(noon, "UTC")], title="Board", host=users[0])
		booked = book(link, noon)[1]["data"]
		assert frappe.db.get_value("Booking", booked["id"], "host") == users[0]
		moved = call("bookings.update", "Administrator", name=booked["id"], action="reassign", host=users[1])
		assert moved[1]["data"]["title"] == "Board: Ada Lovelace and Ben"

	@pytest.mark.parametrize("of", ["a colleague", "anybody"])
	def test_a_host_booked_a_colleague_at_two_in_the_morning(self, pool, of):
		users = users_of(pool)
		host = {"host": users[1]} if of == "a colleague" else {}
		times = {"times": [iso(in_three_days(2), "UTC")]}
		status, body = call(CREATE, users[0], meeting_type=pool.name, **times, **host)
		assert (status, list(body["details"])) == (400, ["own_times"])
		assert call(CREATE, "Administrator", meeting_type=pool.name, user=users[0], **times, **host)[0] == 201

	@pytest.mark.parametrize(
		("fields", "field"),
		[
			({"times": ["tomorrow"]}, "own_times"),
			({"times": ["2020-01-01T10:00:00Z"]}, "own_times"),
			({"times": ["2031-01-01T10:03:00Z"]}, "own_times"),
			({"times": "x"}, "times"),
			({"expires_on": "2020-01-01"}, "expires_on"),
			({"attendee_email": "nobody"}, "attendee_email"),
			({"nonsense": 1}, "nonsense"),
			({"user": "Guest"}, None),
		],
	)
	def test_wrong_fields_are_named(self, intro, fields, field):
		status, body = call(CREATE, "Administrator", meeting_type=intro.name, **{"user": owner_of(intro), **fields})
		assert status == 400
		assert field in body["details"] or field is None


class TestHosts:
	def test_a_link_with_one_host_offers_nobody_else(self, pool):
		users = users_of(pool)
		link = made(pool, users[0], host=users[1], single_use=0)
		start = at("2031-03-03 12:00")
		assert book(link, start, host="ann")[0] == 400
		booked = [book(link, start + 3600 * hour)[1]["data"]["id"] for hour in range(3)]
		assert {frappe.db.get_value("Booking", name, "host") for name in booked} == {users[1]}
		frappe.db.set_value("User", users[1], "enabled", 0)
		assert book(link, start + 7200)[0] == 404

	def test_a_disabled_page_type_or_owner_is_not_found(self, intro):
		link, page = made(intro), page_of(intro)
		for doctype, name, field in (
			("Scheduling Page", page.name, "is_active"),
			("Meeting Type", intro.name, "is_active"),
			("User", page.user, "enabled"),
		):
			frappe.db.set_value(doctype, name, field, 0)
			assert book(link)[0] == 404, doctype
			frappe.db.set_value(doctype, name, field, 1)
		assert book(link)[0] == 201

	def test_nobody_makes_links_to_other_peoples_meetings(self, intro):
		other = make_page(make_user("Tom")).user
		assert call(CREATE, other, meeting_type=intro.name)[0] == 403
		assert call(CREATE, other, meeting_type=intro.name, user=owner_of(intro))[0] == 403
		assert call(CREATE, "Guest", meeting_type=intro.name)[0] == 401

	def test_a_manager_makes_links_for_others_who_see_them(self, intro):
		manager = make_user("Mia", ("Scheduling User", "Scheduling Manager"))
		link = made(intro, manager, user=owner_of(intro))
		assert [each["id"] for each in listed(owner_of(intro))] == [link["id"]]
		assert link["id"] in [each["id"] for each in listed(manager, user="all")]
		other = make_page(make_user("Tom")).user
		assert listed(other) == []
		assert call(REVOKE, other, link=link["id"])[0] == 403


@pytest.mark.parametrize("forged", ["x.{signature}", "{name}.0", "{name}.", ".{signature}", "Booking Link.{signature}"])
def test_forged_tokens_lead_nowhere(intro, forged):
	name, _dot, signature = token(made(intro)).partition(".")
	text = forged.format(name=name, signature=signature)
	status, body = call("public.get_slots", "Guest", slug="l", meeting_type=text, date="2031-01-01")
	assert (status, body["code"]) == (404, "BOOKING_LINK_NOT_FOUND")


def test_old_links_are_deleted_and_their_bookings_stay(intro):
	link = made(intro)
	booked = book(link)[1]["data"]
	expires = frappe.db.get_value("Booking Link", link["id"], "expires_at")
	forget_old_links(expires + 29 * 86400)
	assert frappe.db.exists("Booking Link", link["id"])
	forget_old_links(expires + 31 * 86400)
	assert not frappe.db.exists("Booking Link", link["id"])
	assert call("public.get_booking", "Guest", token=token_of(booked))[0] == 200
	assert call("public.reschedule", "Guest", token=token_of(booked), start=iso(in_three_days(15), "UTC"))[0] == 201


def test_more_links_and_uses_take_no_more_statements(intro):
	def statements():
		with recorded() as seen:
			api.call(LIST, owner_of(intro))
		return len(seen)

	book(made(intro))
	statements()
	one = statements()
	for hour in (13, 14, 15):
		book(made(intro), in_three_days(hour))
	assert statements() == one
	assert len(listed(owner_of(intro))) == 4


def test_without_a_link_nothing_asks_for_links(intro):
	wish = payload(page_of(intro), intro, in_three_days(12))
	with recorded() as seen:
		assert api.call("public.book", "Guest", **wish)[0] == 201
		api.call("public.get_slots", "Guest", slug=page_of(intro).slug, meeting_type=intro.slug, date="2031-01-01")
	assert [text for text, _values in seen if "tabBooking Link" in text] == []
