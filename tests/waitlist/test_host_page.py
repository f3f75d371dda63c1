"""Hosts look after their waitlists on `/scheduling/waitlist`, with forms as a browser without scripts sends them."""

import frappe
import pytest

from benchmarks.host_pages import measure
from scheduler_integration.jobs.outbox import run_due_tasks
from scheduler_integration.platform.clock import iso, now
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.rows import Held, NewOffer
from tests.pages.offer import TeamOffer, book, host_of, in_three_days, sign_in
from tests.pages.reading import read, typed_in
from tests.support.factories import fresh, make_meeting_type, make_user, page_of
from tests.waitlist.people import entries_of, fresh_entry, make_waited, offered, waiting
from tests.waitlist.world import wait_for_earlier

PATH = "/scheduling/waitlist"

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def waited():
	"""A type whose two times of the day are booked."""
	meeting_type = make_waited()
	for hour in (12, 12.5):
		book(meeting_type, in_three_days(hour), attendee_name="Cleo", attendee_email=f"{fresh('cleo')}@guests.example")
	return meeting_type


@pytest.fixture
def host(client, waited):
	sign_in(client, host_of(waited))
	return client


def press(host, **fields):
	"""Send a form of the page with its key, as the button in it does."""
	token = read(host.get(PATH).text).all("input", name="csrf_token")[0]["value"]
	return host.post(PATH, data={"csrf_token": token, **fields})


def names(meeting_type):
	return [each.attendee_name for each in entries_of(meeting_type)]


def rows(host, address=PATH):
	return [row.text for row in read(host.get(address).text).all("li", class_="type-row")]


def move(host, meeting_type, way, entry):
	"""Press a button of the list: the browser sends the whole order along."""
	form = next(form for form in read(host.get(PATH).text).all("form") if form.all("input", name="order"))
	return host.post(PATH, data=[*typed_in(form), ("move", f"{way}:{entry.name}")])


class TestTheList:
	def test_it_says_who_waits_for_what_since_when_and_with_which_offer(self, host, waited):
		waiting(waited, "Ann", weekdays="2,4", from_time="12:00", to_time="13:30", last_date="")
		second = offered(waited, "Ben", timezone="Asia/Tokyo", last_date="")
		text = "\n".join(rows(host))
		assert "Ann" in text
		assert "Tuesday, Thursday" in text
		assert "12:00 PM – 1:30 PM" in " ".join(text.split())
		assert "Since" in text
		assert "Tokyo" in text
		assert "is offered until" in text
		assert second.attendee_email in text

	def test_a_meeting_to_move_earlier_is_linked(self, host, waited):
		booking = frappe.get_last_doc("Booking", {"meeting_type": waited.name})
		wait_for_earlier(booking, now=now())
		frappe.db.commit()
		page = read(host.get(PATH).text)
		assert page.all("a", href=f"/scheduling/meeting/{booking.name}")

	def test_offers_without_an_answer_and_past_results_are_counted(self, host, waited):
		entry = waiting(waited)
		records.note_unanswered({entry.name: 2})
		insert_offer(entry, records.TAKEN, 0)
		insert_offer(entry, records.EXPIRED, 1)
		insert_offer(entry, records.PASSED, 1)
		frappe.db.commit()
		page = read(host.get(PATH).text).one("main").text
		assert "2 offers without an answer" in page
		assert "1 of 2 offered times were taken in the last 30 days (50%)" in page

	@pytest.mark.long
	def test_a_long_list_is_cut_and_its_end_keeps_the_order(self, host, waited):
		entries = [
			waiting(waited, f"Ann {number:03}", attendee_email=f"{fresh('x')}@guests.example") for number in range(103)
		]
		assert len(rows(host)) == 100
		assert "and 3 more" in host.get(PATH).text
		move(host, waited, "top", entries[99])
		assert [each.name for each in entries_of(waited)] == [
			each.name for each in (entries[99], *entries[:99], *entries[100:])
		]

	def test_it_is_in_the_navigation_only_of_those_whom_it_concerns(self, host, waited, client):
		assert navigation(client)["Waitlist"] == PATH
		sign_in(client, make_user("Tom", roles=("Scheduling User",)))
		assert "Waitlist" not in navigation(client)
		assert "None of your meeting types has a waitlist" in client.get(PATH).text

	def test_without_a_list_on_the_site_nothing_is_shown(self, client):
		meeting_type = make_waited(has_waitlist=0)
		sign_in(client, host_of(meeting_type))
		assert "Waitlist" not in navigation(client)

	@pytest.mark.long
	def test_more_types_and_more_people_take_no_more_statements(self, waited, monkeypatch):
		def grow(days):
			extra = make_meeting_type(page_of(waited), has_waitlist=1)
			for name in ("Ann", "Ben", "Cleo"):
				waiting(waited, name)
				offered(extra, name, last_date="")
			booking = book(extra, in_three_days(12) + 86400 * days, attendee_email=f"{fresh('x')}@guests.example")
			wait_for_earlier(frappe.get_doc("Booking", booking.id), now())
			frappe.db.commit()

		monkeypatch.setattr(frappe.local, "request", None, raising=False)
		counts = []
		for days in (5, 6):
			grow(days)
			counts.append(measure("host/waitlist", {}, {"user": host_of(waited)}, runs=0)[1])
		assert counts[0] == counts[1]


class TestTheOrder:
	@pytest.mark.parametrize(
		("way", "which", "wanted"),
		[("up", 2, "Ann Cleo Ben"), ("down", 0, "Ben Ann Cleo"), ("top", 2, "Cleo Ann Ben"), ("up", 0, "Ann Ben Cleo")],
	)
	def test_a_button_moves_somebody(self, host, waited, way, which, wanted):
		entries = [waiting(waited, name) for name in ("Ann", "Ben", "Cleo")]
		assert move(host, waited, way, entries[which]).status_code == 303
		assert names(waited) == wanted.split()

	def test_a_script_sends_the_whole_order_and_gets_json(self, host, waited):
		ann, ben = waiting(waited, "Ann"), waiting(waited, "Ben")
		token = read(host.get(PATH).text).all("input", name="csrf_token")[0]["value"]
		sent = [("csrf_token", token), ("type", waited.name), ("order", ben.name), ("order", ann.name)]
		answer = host.post(PATH, data=sent, headers={"Accept": "application/json"})
		assert (answer.status_code, answer.json()["saved"]) == (200, True)
		assert names(waited) == ["Ben", "Ann"]

	def test_who_joined_meanwhile_comes_last(self, host, waited):
		ann, ben = waiting(waited, "Ann"), waiting(waited, "Ben")
		press_order = [("type", waited.name), ("order", ben.name), ("order", ann.name)]
		token = read(host.get(PATH).text).all("input", name="csrf_token")[0]["value"]
		waiting(waited, "Cleo")
		host.post(PATH, data=[("csrf_token", token), *press_order])
		assert names(waited) == ["Ben", "Ann", "Cleo"]


class TestOffersByHand:
	def test_a_time_is_chosen_from_those_that_are_free_and_offered(self, host, waited):
		waiting(waited, "Ann")
		ben = waiting(waited, "Ben")
		page = read(host.get(f"{PATH}?entry={ben.name}").text)
		form = next(form for form in page.all("form") if form.all("button", value="offer"))
		values = [each["value"] for each in form.all("input", type="radio")]
		taken = iso(in_three_days(12), "UTC")
		assert values
		assert taken not in values
		answer = host.post(PATH, data=[*typed_in(form, start=values[0]), ("action", "offer")])
		assert answer.status_code == 303
		offer = records.open_offer_of(fresh_entry(ben).name)
		assert iso(offer.start, "UTC") == values[0]
		assert frappe.db.get_value(records.OFFER, offer.name, "by_hand") == 1
		assert "is offered until" in rows(host)[1]

	def test_times_that_suit_are_marked(self, host, waited):
		ben = waiting(waited, "Ben", last_date="", from_time="12:30")
		page = read(host.get(f"{PATH}?entry={ben.name}").text)
		marked = [each.text for each in page.all("label", class_="choice") if each.all("span", class_="tag")]
		assert {each.replace("12:30", "half past") for each in marked} != set()
		assert all("12:30" in each for each in marked)

	def test_a_time_that_was_taken_meanwhile_is_refused_and_the_form_stays(self, host, waited):
		ben = waiting(waited, "Ben")
		answer = press(host, action="offer", entry=ben.name, start=iso(in_three_days(12), "UTC"))
		assert answer.status_code == 409
		page = read(answer.text)
		assert "just taken" in page.one("p", role="alert").text
		assert page.all("button", value="offer")
		assert records.open_offer_of(fresh_entry(ben).name) is None

	def test_nobody_gets_two_offers(self, host, waited):
		ann = offered(waited, "Ann", last_date="")
		free = iso(in_three_days(12) + 86400, "UTC")
		assert press(host, action="offer", entry=ann.name, start=free).status_code == 409
		assert len(records.offers_to([ann.name])[ann.name]) == 1

	@pytest.mark.parametrize("start", ["", "soon", "9999-01-01T00:00:00Z", "2020-01-01T00:00:00Z"])
	def test_a_start_that_is_none_is_refused(self, host, waited, start):
		ann = waiting(waited)
		assert press(host, action="offer", entry=ann.name, start=start).status_code in (400, 409)

	def test_an_offer_is_taken_back_and_its_time_is_free_again(self, host, waited):
		ann = offered(waited, last_date="")
		first = records.open_offer_of(ann.name)
		assert press(host, action="withdraw", entry=ann.name).status_code == 303
		assert fresh_entry(ann).status == records.WAITING
		assert records.open_offer_of(ann.name) is None
		ben = offered(waited, "Ben", last_date="")
		assert records.open_offer_of(ben.name).start == first.start


@pytest.mark.parametrize("action", ["withdraw", "remove"])
def test_the_time_that_a_host_takes_from_one_person_is_offered_to_the_next_by_the_next_job(host, waited, action):
	ann, ben = offered(waited, last_date=""), waiting(waited, "Ben", last_date="")
	first = records.open_offer_of(ann.name)
	# The look after Ann joined, and her messages.
	frappe.db.set_value("Outbox Task", {"booking": ann.name}, "status", "Sent")
	frappe.db.commit()
	assert press(host, action=action, entry=ann.name).status_code == 303
	frappe.db.rollback()
	assert records.open_offer_of(ben.name) is None
	run_due_tasks(now, 60, ann.name)
	assert records.open_offer_of(ben.name).start == first.start


def test_somebody_is_taken_off_the_list(host, waited):
	ann, _ben = waiting(waited, "Ann"), waiting(waited, "Ben")
	assert press(host, action="remove", entry=ann.name).status_code == 303
	assert (fresh_entry(ann).status, ann.name in {each.name for each in entries_of(waited)}) == (records.ENDED, False)
	assert names(waited) == ["Ben"]
	assert press(host, action="remove", entry=ann.name).status_code == 303


def test_a_list_is_switched_off_and_on_and_those_who_wait_keep_their_places(host, waited):
	ann = waiting(waited)
	assert press(host, action="off", type=waited.name).status_code == 303
	frappe.db.rollback()
	assert frappe.db.get_value("Meeting Type", waited.name, "has_waitlist") == 0
	assert "Switched off" in host.get(PATH).text
	assert "Ann" in rows(host)[0]
	assert navigation(host)["Waitlist"] == PATH
	press(host, action="on", type=waited.name)
	frappe.db.rollback()
	assert frappe.db.get_value("Meeting Type", waited.name, "has_waitlist") == 1
	assert fresh_entry(ann).status == records.WAITING


class TestRights:
	@pytest.fixture
	def ann(self, waited):
		return waiting(waited)

	@pytest.fixture
	def tom(self, client, ann):
		"""Another host, who has a waitlist of his own."""
		own = make_waited()
		waiting(own, "Zoe")
		frappe.db.commit()
		sign_in(client, host_of(own))
		return client

	def test_another_host_sees_only_their_own(self, tom, ann):
		for address in (PATH, f"{PATH}?entry={ann.name}"):
			page = tom.get(address).text
			assert "Zoe" in page
			assert ann.attendee_email not in page

	def test_another_host_changes_nothing(self, tom, ann, waited):
		free = iso(in_three_days(12) + 86400, "UTC")
		for fields in (
			{"type": waited.name, "order": ann.name},
			{"action": "offer", "entry": ann.name, "start": free},
			{"action": "withdraw", "entry": ann.name},
			{"action": "remove", "entry": ann.name},
			{"action": "off", "type": waited.name},
		):
			answer = press(tom, **fields)
			assert answer.status_code == 403, fields
			assert ann.attendee_email not in answer.text
		assert fresh_entry(ann).status == records.WAITING
		assert records.open_offer_of(ann.name) is None
		assert frappe.db.get_value("Meeting Type", waited.name, "has_waitlist") == 1

	def test_who_is_not_signed_in_or_no_host_sees_nothing(self, client, ann):
		assert ann.attendee_email not in client.get(PATH).text
		sign_in(client, make_user("Mallory", roles=()))
		assert client.get(PATH).status_code == 403

	def test_a_request_without_the_key_is_refused(self, host, ann):
		host.get(PATH)
		assert host.post(PATH, data={"action": "remove", "entry": ann.name}).status_code in (400, 403)
		assert fresh_entry(ann).status == records.WAITING

	def test_a_manager_looks_after_every_list(self, client, ann):
		sign_in(client, make_user("Maria", roles=("Scheduling Manager",)))
		assert ann.attendee_email in client.get(PATH).text
		assert press(client, action="remove", entry=ann.name).status_code == 303
		assert fresh_entry(ann).status == records.ENDED

	def test_the_hosts_of_a_teams_type_look_after_its_list_and_the_others_do_not(self, client):
		team = TeamOffer()
		frappe.db.set_value("Meeting Type", team.meeting_type.name, "has_waitlist", 1)
		frappe.clear_document_cache("Meeting Type", team.meeting_type.name)
		meeting_type = frappe.get_doc("Meeting Type", team.meeting_type.name)
		meeting_type.save()
		frappe.db.commit()
		dora = waiting(meeting_type, "Dora", last_date="")
		sign_in(client, team.colleague)
		assert dora.attendee_email in client.get(PATH).text
		assert press(client, action="off", type=meeting_type.name).status_code == 303
		others = [row.user for row in page_of(meeting_type).hosts if row.user != team.colleague]
		meeting_type = frappe.get_doc("Meeting Type", meeting_type.name)
		meeting_type.set("hosts", [{"user": user} for user in others])
		meeting_type.save()
		frappe.db.commit()
		assert dora.attendee_email not in client.get(PATH).text
		assert press(client, action="remove", entry=dora.name).status_code == 403


def insert_offer(entry, status, hours):
	at = now()
	start = at + 86400 + hours * 3600
	held = Held(("nobody@hosts.example",), ((start, start + 1800),))
	[offer] = records.insert_offers([NewOffer(entry, start, at, "key", held)], at - 86400)
	records.end_offers([offer.name], status)


def navigation(client):
	page = read(client.get("/scheduling").text)
	return {each.text: each["href"] for tabs in page.all("nav", class_="tabs") for each in tabs.all("a")}
