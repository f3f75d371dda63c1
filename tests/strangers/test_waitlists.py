"""Attacks on a waitlist: other people's links, offers and addresses, and links that do something by themselves."""

from concurrent.futures import ThreadPoolExecutor

import frappe
import pytest

from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.platform.signing import signed
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.links import entry_token
from tests.pages.offer import book, bookings_of, in_three_days, path_of
from tests.pages.reading import read, typed_in
from tests.waitlist.people import (
	entries_of,
	fresh_entry,
	make_waited,
	offered,
	path,
	that_day,
	waiting,
	wish_to_wait,
)

pytestmark = pytest.mark.usefixtures("commit_clean")

PUBLIC = "scheduler_integration.api.public"
POSTS = ("change_wait", "leave_waitlist", "take_offer", "pass_offer")
# No time is free then.
EARLY = {"from_time": "06:00", "to_time": "07:00"}


def state_of(entry):
	offers = records.offers_to([entry.name]).get(entry.name, [])
	return fresh_entry(entry), [(each.name, each.status) for each in offers]


def forged(entry):
	booked = frappe.get_doc("Booking", book(make_waited(), in_three_days(12)).id)
	return {
		"no signature": entry.name,
		"another's signature": f"{entry.name}.{entry_token('somebody').rpartition('.')[2]}",
		"signed for something else": signed(entry.name, "answer"),
		"a manage link": manage_token(booked),
		"the table itself": entry_token(records.ENTRY),
		"nothing": "",
		"many letters": "a" * 5000,
		"no letters": "%00'\"<script>",
	}


@pytest.mark.long
def test_a_forged_link_leads_nowhere(client):
	entry = offered(make_waited())
	offer = records.open_offer_of(entry.name).name
	before = state_of(entry)
	for kind, token in forged(entry).items():
		for method in POSTS:
			answer = client.call(f"{PUBLIC}.{method}", token=token, offer=offer)
			assert answer.status_code == 404, (kind, method)
			assert answer.json()["code"] == "WAITLIST_ENTRY_NOT_FOUND"
		assert client.call(f"{PUBLIC}.get_waitlist_entry", "GET", token=token).status_code == 404
		assert entry.attendee_email not in client.get(f"/schedule/waitlist/{token}").text
	assert state_of(entry) == before


def test_nobody_takes_or_passes_somebody_elses_offer(client):
	meeting_type = make_waited()
	ann, ben = offered(meeting_type), offered(meeting_type, "Ben")
	theirs = records.open_offer_of(ben.name).name
	for method in ("take_offer", "pass_offer"):
		answer = client.call(f"{PUBLIC}.{method}", token=entry_token(ann.name), offer=theirs)
		assert answer.json()["code"] == "OFFER_ENDED"
	for action in ("take", "pass"):
		assert client.post(path(ann), data={"action": action, "offer": theirs}).status_code == 409
	assert bookings_of(meeting_type) == []
	assert records.offer(theirs).status == records.OPEN
	assert ben.attendee_email not in client.get(path(ann)).text


@pytest.mark.long
def test_who_joins_with_somebodys_address_learns_nothing(client):
	meeting_type = make_waited()
	known = offered(meeting_type)
	with_offer = records.open_offer_of(known.name)
	before = state_of(known)
	answers = [
		client.call(f"{PUBLIC}.join_waitlist", **wish_to_wait(meeting_type, attendee_email=address, **EARLY))
		for address in ("somebody.new@guests.example", known.attendee_email)
	]
	texts = [each.text.replace(known.attendee_email, "somebody.new@guests.example") for each in answers]
	assert [each.status_code for each in answers] == [201, 201]
	assert texts[0] == texts[1]
	assert {*answers[0].headers} == {*answers[1].headers}
	pages = []
	for address in ("somebody.other@guests.example", known.attendee_email):
		form = read(client.get(f"{path_of(meeting_type)}/waitlist").text).one("form", id="booking-form")
		typed = {
			"attendee_name": "Eve",
			"attendee_email": address,
			"first_date": that_day(),
			"last_date": that_day(),
			**EARLY,
		}
		answer = client.post(form["action"], data=typed_in(form, **typed))
		assert answer.status_code == 200
		pages.append(answer.text.replace(address, "x"))
	assert pages[0] == pages[1]
	assert entry_token(known.name) not in "".join((*texts, *pages))
	# Nor do they change what the person has entered, or use up the offer.
	assert state_of(known) == before
	assert records.open_offer_of(known.name).name == with_offer.name


@pytest.mark.long
def test_opening_a_link_changes_nothing(client):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	offer = records.open_offer_of(entry.name).name
	before = state_of(entry)
	for action in ("take", "pass", "leave", "change"):
		query = {"action": action, "offer": offer, "leave": "1", "List-Unsubscribe": "One-Click"}
		assert client.get(path(entry), params=query).status_code == 200
		# Some scanners of mails post to each link that they find.
		client.post(path(entry), params={**query, "leave": ""})
	for method in POSTS:
		answer = client.call(f"{PUBLIC}.{method}", "GET", token=entry_token(entry.name), offer=offer)
		assert answer.status_code in (403, 405)
	assert state_of(entry) == before
	assert bookings_of(meeting_type) == []


def send_at_once(server, *forms):
	"""Send forms at the same moment, each from another network: pairs of an address and the offer that is taken."""

	def click(form):
		address, offer = form
		return server.client().post(address, data={"action": "take", "offer": offer})

	with ThreadPoolExecutor(len(forms)) as pool:
		return list(pool.map(click, forms))


def taking(entry):
	return path(entry), records.open_offer_of(entry.name).name


def test_two_clicks_at_once_book_once(server):
	meeting_type = make_waited()
	click = taking(offered(meeting_type))
	answers = send_at_once(server, click, click)
	assert {each.status_code for each in answers} == {303}
	assert len({each.headers["Location"] for each in answers}) == 1
	assert len(bookings_of(meeting_type)) == 1


def test_two_who_are_offered_the_same_time_get_it_once(server):
	meeting_type = make_waited(waitlist_at_once=2)
	ann = waiting(meeting_type)
	ben = offered(meeting_type, "Ben")
	answers = send_at_once(server, taking(ann), taking(ben))
	assert sorted(each.status_code for each in answers) == [303, 409]
	assert len(bookings_of(meeting_type)) == 1


def test_texts_of_strangers_are_no_markup(client):
	meeting_type = make_waited()
	wish = wish_to_wait(meeting_type, attendee_name="<b>Ann</b>")
	assert "attendee_name" in client.call(f"{PUBLIC}.join_waitlist", **wish).json()["details"]
	evil = '"><script>alert(1)</script>'
	query = {"first_date": evil, "from_time": evil, "weekdays": evil, "most_offers": evil, "name": evil, "tz": evil}
	answer = client.get(f"{path_of(meeting_type)}/waitlist", params=query)
	assert answer.status_code == 200
	assert "<script>alert" not in answer.text
	answer = client.post(f"{path_of(meeting_type)}/waitlist", data={**query, "attendee_name": evil})
	assert answer.status_code == 400
	assert "<script>alert" not in answer.text
	assert entries_of(meeting_type) == []


def test_robots_that_fill_in_every_field_are_refused(client):
	meeting_type = make_waited()
	answer = client.call(f"{PUBLIC}.join_waitlist", **wish_to_wait(meeting_type, website="https://spam.example"))
	assert answer.status_code == 400
	assert entries_of(meeting_type) == []


def test_joining_counts_like_booking(client):
	meeting_type = make_waited()
	frappe.db.set_single_value("Scheduler Settings", "bookings_per_hour", 2)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()
	codes = [
		client.call(f"{PUBLIC}.join_waitlist", **wish_to_wait(meeting_type, **EARLY)).status_code for _each in range(3)
	]
	assert codes == [201, 201, 429]
