"""The methods of hosts and managers over HTTP: list with filters, and book for somebody."""

from datetime import timedelta

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.platform.clock import iso, now, utc
from tests.pages.offer import TeamOffer, book, host_of, in_three_days, make_offer, sign_in
from tests.support import door
from tests.support.factories import fresh, make_meeting_type, page_of, payload

pytestmark = pytest.mark.usefixtures("commit_clean")

API = "scheduler_integration.api.bookings"
NOON = in_three_days(12)
DAY = 86400


def listed(client, **asked):
	answer = client.call(f"{API}.list", "GET", **asked)
	assert answer.status_code == 200, answer.text
	return [each["name"] for each in answer.json()["data"]["bookings"]]


def refused(client, **asked):
	answer = client.call(f"{API}.list", "GET", **asked)
	return answer.status_code, sorted(answer.json()["details"])


class TestCreate:
	def test_a_host_sees_the_slots_and_books_for_a_typed_address(self, client):
		offer = make_offer()
		sign_in(client, host_of(offer))
		# Visitors can't book today here: the minimum notice lasts until midnight.
		days = client.call(
			f"{API}.get_slots", "GET", meeting_type=offer.name, start_date=str(utc(NOON).date()), timezone="UTC"
		).json()["data"]["days"]
		assert iso(NOON, "UTC") in [slot["start"] for slot in days[str(utc(NOON).date())]]
		asked = {
			"meeting_type": offer.name,
			"start": iso(NOON, "UTC"),
			"attendee_name": "Ada",
			"timezone": "Asia/Tokyo",
		}
		answer = client.call(f"{API}.create", **asked, attendee_email="ada@guests.example")
		made = answer.json()["data"]
		assert (answer.status_code, made["status"], made["timezone"]) == (201, "Scheduled", "Asia/Tokyo")
		assert frappe.db.get_value("Booking", made["name"], "source") == "host"
		again = client.call(f"{API}.create", **asked, attendee_email="eve@guests.example")
		assert (again.status_code, again.json()["code"], len(again.json()["suggestions"])) == (409, "SLOT_TAKEN", 3)

	def test_the_slots_to_move_a_booking_leave_out_its_own_start(self, client):
		offer, other = make_offer(), make_offer()
		booking = book(offer, NOON)
		sign_in(client, host_of(offer))
		asked = {"booking": booking.id, "start_date": str(utc(NOON).date()), "timezone": "UTC"}
		(slots,) = client.call(f"{API}.get_slots", "GET", **asked).json()["data"]["days"].values()
		starts = [slot["start"] for slot in slots]
		# The booking's own time is free for it, so the next start is as near as ever.
		assert iso(NOON, "UTC") not in starts
		assert {iso(NOON - 1800, "UTC"), iso(NOON + 1800, "UTC")} <= set(starts)
		sign_in(client, host_of(other))
		assert client.call(f"{API}.get_slots", "GET", **asked).json()["code"] == "NOT_PERMITTED"

	def test_it_names_every_wrong_field(self, client):
		offer = make_offer()
		sign_in(client, host_of(offer))
		answer = client.call(f"{API}.create", meeting_type=offer.name, start="soon", attendee_email="nobody")
		assert answer.status_code == 400
		assert answer.json()["details"].keys() == {"start", "attendee_name", "attendee_email"}

	def test_visitors_and_other_hosts_may_not(self, client):
		offer, other = make_offer(), make_offer()
		for method, verb in (("create", "POST"), ("get_slots", "GET")):
			assert client.call(f"{API}.{method}", verb, meeting_type=offer.name).status_code == 401
		sign_in(client, host_of(other))
		asked = {"meeting_type": offer.name, "start": iso(NOON, "UTC"), "start_date": "2027-01-01"}
		for method, verb in (("create", "POST"), ("get_slots", "GET")):
			assert client.call(f"{API}.{method}", verb, **asked).status_code == 403
		assert client.call(f"{API}.create", meeting_type=["x"]).status_code == 404


class TestList:
	@pytest.fixture
	def offer(self):
		return make_offer()

	@pytest.fixture
	def meetings(self, offer, client):
		"""Book a meeting on each of three days, of two types; the one on the second day is cancelled."""
		page = page_of(offer)
		other = make_meeting_type(page)
		types = (offer, offer, other)
		made = [door.book(payload(page, each, NOON + n * DAY), now()) for n, each in enumerate(types)]
		bookings.cancel_by_host(made[1].id, "", now())
		frappe.db.commit()
		sign_in(client, host_of(offer))
		return [each.id for each in made]

	@pytest.mark.long
	def test_by_status(self, client, meetings):
		first, cancelled, last = meetings
		assert listed(client) == [first, last]
		assert listed(client, status="cancelled") == [cancelled]
		assert listed(client, status="cancelled,scheduled") == meetings
		assert listed(client, status="cancelled", when="upcoming") == []
		assert listed(client, when="all") == meetings
		assert listed(client, when="past") == []

	def test_by_dates_of_a_zone(self, client, meetings):
		day = utc(NOON).date()
		assert listed(client, start_date=str(day + timedelta(1))) == meetings[1:]
		assert listed(client, start_date=str(day), end_date=str(day)) == meetings[:1]
		# Noon in London is 01:00 or 02:00 of the next day in Auckland.
		assert listed(client, start_date=str(day), end_date=str(day), timezone="Pacific/Auckland") == []

	def test_by_type_page_and_position(self, client, meetings, offer):
		page = frappe.db.get_value("Scheduling Page", offer.scheduling_page, "slug")
		assert listed(client, meeting_type=offer.name) == meetings[:1]
		assert listed(client, page=page, when="all") == meetings
		assert listed(client, when="all", limit=1, offset=1) == meetings[1:2]

	@pytest.mark.long
	def test_what_does_not_fit_is_refused_with_the_name_of_the_field(self, client, meetings, offer):
		assert refused(client, status="maybe") == (400, ["status"])
		assert refused(client, start_date="soon", end_date="2027-13-01") == (400, ["end_date", "start_date"])
		assert refused(client, start_date="2027-01-02", end_date="2027-01-01") == (400, ["end_date"])
		assert refused(client, page="none", meeting_type="none") == (400, ["meeting_type", "page"])
		assert refused(client, limit=0) == refused(client, limit=101) == (400, ["limit"])
		assert refused(client, offset=-1) == refused(client, offset=10_001) == (400, ["offset"])
		assert refused(client, when="soon") == (400, ["when"])
		assert refused(client, timezone="Mars")[0] == 400

	@pytest.mark.long
	def test_only_managers_see_others(self, client, meetings):
		team = TeamOffer()
		theirs = team.book(12, team.colleague)
		assert refused(client, host=team.colleague)[0] == 403
		assert refused(client, host="all")[0] == 403
		assert refused(client, host=f"{fresh('nobody')}@x.example") == (400, ["host"])
		sign_in(client, team.manager)
		assert listed(client) == []
		assert listed(client, host=team.colleague) == [theirs]
		assert {theirs, meetings[0]} <= set(listed(client, host="all"))
