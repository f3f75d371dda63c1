"""Many processes book one host's time at the same moment: one wins, and the others are told that the slot is taken."""

import itertools
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import frappe
import pytest

from scheduler_integration.platform import clock
from tests.bookings.racing import BOOK, BOOK_WITH_SNAPSHOTS, START, WITH_SNAPSHOTS, next_monday, race_processes, wish
from tests.support import door
from tests.support.factories import fresh, make_meeting_type, make_page, make_team_page, make_user

pytestmark = pytest.mark.usefixtures("commit_clean")

PROCESSES = 12
reads = pytest.mark.parametrize("code", [BOOK, BOOK_WITH_SNAPSHOTS], ids=["newest", "snapshots"])


def held_time(user):
	"""Return the host's live meetings, ordered by time."""
	frappe.db.rollback()
	return frappe.get_all(
		"Booking Host",
		filters={"user": user, "is_live": 1},
		fields=["starts_at", "ends_at"],
		order_by="starts_at asc",
		parent_doctype="Booking",
	)


def test_one_of_many_processes_gets_the_start(site, unlimited):
	page = make_page()
	meeting_type = make_meeting_type(page)
	frappe.db.commit()
	answers = race_processes(site, [wish(page, meeting_type, next_monday(9)) for _each in range(PROCESSES)])
	assert Counter(status for status, _what in answers) == {201: 1, 409: PROCESSES - 1}
	assert len(held_time(page.user)) == 1


@pytest.mark.long
def test_overlapping_starts_in_several_meeting_types_never_overlap(site, unlimited):
	page = make_page()
	short = make_meeting_type(page)
	long = make_meeting_type(page, duration_minutes=60, slot_interval=30)
	other_page = make_page(page.user)
	other = make_meeting_type(other_page, duration_minutes=90, slot_interval=30)
	frappe.db.commit()
	kinds = [(page, short, 30), (page, long, 0), (other_page, other, 0), (page, long, 30)]
	wishes = [
		wish(where, what, next_monday(9, minute)) for where, what, minute in kinds for _each in range(PROCESSES // 4)
	]
	answers = race_processes(site, wishes)
	assert {status for status, _what in answers} == {201, 409}
	held = held_time(page.user)
	assert all(one.ends_at <= two.starts_at for one, two in itertools.pairwise(held))
	assert len(held) == sum(status == 201 for status, _what in answers)


@pytest.mark.long
def test_a_pool_of_two_hosts_is_given_out_twice(site, unlimited):
	team = make_team_page([make_user("Ann"), make_user("Ben")])
	pool = make_meeting_type(team, assignment="Round Robin")
	frappe.db.commit()
	answers = race_processes(site, [wish(team, pool, next_monday(9)) for _each in range(8)])
	assert Counter(status for status, _what in answers) == {201: 2, 409: 6}
	assert all(len(held_time(row.user)) == 1 for row in team.hosts)


@pytest.mark.long
def test_two_of_four_hosts_meet_once_each_however_many_ask(site, unlimited):
	team = make_team_page([make_user(name) for name in ("Ann", "Ben", "Cem", "Dee", "Eli")])
	users = [row.user for row in team.hosts]
	hosts = [{"user": user, "is_required": 0} for user in users[:4]]
	pair = make_meeting_type(team, assignment="Collective", hosts=hosts, required_count=2)
	frappe.db.commit()
	answers = race_processes(site, [wish(team, pair, next_monday(9)) for _each in range(8)])
	assert Counter(status for status, _what in answers) == {201: 2, 409: 6}
	assert [len(held_time(user)) for user in users] == [1, 1, 1, 1, 0]


@pytest.mark.long
@reads
def test_one_idempotency_key_sent_many_times_books_once(site, unlimited, code):
	page = make_page()
	once = {**wish(page, make_meeting_type(page), next_monday(9)), "idempotency_key": "once-and-only-once"}
	frappe.db.commit()
	answers = race_processes(site, [once] * 6, code)
	assert len({tuple(answer) for answer in answers}) == 1
	assert answers[0][0] == 201


@pytest.mark.long
def test_over_http_one_wins_and_nobody_meets_a_server_error(server, unlimited):
	page = make_page()
	meeting_type = make_meeting_type(page)
	frappe.db.commit()

	def book(payload):
		with server.client() as client:
			return client.call("scheduler_integration.api.public.book", **payload)

	wishes = [wish(page, meeting_type, next_monday(9)) for _each in range(24)]
	with ThreadPoolExecutor(len(wishes)) as pool:
		answers = list(pool.map(book, wishes))
	assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 23}
	refused = next(answer.json() for answer in answers if answer.status_code == 409)
	assert refused["code"] == "SLOT_TAKEN"
	assert len(refused["suggestions"]) == 3


@pytest.mark.long
@reads
def test_the_last_seat_is_sold_once(site, unlimited, code):
	page = make_page()
	workshop = make_meeting_type(page, seats=5)
	frappe.db.commit()
	answers = race_processes(site, [wish(page, workshop, next_monday(9)) for _each in range(PROCESSES)], code)
	frappe.db.rollback()
	assert Counter(status for status, _text in answers) == {201: 5, 409: PROCESSES - 5}
	session = {"meeting_type": workshop.name, "status": "Scheduled"}
	events = frappe.get_all("Booking", session, pluck="event")
	assert (len(events), len(set(events))) == (5, 1)
	assert frappe.db.count("Booking Slot", {"host": page.user}) == 6


_LEAVE = """
frappe.set_user("Administrator")
race(lambda: bookings.cancel_by_host(wish["name"], "", clock.now()).id)
"""


@pytest.mark.long
@pytest.mark.parametrize("code", [START + _LEAVE, WITH_SNAPSHOTS + _LEAVE], ids=["newest", "snapshots"])
def test_the_last_two_who_leave_a_session_at_once_give_its_time_back(site, unlimited, code):
	page = make_page()
	workshop = make_meeting_type(page, seats=5)
	names = [door.book(wish(page, workshop, next_monday(9)), clock.now()).id for _each in range(2)]
	frappe.db.commit()
	answers = race_processes(site, [{"name": name} for name in names], code)
	frappe.db.rollback()
	assert sorted(answers) == sorted([200, name] for name in names)
	assert frappe.db.count("Booking Slot", {"host": page.user}) == 0
	assert set(frappe.get_all("Event", {"owner": page.user}, pluck="status")) == {"Cancelled"}


@pytest.mark.long
@reads
def test_neighbours_keep_a_buffer_that_no_index_protects(site, unlimited, code):
	"""Two starts at half past don't overlap, so only the check under the lock keeps fifteen minutes between them."""
	page = make_page()
	meeting_type = make_meeting_type(page, uses_host_defaults=0, minimum_notice=0, buffer_after_minutes=15)
	frappe.db.commit()
	starts = [next_monday(9, minute) for minute in (0, 30) for _each in range(4)]
	answers = race_processes(site, [wish(page, meeting_type, start) for start in starts], code)
	assert Counter(status for status, _what in answers) == {201: 1, 409: 7}
	assert len(held_time(page.user)) == 1


@pytest.mark.long
@reads
def test_a_day_with_a_limit_of_one_meeting_gets_one(site, unlimited, code):
	page = make_page()
	meeting_type = make_meeting_type(page, daily_limit=1)
	frappe.db.commit()
	answers = race_processes(site, [wish(page, meeting_type, next_monday(hour)) for hour in range(9, 15)], code)
	assert Counter(status for status, _what in answers) == {201: 1, 409: 5}
	assert len(held_time(page.user)) == 1


# Joins, reassigns or cancels a booking of the session.
ACT = f"""{START}
frappe.set_user("Administrator")

def act():
	if "slug" in wish:
		return book()
	if wish.get("host"):
		return bookings.reassign(wish["name"], wish["host"], clock.now()).id
	return bookings.cancel_by_host(wish["name"], "", clock.now()).id

race(act)
"""


@pytest.mark.long
def test_a_session_is_joined_left_and_reassigned_at_once(site, unlimited):
	ann, ben = make_user("Ann"), make_user("Ben")
	page = make_team_page([ann, ben])
	workshop = make_meeting_type(page, title=fresh("workshop"), assignment="Round Robin", seats=12)
	start = next_monday(9)
	names = [door.book(wish(page, workshop, start), clock.now()).id for _each in range(5)]
	host = frappe.db.get_value("Booking", names[0], "host")
	other = ben if host == ann else ann
	frappe.db.commit()
	wishes = [wish(page, workshop, start) for _each in range(5)]
	wishes += [{"name": name} for name in names[:3]] + [{"name": name, "host": other} for name in names[3:]]
	answers = race_processes(site, wishes, ACT)
	# The second process that reassigns the session is told that the host already takes part.
	assert {status for status, _code in answers} <= {200, 400, 409}
	assert sum(status == 200 for status, _code in answers) >= 9
	frappe.db.rollback()
	live = frappe.get_all(
		"Booking", {"meeting_type": workshop.name, "status": "Scheduled"}, ["name", "host", "session"]
	)
	assert len(live) == 7
	seats = frappe.get_all(
		"Booking Seat", {"booking": ["in", [*names, *(row.name for row in live)]]}, ["session", "booking"]
	)
	assert sorted((row.session, row.name) for row in live) == sorted((row.session, row.booking) for row in seats)
	slots = frappe.get_all("Booking Slot", {"host": ["in", [ann, ben]]}, ["host", "session"])
	assert {(row.host, row.session) for row in slots} == {(row.host, row.session) for row in live}
	events = frappe.get_all("Event", {"subject": workshop.title, "status": "Open"}, pluck="name")
	assert {frappe.db.get_value("Booking", row.name, "event") for row in live} == set(events)
	(event,) = events
	contacts = {frappe.db.get_value("Booking", row.name, "contact") for row in live}
	assert contacts <= set(timelines := _timelines_of(event))
	assert all(timelines.count(contact) == 1 for contact in contacts)


def _timelines_of(event):
	"""Return the contacts whose timelines show the Event, repeated for each time that they show it."""
	shown, link = frappe.qb.DocType("Communication"), frappe.qb.DocType("Communication Link")
	query = (
		frappe.qb.from_(shown).join(link).on(link.parent == shown.name).select(link.link_name, shown.name).distinct()
	)
	return query.where((shown.reference_name == event) & (link.link_doctype == "Contact")).run(pluck=True)


@pytest.mark.long
@reads
def test_a_colleague_who_stands_in_is_booked_once_over_both_pages(site, unlimited, code):
	jane, tom = make_page(), make_page(make_user("Tom"))
	here, there = (make_meeting_type(page, slug="intro", stands_in=1) for page in (jane, tom))
	start = next_monday(9)
	absence = {"user": jane.user, "date": start[:10], "is_away": 1, "whole_day": 1}
	rows = [{"meeting_type": here.name, "colleague": tom.user}]
	frappe.get_doc({"doctype": "Availability Override", **absence, "stand_ins": rows}).insert()
	frappe.db.commit()
	pages = itertools.cycle([(jane, here), (tom, there)])
	wishes = [wish(*next(pages), start) for _each in range(PROCESSES)]
	answers = race_processes(site, wishes, code)
	assert Counter(status for status, _what in answers) == {201: 1, 409: PROCESSES - 1}
	assert len(held_time(tom.user)) == 1
	assert held_time(jane.user) == []
