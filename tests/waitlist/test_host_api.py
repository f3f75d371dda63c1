"""The methods of hosts for their waitlists, over HTTP, as docs/reference/api.md describes them."""

import pytest

from scheduler_integration.platform.clock import iso
from scheduler_integration.waitlist import records
from tests.pages.offer import book, host_of, in_three_days, sign_in
from tests.support.factories import fresh, make_user
from tests.waitlist.people import fresh_entry, make_waited, offered, that_day, waiting

pytestmark = pytest.mark.usefixtures("commit_clean")

METHODS = "scheduler_integration.api.waitlist"


@pytest.fixture
def waited():
	"""A type whose two times of the day are booked."""
	meeting_type = make_waited()
	for hour in (12, 12.5):
		book(meeting_type, in_three_days(hour), attendee_email=f"{fresh('cleo')}@guests.example")
	return meeting_type


@pytest.fixture
def host(client, waited):
	sign_in(client, host_of(waited))
	return client


def data(answer, status=200):
	assert answer.status_code == status, answer.text
	return answer.json()["data"]


def listed(client, **arguments):
	return data(client.call(f"{METHODS}.list", "GET", **arguments))["waitlists"]


def test_the_list_has_everybody_in_their_order_with_wishes_and_offer(host, waited):
	ann = waiting(waited, "Ann", weekdays="[2, 4]", from_time="14:00", to_time="17:30", last_date="")
	ben = offered(waited, "Ben", last_date="", timezone="Asia/Tokyo")
	[found] = listed(host)
	assert found["meeting_type"] == {"id": waited.name, "name": waited.title, "page": "Jane Doe"}
	assert (found["has_waitlist"], found["timezone"], found["offered"], found["taken"]) == (True, "UTC", 0, 0)
	first, second = found["entries"]
	assert (first["id"], second["id"]) == (ann.name, ben.name)
	assert (first["attendee"]["name"], first["weekdays"], first["from_time"], first["to_time"]) == (
		"Ann",
		[2, 4],
		"14:00",
		"17:30",
	)
	assert (first["first_date"], first["offer"], first["booking"], first["unanswered"]) == (that_day(), None, None, 0)
	offer = records.open_offer_of(ben.name)
	assert second["offer"] == {
		"id": offer.name,
		"start": iso(offer.start, "UTC"),
		"end": iso(offer.end, "UTC"),
		"expires_at": iso(offer.expires_at, "UTC"),
	}
	assert second["timezone"] == "Asia/Tokyo"
	assert listed(host, meeting_type=waited.name) == [found]


def test_one_person_is_put_first_and_the_others_stay_in_order(host, waited):
	ann, ben, cleo = (waiting(waited, name) for name in ("Ann", "Ben", "Cleo"))
	answer = host.call(f"{METHODS}.reorder", meeting_type=waited.name, entries=[cleo.name])
	assert [each["id"] for each in data(answer)["entries"]] == [cleo.name, ann.name, ben.name]
	assert host.call(f"{METHODS}.reorder", meeting_type=waited.name, entries="x").status_code == 400


def test_a_time_is_offered_by_hand_and_taken_back(host, waited):
	waiting(waited, "Ann")
	ben = waiting(waited, "Ben")
	free = iso(in_three_days(12) + 86400, "UTC")
	answer = data(host.call(f"{METHODS}.offer_by_hand", entry=ben.name, start=free))
	assert [each["offer"] and each["offer"]["start"] for each in answer["entries"]] == [None, free]
	twice = host.call(f"{METHODS}.offer_by_hand", entry=ben.name, start=free)
	assert (twice.status_code, twice.json()["code"]) == (409, "CHANGED_MEANWHILE")
	answer = data(host.call(f"{METHODS}.withdraw_offer", entry=ben.name))
	assert [each["offer"] for each in answer["entries"]] == [None, None]


def test_a_time_that_is_not_free_is_refused_with_others(host, waited):
	ann = waiting(waited)
	answer = host.call(f"{METHODS}.offer_by_hand", entry=ann.name, start=iso(in_three_days(12), "UTC"))
	assert (answer.status_code, answer.json()["code"]) == (409, "SLOT_TAKEN")
	assert answer.json()["suggestions"]
	assert host.call(f"{METHODS}.offer_by_hand", entry=ann.name, start="noon").status_code == 400


def test_somebody_is_taken_off_and_the_second_time_nothing_changes(host, waited):
	ann = waiting(waited)
	for _time in (1, 2):
		assert data(host.call(f"{METHODS}.take_off", entry=ann.name))["entries"] == []
	assert (fresh_entry(ann).status, fresh_entry(ann).ended_because) == (records.ENDED, records.BECAUSE_HOST)
	late = host.call(f"{METHODS}.offer_by_hand", entry=ann.name, start=iso(in_three_days(12) + 86400, "UTC"))
	assert (late.status_code, late.json()["code"]) == (409, "WAITLIST_OVER")


def calls(entry, meeting_type):
	free = iso(in_three_days(12) + 86400, "UTC")
	return {
		"reorder": {"meeting_type": meeting_type.name, "entries": [entry.name]},
		"offer_by_hand": {"entry": entry.name, "start": free},
		"withdraw_offer": {"entry": entry.name},
		"take_off": {"entry": entry.name},
	}


def test_another_host_reads_and_changes_nothing(client, waited):
	ann = offered(waited, last_date="")
	own = make_waited()
	sign_in(client, host_of(own))
	assert [each["meeting_type"]["id"] for each in listed(client)] == [own.name]
	assert client.call(f"{METHODS}.list", "GET", meeting_type=waited.name).status_code == 403
	for method, arguments in calls(ann, waited).items():
		answer = client.call(f"{METHODS}.{method}", **arguments)
		assert (answer.status_code, ann.attendee_email in answer.text) == (403, False), method
	assert fresh_entry(ann).status == records.WAITING
	assert records.open_offer_of(ann.name)


def test_strangers_and_people_without_the_role_are_refused(client, waited):
	ann = waiting(waited)
	for status in (401, 403):
		assert client.call(f"{METHODS}.list", "GET").status_code == status
		for method, arguments in calls(ann, waited).items():
			assert client.call(f"{METHODS}.{method}", **arguments).status_code == status, method
		sign_in(client, make_user("Mallory", roles=()))
	assert fresh_entry(ann).status == records.WAITING


@pytest.mark.parametrize("entry", ["", "nobody", "Waitlist Entry", 7, None, ["x"], {"name": "x"}])
def test_an_entry_that_does_not_exist_is_404(host, waited, entry):
	for method in ("withdraw_offer", "take_off"):
		answer = host.call(f"{METHODS}.{method}", entry=entry)
		assert (answer.status_code, answer.json()["code"]) == (404, "WAITLIST_ENTRY_NOT_FOUND")
	assert host.call(f"{METHODS}.reorder", meeting_type=entry, entries=[]).status_code == 404


def test_a_manager_reads_every_list(client, waited):
	waiting(waited)
	sign_in(client, make_user("Maria", roles=("Scheduling Manager",)))
	assert waited.name in [each["meeting_type"]["id"] for each in listed(client)]
