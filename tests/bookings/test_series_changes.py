"""Dates of a series are cancelled, moved and answered: one of them, this one and later ones, or all."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.entry.commands import act, act_undoably, parse_command, undo
from scheduler_integration.exceptions import DatesTaken, InvalidRequest, SlotTaken, TooLateToChange
from scheduler_integration.meetings.tokens import answer_url
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.bookings.standing import check_seats, check_time, check_turns
from tests.bookings.test_series import BERLIN, FIRST, NOW, WEEK, book, iso, make_pool, make_series_type, wall
from tests.notifications.test_series_invitation import starts_in
from tests.support import door
from tests.support.factories import at, make_meeting_type, payload, token_of
from tests.support.outbox import mails

HOUR = 3600


def states(answer):
	"""Return the present dates of the series with their states, in order."""
	fields = ["name", "status", "starts_at", "rescheduled_from"]
	rows = frappe.get_all("Booking", {"series": answer.series.id}, fields, order_by="starts_at")
	replaced = {row.rescheduled_from for row in rows}
	return [(wall(row.starts_at), row.status) for row in rows if row.name not in replaced]


def live(answer):
	return [start for start, status in states(answer) if status == "Scheduled"]


def token(answer, place):
	return answer.series.dates[place].manage_url.rpartition("/")[2]


def make_series(times=4, **fields):
	page, advisory = make_series_type(**fields)
	return page, advisory, book(page, advisory, times=times)


@pytest.mark.parametrize(("scope", "left"), [("one", 3), ("later", 1), ("all", 0)])
def test_an_attendee_cancels_one_or_later_or_all(scope, left):
	page, _advisory, answer = make_series()
	bookings.cancel_by_token(token(answer, 1), "Flu", NOW, scope=scope)
	assert len(live(answer)) == left
	check_time([page.user])
	first = answer.series.dates[0 if scope == "all" else 1].id
	told = [mail for mail in mails(first, NOW) if mail.reader.is_attendee]
	assert len(told) == 1
	if left:
		assert len(starts_in(told[0].invitation.calendar)) == left
	else:
		assert told[0].invitation.method == "CANCEL"


def test_dates_that_begin_too_soon_stay():
	_page, _advisory, answer = make_series(change_notice_hours=24)
	late = FIRST - HOUR
	with pytest.raises(TooLateToChange):
		bookings.cancel_by_token(token(answer, 0), "", late)
	bookings.cancel_by_token(token(answer, 2), "", late, scope="all")
	assert [status for _start, status in states(answer)] == ["Scheduled", "Cancelled", "Cancelled", "Cancelled"]


@pytest.mark.long
def test_a_host_cancels_all_and_takes_it_back(frozen):
	clock = frozen("2026-10-05T06:00:00.250000Z")
	page, _advisory, answer = make_series()
	clock.shift(60)
	command = parse_command("cancel", answer.series.dates[1].id, scope="all")
	_booking, facts = act_undoably(command)
	assert live(answer) == []
	undo(facts)
	assert len(live(answer)) == 4
	check_time([page.user])


def test_an_unknown_scope_is_refused():
	_page, _advisory, answer = make_series()
	with pytest.raises(InvalidRequest):
		parse_command("cancel", answer.id, scope="some")


@pytest.mark.long
def test_all_move_by_the_clock_and_the_rule_with_them():
	page, _advisory, answer = make_series()
	target = at("2026-10-14 14:00", BERLIN)
	moved = bookings.reschedule_by_token(token(answer, 0), RescheduleRequest(target), NOW, "all")
	assert live(answer) == ["10-14 14:00", "10-21 14:00", "10-28 14:00", "11-04 14:00"]
	assert moved.start == target
	rows = frappe.get_all("Booking", {"series": answer.series.id, "status": "Scheduled"}, ["starts_at", "series_date"])
	assert all(row.starts_at == row.series_date for row in rows)
	check_time([page.user])
	told = [mail for mail in mails(moved.id, NOW) if mail.reader.is_attendee]
	assert [wall(start) for start in starts_in(told[0].invitation.calendar)] == live(answer)
	assert "4 of your meetings with Jane are moved to other times." in told[0].text
	assert len(told) == 1


@pytest.mark.long
def test_this_and_later_move_and_the_earlier_ones_stay():
	page, _advisory, answer = make_series()
	target = answer.series.dates[2].start + HOUR
	moved = bookings.reschedule_by_host(answer.series.dates[2].id, RescheduleRequest(target), NOW, scope="later")
	assert live(answer) == ["10-13 10:00", "10-20 10:00", "10-27 11:00", "11-03 11:00"]
	to_attendee = mails(moved.id, NOW)[0]
	assert [wall(start) for start in starts_in(to_attendee.invitation.calendar)] == live(answer)
	check_time([page.user])


@pytest.mark.long
def test_nothing_moves_if_a_date_isnt_free_until_the_person_agrees():
	page, _advisory, answer = make_series()
	other = make_meeting_type(page)
	busy = answer.series.dates[2].start + 2 * HOUR
	door.book(payload(page, other, busy), NOW)
	frappe.db.savepoint("untouched")
	target = FIRST + 2 * HOUR
	with pytest.raises(DatesTaken) as refused:
		bookings.reschedule_by_token(token(answer, 0), RescheduleRequest(target), NOW, "all")
	frappe.db.rollback(save_point="untouched")
	assert [each.is_free for each in refused.value.plan.dates] == [True, True, False, True]
	wanted = [each.wanted for each in refused.value.plan.dates]
	agreed = (wanted[0], wanted[1], None, wanted[3])
	bookings.reschedule_by_token(token(answer, 0), RescheduleRequest(target, dates=agreed), NOW, "all")
	assert live(answer) == ["10-13 12:00", "10-20 12:00", "10-27 10:00", "11-03 12:00"]
	check_time([page.user])


@pytest.mark.long
def test_attendees_move_a_series_by_the_rules_of_its_type_and_hosts_as_they_like():
	_page, _advisory, answer = make_series(
		uses_host_defaults=0, slot_interval=30, minimum_notice=7, minimum_notice_unit="Days"
	)
	off_the_grid, too_soon = FIRST + 10 * 60, NOW + 2 * 86400 + 2 * HOUR
	for start in (off_the_grid, too_soon):
		frappe.db.savepoint("untouched")
		with pytest.raises((DatesTaken, SlotTaken)):
			bookings.reschedule_by_token(token(answer, 0), RescheduleRequest(start), NOW, "all")
		frappe.db.rollback(save_point="untouched")
	for start in (off_the_grid, too_soon):
		answer = bookings.reschedule_by_host(answer.id, RescheduleRequest(start), NOW, scope="all")
		assert answer.start == start


@pytest.mark.long
def test_dates_may_take_the_place_of_each_other():
	page, _advisory, answer = make_series()
	bookings.reschedule_by_host(answer.id, RescheduleRequest(FIRST + WEEK), NOW, scope="all")
	assert live(answer) == ["10-20 10:00", "10-27 10:00", "11-03 10:00", "11-10 10:00"]
	check_time([page.user])


@pytest.mark.long
def test_a_move_of_all_is_taken_back(frozen):
	clock = frozen("2026-10-05T06:00:00.250000Z")
	page, _advisory, answer = make_series()
	clock.shift(60)
	command = parse_command("reschedule", answer.id, scope="all", start=iso(FIRST + HOUR))
	_booking, facts = act_undoably(command)
	assert live(answer)[0] == "10-13 11:00"
	undo(facts)
	assert live(answer) == ["10-13 10:00", "10-20 10:00", "10-27 10:00", "11-03 10:00"]
	check_time([page.user])


@pytest.mark.long
def test_a_repeated_move_moves_once():
	_page, _advisory, answer = make_series()
	request = RescheduleRequest(FIRST + HOUR, idempotency_key="k" * 20)
	first = bookings.reschedule_by_token(token(answer, 0), request, NOW, "all")
	second = bookings.reschedule_by_token(token(answer, 0), request, NOW, "all")
	assert (first.id, second.start) == (second.id, FIRST + HOUR)


@pytest.mark.long
def test_a_moved_series_keeps_its_host_and_its_turns():
	users, page, advisory = make_pool()
	answer = book(page, advisory, times=3)
	hosts = set(frappe.get_all("Booking", {"series": answer.series.id}, pluck="host"))
	bookings.reschedule_by_token(token(answer, 0), RescheduleRequest(FIRST + HOUR), NOW, "all")
	assert set(frappe.get_all("Booking", {"series": answer.series.id}, pluck="host")) == hosts
	check_turns([advisory.name])
	check_time(users)
	bookings.cancel_by_token(token(answer, 0), "", NOW, scope="all")
	credits = frappe.get_all("Round Robin Turn", {"meeting_type": advisory.name}, pluck="credit")
	assert set(credits) == {0}


@pytest.mark.long
def test_shared_dates_move_without_the_others():
	page, course = make_series_type(repeats="Fixed", repeat_count=3, seats=2)
	first, second = book(page, course, times=None), book(page, course, times=None)
	bookings.reschedule_by_token(token(first, 0), RescheduleRequest(FIRST + 2 * HOUR), NOW, "all")
	assert [live(answer)[0] for answer in (first, second)] == ["10-13 12:00", "10-13 10:00"]
	check_seats([course.name])
	check_time([page.user])
	bookings.cancel_by_token(token(second, 0), "", NOW, scope="all")
	check_seats([course.name])
	check_time([page.user])


def test_a_request_for_a_series_is_answered_by_one_link():
	page, _advisory, answer = make_series(requires_confirmation=1)
	booking = frappe.get_doc("Booking", answer.id)
	assert [mail for mail in mails(answer.id, NOW) if mail.invitation] == []
	bookings.answer_by_link(answer_url(booking, page.user).rpartition("/")[2], True, "", NOW)
	assert [status for _start, status in states(answer)] == ["Scheduled"] * 4
	assert len(starts_in(mails(answer.id, NOW)[0].invitation.calendar)) == 4


def test_a_host_confirms_one_request_of_a_series_alone(frozen):
	frozen("2026-10-05T06:00:00.250000Z")
	_page, _advisory, answer = make_series(requires_confirmation=1)
	act(parse_command("confirm", answer.series.dates[1].id))
	assert [status for _start, status in states(answer)] == ["Pending", "Scheduled", "Pending", "Pending"]
	act(parse_command("decline", answer.series.dates[0].id, scope="all"))
	assert [status for _start, status in states(answer)] == ["Declined", "Scheduled", "Declined", "Declined"]


def test_a_meeting_that_is_no_series_moves_alone():
	page, advisory = make_series_type()
	single = book(page, advisory, times=1)
	with pytest.raises(InvalidRequest):
		bookings.reschedule_by_token(token_of(single), RescheduleRequest(FIRST + HOUR), NOW, "all")
	bookings.cancel_by_token(token_of(single), "", NOW, scope="all")
