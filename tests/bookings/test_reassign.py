"""Reassigning a meeting: who may do it, to whom, what changes with it, and who is told."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import (
	AlreadyCancelled,
	BookingNotFound,
	HostNotFree,
	InvalidRequest,
	NotPermitted,
	SlotTaken,
)
from scheduler_integration.meetings.lookup import booking_by_token
from scheduler_integration.platform import clock
from tests.support import door
from tests.support.factories import (
	at,
	make_host,
	make_meeting_type,
	make_page,
	make_user,
	payload,
	token_of,
)
from tests.support.ledger import credits
from tests.support.outbox import deliver, mails, tasks

# A Monday.
NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
HALF = 1800
TUESDAY = NINE + 86400


@pytest.fixture
def pool(page):
	return make_meeting_type(page, assignment="Round Robin", round_robin_mode="Weighted")


@pytest.fixture
def booked(page, pool):
	return door.book(payload(page, pool, NINE), NOW).id


def users_of(name):
	booking = frappe.get_doc("Booking", name)
	return booking.host, booking.host_users()


def busy_with_a_meeting(user, start=NINE):
	own_page = make_page(user)
	return door.book(payload(own_page, make_meeting_type(own_page), start), NOW).id


def messages(name):
	"""Return the messages by the reader's address: iTIP method, sequence and UID of the invitation, subject, body."""
	return {
		mail.reader.email: (
			str(mail.calendar["method"]),
			int(mail.event["sequence"]),
			str(mail.event["uid"]),
			mail.subject,
			mail.body,
		)
		for mail in mails(name, NOW)
	}


class TestTheMeeting:
	def test_goes_to_the_new_host_with_its_time(self, page, pool, team, booked):
		ann, ben, _cem = team
		answer = bookings.reassign(booked, ben, NOW)
		assert [host.name for host in answer.hosts] == ["Ben"]
		assert users_of(booked) == (ben, [ben])
		assert answer.title == "Intro call: Ada Lovelace and Ben"
		held = frappe.get_all("Booking Slot", {"booking": booked}, pluck="host")
		assert set(held) == {ben}
		own_page = make_page(ann)
		assert door.book(payload(own_page, make_meeting_type(own_page), NINE), NOW)

	def test_the_new_hosts_time_is_taken(self, team, booked):
		bookings.reassign(booked, team[1], NOW)
		with pytest.raises(SlotTaken):
			busy_with_a_meeting(team[1])

	def test_its_event_follows(self, team, booked):
		ann, ben, _cem = team
		bookings.reassign(booked, ben, NOW)
		event = frappe.get_doc("Event", frappe.db.get_value("Booking", booked, "event"))
		assert event.owner == ben
		people = [row.reference_docname for row in event.event_participants if row.reference_doctype == "User"]
		assert people == [ben]
		assert ann not in people

	def test_whose_event_was_deleted_can_be_reassigned(self, team, booked):
		frappe.delete_doc("Event", frappe.db.get_value("Booking", booked, "event"), force=True)
		assert bookings.reassign(booked, team[1], NOW)

	def test_the_new_host_pays_for_the_turn(self, pool, team, booked):
		ann, ben, cem = team
		before = credits(pool)
		bookings.reassign(booked, cem, NOW)
		after = credits(pool)
		assert {user: after[user] - before[user] for user in team} == {ann: 10**6, ben: 0, cem: -(10**6)}

	def test_once_cancelled_leaves_no_debt(self, pool, team, booked):
		bookings.reassign(booked, team[2], NOW)
		bookings.cancel_by_host(booked, "", NOW)
		assert set(credits(pool).values()) == {0}

	@pytest.mark.long
	def test_may_go_to_and_fro(self, team, booked):
		ann, ben, _cem = team
		bookings.reassign(booked, ben, NOW)
		bookings.reassign(booked, ann, NOW)
		assert users_of(booked) == (ann, [ann])
		assert set(messages(booked)) == {
			frappe.db.get_value("Booking", booked, "attendee_email"),
			ann,
			ben,
		}


class TestCollective:
	@pytest.fixture
	def together(self, page, team):
		"""Ann and Ben are required. Cem is optional and doesn't work on Tuesday."""
		page.hosts[2].is_required = 0
		page.save()
		away = {"doctype": "Availability Override", "user": team[2], "date": "2026-03-03", "is_available": 0}
		frappe.get_doc(away).insert()
		return make_meeting_type(page, assignment="Collective")

	@pytest.fixture
	def booked(self, page, team, together):
		name = door.book(payload(page, together, TUESDAY), NOW).id
		assert users_of(name) == (team[0], team[:2])
		return name

	def test_by_default_the_first_is_replaced(self, team, booked):
		_ann, ben, cem = team
		bookings.reassign(booked, cem, NOW, force=True)
		assert users_of(booked) == (cem, [cem, ben])

	def test_another_can_be_named(self, team, booked):
		ann, ben, cem = team
		bookings.reassign(booked, cem, NOW, replaces=ben, force=True)
		assert users_of(booked) == (ann, [ann, cem])

	def test_a_host_who_left_the_company_can_be_replaced(self, team, booked):
		ann, ben, cem = team
		frappe.db.set_value("User", ann, "enabled", 0)
		bookings.reassign(booked, cem, NOW, force=True)
		assert users_of(booked) == (cem, [cem, ben])

	def test_the_new_host_must_be_free(self, team, booked):
		with pytest.raises(HostNotFree) as refused:
			bookings.reassign(booked, team[2], NOW, replaces=team[1])
		assert [reason.code for reason in refused.value.objections] == ["OUTSIDE_HOURS"]

	@pytest.mark.parametrize("replaces", ["nobody@x.example", "x"])
	def test_somebody_who_does_not_take_part_can_not_be_replaced(self, team, booked, replaces):
		with pytest.raises(InvalidRequest) as refused:
			bookings.reassign(booked, team[2], NOW, replaces=replaces)
		assert list(refused.value.details) == ["replaces"]


class TestWhatIsRefused:
	def test_a_host_who_is_busy_with_what_they_are_busy_with(self, team, booked):
		other = busy_with_a_meeting(team[1])
		with pytest.raises(HostNotFree) as refused:
			bookings.reassign(booked, team[1], NOW, force=True)
		(conflict,) = refused.value.conflicts
		assert (conflict.doctype, conflict.name) == ("Booking", other)
		assert refused.value.http_status_code == 409
		assert not refused.value.can_force

	def test_a_time_outside_the_hours_unless_forced(self, page, team, booked):
		late = make_host("Late", {"Monday": ["12:00-17:00"]})
		page.append("hosts", {"user": late})
		page.save()
		with pytest.raises(HostNotFree) as refused:
			bookings.reassign(booked, late, NOW)
		assert [reason.code for reason in refused.value.objections] == ["OUTSIDE_HOURS"]
		assert refused.value.can_force
		bookings.reassign(booked, late, NOW, force=True)
		assert users_of(booked) == (late, [late])

	def test_notice_window_and_grid_bind_guests_and_not_managers(self, page, pool, team, booked):
		pool.reload()
		pool.update({"minimum_notice": 30, "minimum_notice_unit": "Days", "max_days_in_advance": 1, "slot_offset": 10})
		pool.save()
		assert bookings.reassign(booked, team[1], NINE + 60)

	@pytest.mark.parametrize("host", ["nobody@x.example", ""])
	def test_somebody_who_is_no_host_of_the_type(self, booked, host):
		with pytest.raises(InvalidRequest) as refused:
			bookings.reassign(booked, host, NOW)
		assert list(refused.value.details) == ["host"]

	def test_the_host_who_has_it(self, team, booked):
		with pytest.raises(InvalidRequest):
			bookings.reassign(booked, team[0], NOW)

	def test_a_plain_host_may_not_even_their_own(self, as_user, team, booked):
		with as_user(team[0]), pytest.raises(NotPermitted):
			bookings.reassign(booked, team[1], NOW)
		with as_user(make_user("Boss", roles=("Scheduling Manager",))):
			assert bookings.reassign(booked, team[1], NOW)

	def test_a_meeting_that_is_over_or_cancelled(self, team, booked):
		with pytest.raises(NotPermitted):
			bookings.reassign(booked, team[1], NINE + HALF)
		bookings.cancel_by_host(booked, "", NOW)
		with pytest.raises(AlreadyCancelled):
			bookings.reassign(booked, team[1], NOW)
		with pytest.raises(BookingNotFound):
			bookings.reassign("nothing", team[1], NOW)

	def test_nothing_is_stored_when_it_is_refused(self, pool, team, booked):
		busy_with_a_meeting(team[1])
		before = credits(pool)
		with pytest.raises(HostNotFree):
			bookings.reassign(booked, team[1], NOW)
		assert users_of(booked)[0] == team[0]
		assert credits(pool) == before


class TestWhoIsTold:
	def test_attendee_new_and_old_host_each_get_what_concerns_them(self, team, booked):
		ann, ben, cem = team
		before = messages(booked)
		bookings.reassign(booked, ben, NOW)
		told = messages(booked)
		attendee = frappe.db.get_value("Booking", booked, "attendee_email")
		assert set(told) == {attendee, ann, ben}
		assert [told[email][0] for email in (attendee, ben, ann)] == ["REQUEST", "PUBLISH", "CANCEL"]
		assert {method[1:3] for method in told.values()} == {(1, before[attendee][2])}
		assert "Your meeting is now with Ben." in told[attendee][4]
		assert told[attendee][3].startswith("New host: Intro call with Ben")
		assert "The meeting with Ada Lovelace is now with Ben. Your time is free again." in told[ann][4]
		assert told[ann][3].startswith("Reassigned: ")
		assert cem not in told

	@pytest.mark.long
	def test_the_old_host_is_told_once(self, commit_clean, outgoing_mail, team, booked):
		deliver(booked, NOW)
		bookings.reassign(booked, team[1], NOW)
		assert deliver(booked, NOW) == 3
		bookings.cancel_by_host(booked, "", NOW)
		assert set(messages(booked)) == {frappe.db.get_value("Booking", booked, "attendee_email"), team[1]}

	@pytest.mark.long
	def test_the_old_host_is_told_even_if_the_meeting_is_cancelled_meanwhile(
		self, commit_clean, outgoing_mail, team, booked
	):
		deliver(booked, NOW)
		bookings.reassign(booked, team[1], NOW)
		bookings.cancel_by_host(booked, "", NOW)
		assert deliver(booked, NOW) == 3
		assert [task.status for task in tasks(booked, purpose="host_removed")] == ["Sent"]

	@pytest.mark.long
	def test_a_host_who_never_knew_of_the_meeting_gets_no_cancellation(self, commit_clean, outgoing_mail, team, booked):
		bookings.reassign(booked, team[1], NOW)
		assert deliver(booked, NOW) == 3
		assert [task.status for task in tasks(booked, purpose="host_removed")] == ["Skipped"]

	def test_a_host_who_comes_back_isnt_told_that_they_were_away(self, team, booked):
		bookings.reassign(booked, team[1], NOW)
		bookings.reassign(booked, team[0], NOW)
		removed = [(task.target, task.status) for task in tasks(booked, purpose="host_removed")]
		assert removed == [(team[0], "Skipped"), (team[1], "Pending")]

	def test_the_attendees_link_still_opens_the_meeting(self, page, pool, team):
		booking = door.book(payload(page, pool, NINE), NOW)
		bookings.reassign(booking.id, team[1], NOW)
		assert booking_by_token(token_of(booking), NOW).hosts[0].name == "Ben"


@pytest.mark.usefixtures("commit_clean")
class TestOverHttp:
	UPDATE = "scheduler_integration.api.bookings.update"

	@pytest.fixture
	def booked(self, page, pool):
		name = door.book(payload(page, pool, soon()), clock.now()).id
		frappe.db.commit()
		return name

	@pytest.fixture
	def manager(self, client):
		boss = make_user("Boss", roles=("Scheduling Manager",), new_password="Analytical-Engine-1843")
		frappe.db.commit()
		client.login(boss, "Analytical-Engine-1843")
		return client

	def test_a_manager_is_answered_the_booking(self, manager, team, booked):
		answer = manager.call(self.UPDATE, name=booked, action="reassign", host=team[1])
		assert (answer.status_code, answer.json()["data"]["hosts"][0]["name"]) == (200, "Ben")

	def test_a_host_who_is_not_free_is_409_with_conflicts_even_by_force(self, manager, team, booked):
		own_page = make_page(team[1])
		door.book(payload(own_page, make_meeting_type(own_page), soon()), clock.now())
		frappe.db.commit()
		answer = manager.call(self.UPDATE, name=booked, action="reassign", host=team[1], force=1)
		refused = answer.json()
		assert (answer.status_code, refused["code"], len(refused["conflicts"])) == (409, "HOST_NOT_FREE", 1)

	def test_a_wrong_host_and_a_wrong_force_are_400(self, manager, team, booked):
		for wrong in ({"host": "nobody@x.example"}, {"host": team[1], "force": "maybe"}):
			answer = manager.call(self.UPDATE, name=booked, action="reassign", **wrong)
			assert (answer.status_code, len(answer.json()["details"])) == (400, 1)


def soon():
	"""Return nine o'clock on a Monday more than a week from now, because the server's clock is real."""
	monday = clock.now() // 86400 + 8
	monday += -(monday + 3) % 7
	return monday * 86400 + 9 * 3600
