"""The list on `/scheduling`: sessions as one meeting, a manager's view of all meetings, and the number of queries."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.meetings.agenda import agenda
from scheduler_integration.meetings.lookup import PAST, get_for_host, list_for_host
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.pages.host.agenda import PAGE
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.clock import now, site_zone_name
from tests.pages.offer import (
	DAYS,
	TeamOffer,
	bookings_of,
	host_of,
	in_three_days,
	make_offer,
	meeting_path,
	press,
	sign_in,
)
from tests.pages.reading import read, typed_in
from tests.support import door
from tests.support.factories import (
	make_assessment,
	make_consultant,
	make_external_type,
	make_meeting_type,
	make_page,
	make_schedule,
	make_team_page,
	make_user,
	page_of,
	payload,
)

MANAGER = ("Scheduling User", "Scheduling Manager")
MIDNIGHT = in_three_days(0)


def book(meeting_type, hour, **fields):
	request = payload(page_of(meeting_type), meeting_type, MIDNIGHT + int(hour * 3600), **fields)
	return door.book(request, now()).id


def names_in(found):
	return [booking.id for booking in found.bookings]


def rows(client, address="/scheduling"):
	"""Return the links of the meetings in the list."""
	return read(client.get(address).text).all("a", class_="meeting-link")


def shown(client, address="/scheduling"):
	return [row["href"].rpartition("/")[2] for row in rows(client, address)]


@pytest.fixture
def workshop(commit_clean):
	return make_offer(title="Workshop", seats=4)


@pytest.fixture
def session(workshop):
	names = [book(workshop, 12, attendee_name=name) for name in ("Ada Lovelace", "Grace Hopper", "Emmy Noether")]
	frappe.db.commit()
	return names


@pytest.mark.long
def test_a_session_is_one_meeting_with_its_attendees(client, workshop, session):
	sign_in(client, host_of(workshop))
	[row] = rows(client)
	assert "Workshop" in row.text
	assert "Seats taken: 3" in row.text
	page = read(client.get(row["href"]).text)
	assert page.one("h1").text == "Workshop"
	attendees = page.one("ul", class_="attendees").all("a")
	assert [each.text for each in attendees] == ["Ada Lovelace", "Grace Hopper", "Emmy Noether"]
	assert [each["href"] for each in attendees] == [meeting_path(name) for name in session]
	grace = read(client.get(attendees[1]["href"]).text)
	assert grace.one("ul", class_="attendees").one("a", aria_current="true").text == "Grace Hopper"
	buttons = [link.text for link in grace.one("nav", class_="row panels").all("a")]
	assert (buttons[:3], buttons[-2:]) == (
		["Move Grace Hopper", "Move for all", "Message"],
		["Cancel for Grace Hopper", "Cancel for all"],
	)


def test_one_of_a_session_is_cancelled_and_the_others_stay(client, workshop, session):
	sign_in(client, host_of(workshop))
	assert press(client, session[1], "cancel", "cancel").status_code == 303
	assert [each.status for each in bookings_of(workshop)] == ["Scheduled", "Cancelled", "Scheduled"]


def test_a_session_is_cancelled_for_all(client, workshop, session):
	sign_in(client, host_of(workshop))
	answer = press(client, session[0], "cancel_for_all", "cancel_all", reason="The room is closed")
	assert answer.status_code == 303
	page = read(client.get(answer.headers["Location"]).text)
	assert "Cancelled for all" in page.one(id="toast").text
	assert {(each.status, each.cancel_reason) for each in bookings_of(workshop)} == {
		("Cancelled", "The room is closed")
	}


def test_a_session_is_reassigned_as_one(client, commit_clean):
	team = TeamOffer()
	team.meeting_type.update({"seats": 4}).save()
	names = [team.book(12, team.manager) for _each in range(2)]
	sign_in(client, team.manager)
	page = read(client.get(meeting_path(names[0], "reassign")).text)
	assert "All 2 attendees of this session move with it." in page.one(id="panel").text
	assert press(client, names[0], "reassign", "reassign", host=team.colleague).status_code == 303
	frappe.db.rollback()
	assert [frappe.db.get_value("Booking", name, "host") for name in names] == [team.colleague] * 2


def test_a_session_is_not_cut_in_two_at_the_end_of_the_list(workshop, session):
	host = host_of(workshop)
	found = agenda(host, now(), 2)
	assert (sorted(names_in(found)), found.last) == (sorted(session), None)
	later = book(workshop, 13)
	found = agenda(host, now(), 2)
	assert sorted(names_in(found)) == sorted(session)
	assert names_in(agenda(host, now(), 2, found.last)) == [later]


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_reading_on_shows_every_meeting_once_whatever_is_cancelled_meanwhile(workshop, session, as_user, limit):
	host, single = host_of(workshop), make_meeting_type(page_of(workshop), title="Call")
	names = {*session, *(book(single, hour) for hour in (9, 10, 14, 15))}
	shown = agenda(host, now(), limit)
	found = names_in(shown)
	with as_user(host):
		for name in found:
			bookings.cancel_by_host(name, "", now())
	while shown.last:
		shown = agenda(host, now(), limit, shown.last)
		found += names_in(shown)
	assert (len(found), set(found)) == (len(names), names)


@pytest.mark.long
def test_meetings_beyond_fifty_are_a_link_away(client, commit_clean):
	workshop = make_offer(title="Workshop", seats=20)
	for hour in range(9, 15):
		for _each in range(9):
			book(workshop, hour)
	later = [book(workshop, hour) for hour in (15, 16)]
	frappe.db.commit()
	sign_in(client, host_of(workshop))
	first = read(client.get("/scheduling").text)
	assert ["Seats taken: 9" in row.text for row in first.all("a", class_="meeting-link")] == [True] * 6
	[link] = [link for link in first.all("a") if link.text == "More meetings"]
	page = read(client.get(link["href"]).text)
	assert shown(client, link["href"]) == later
	assert "Nothing more today" not in page.text
	assert not [link for link in page.all("a") if link.text == "More meetings"]
	assert [link["href"] for link in page.all("a") if link.text == "Back to the first meetings"] == ["/scheduling"]


@pytest.mark.long
def test_requests_come_first_and_are_answered_in_their_row(client, commit_clean):
	offer = make_offer(requires_confirmation=1)
	other = make_meeting_type(page_of(offer))
	names = [book(offer, 14), book(offer, 12), book(other, 10)]
	frappe.db.commit()
	sign_in(client, host_of(offer))
	assert shown(client) == [names[1], names[0], names[2]]
	page = read(client.get("/scheduling").text)
	requests = page.one("section", class_="requests")
	assert requests.one("h2").text == "2 requests need your answer"
	form = requests.all("form")[0]
	answer = client.post("/scheduling", data=[*typed_in(form), ("action", "confirm")])
	assert answer.headers["Location"].startswith("/scheduling?done=confirm&undo=")
	page = read(client.get(answer.headers["Location"]).text)
	assert page.one("section", class_="requests").one("h2").text == "1 request needs your answer"
	assert next(link["href"] for link in requests.all("a") if link.text.startswith("Decline")).endswith("?do=decline")


@pytest.mark.long
def test_twenty_of_more_requests_were_counted_as_all_of_them(client, commit_clean):
	offer = make_offer(requires_confirmation=1)
	names = [book(offer, 24 * day + hour) for day in range(3) for hour in range(10, 17)]
	frappe.db.commit()
	sign_in(client, host_of(offer))
	requests = read(client.get("/scheduling").text).one("section", class_="requests")
	assert requests.one("h2").text == "More than 20 requests need your answer Show all requests"
	assert requests.one("h2").one("a")["href"] == "/scheduling?status=pending"
	assert shown(client) == names[:20]
	assert shown(client, "/scheduling?status=pending") == names


def test_the_past_is_listed_latest_first_and_read_on(client, commit_clean):
	offer, yesterday = make_offer(), (now() // 86400 - 1) * 86400
	names = [
		door.book(payload(page_of(offer), offer, yesterday + hour * 3600), yesterday - 86400).id
		for hour in range(9, 14)
	]
	bookings.cancel_by_token(manage_token(frappe.get_doc("Booking", names[2])), "", yesterday - 86400)
	frappe.db.commit()
	past = agenda(host_of(offer), now(), 2, is_past=True)
	assert names_in(past) == [names[4], names[3]]
	assert names_in(agenda(host_of(offer), now(), 2, past.last, is_past=True)) == [names[1], names[0]]
	sign_in(client, host_of(offer))
	page = read(client.get("/scheduling?when=past").text)
	assert page.one("nav", class_="tabs lists").one("a", aria_current="page").text == "Past"
	assert "Yesterday" in page.all("h2")[0].text


class TestSearch:
	@pytest.fixture
	def team(self, commit_clean):
		return TeamOffer()

	@pytest.fixture
	def names(self, team):
		names = [team.book(10, team.manager), team.book(11, team.colleague), team.book(12, team.colleague)]
		facts = [
			("Ada Lovelace", "ada@lovelace.example"),
			("Grace Hopper", "grace@navy.example"),
			("Kurt", "kurt@g.example"),
		]
		for name, (attendee, email) in zip(names, facts, strict=True):
			frappe.db.set_value("Booking", name, {"attendee_name": attendee, "attendee_email": email})
		booking = frappe.get_doc("Booking", names[2])
		booking.append("guests", {"email": "zuse@rechner.example"}).insert(ignore_permissions=True)
		frappe.db.commit()
		return names

	def found(self, client, text, **asked):
		page = read(client.get("/scheduling", params={"q": text, **asked}).text)
		return [row["href"].rpartition("/")[2] for row in page.all("a", class_="meeting-link")]

	@pytest.mark.long
	@pytest.mark.parametrize("text", ["Grace", "hopper", "navy.example", "RACE h"])
	def test_own_meetings_are_found_by_any_part_of_a_name_or_address(self, client, team, names, text):
		sign_in(client, team.colleague)
		assert self.found(client, text) == [names[1]]
		assert self.found(client, "zuse@") == [names[2]]

	def test_meetings_of_others_are_not_found(self, client, team, names):
		sign_in(client, team.colleague)
		assert self.found(client, "lovelace") == []
		assert self.found(client, "lovelace", whose="all") == []

	@pytest.mark.long
	def test_a_manager_finds_everybodys_by_how_a_name_or_address_begins(self, client, team, names):
		sign_in(client, team.manager)
		assert self.found(client, "grace") == []
		assert self.found(client, "grace", whose="all") == [names[1]]
		assert self.found(client, "zuse@rech", whose="all") == [names[2]]
		assert self.found(client, "hopper", whose="all") == []

	def test_cancelled_and_past_meetings_are_found_too_the_latest_first(self, client, team, names):
		sign_in(client, team.colleague)
		frappe.db.set_value("Booking", names[1], "status", "Cancelled")
		frappe.db.set_value("Booking", names[2], "attendee_name", "Grace Kelly")
		frappe.db.commit()
		assert self.found(client, "grace") == [names[2], names[1]]

	@pytest.mark.parametrize(
		("text", "status"), [("g", 400), ("%%", 200), ("\\\\", 200), ("' or 1=1 --", 200), ("x" * 500, 200)]
	)
	def test_odd_texts_find_nothing_that_they_should_not(self, client, team, names, text, status):
		sign_in(client, team.colleague)
		answer = client.get("/scheduling", params={"q": text})
		assert answer.status_code == status


@pytest.mark.parametrize("after", ["nothing", "Booking", "' or 1=1 --", "\N{SNOWMAN}" * 500])
def test_reading_on_after_no_meeting_is_refused(client, workshop, after):
	sign_in(client, host_of(workshop))
	assert client.get("/scheduling", params={"after": after}).status_code == 404


def test_who_has_yet_to_sign_in_comes_back_to_the_same_meetings(client, workshop):
	answer = client.get("/scheduling?after=abc&whose=all", allow_redirects=False)
	assert answer.headers["Location"] == "/login?redirect-to=/scheduling%3Fafter%3Dabc%26whose%3Dall"


def test_a_host_without_a_page_was_sent_to_the_desk(client, commit_clean):
	sign_in(client, make_user("Nora"))
	[link] = [each for each in read(client.get("/scheduling").text).all("a") if each.text == "Create a page"]
	assert link["href"] == "/scheduling/page"
	assert client.get(link["href"]).ok


@pytest.mark.long
def test_a_consultant_of_another_scheduler_without_a_page_read_of_a_server_error(client, commit_clean):
	consultant = make_consultant()
	make_external_type(consultant)
	sign_in(client, consultant)
	for path in ("/scheduling", "/scheduling/book", "/scheduling/why", "/scheduling/insights"):
		assert client.get(path).status_code == 200, path


def test_a_meeting_over_several_days_is_listed_once(commit_clean):
	retreat = make_offer(number_of_days=3)
	name = book(retreat, 12)
	assert [each.id for each in list_for_host(host_of(retreat), now())] == [name]
	last_end = MIDNIGHT + 5 * 86400
	assert [each.id for each in list_for_host(host_of(retreat), last_end, when=PAST)] == [name]
	assert list_for_host(host_of(retreat), MIDNIGHT + 86400, when=PAST) == []


def test_a_meeting_over_several_days_that_has_begun_is_one_of_todays(client, commit_clean):
	retreat = make_offer(number_of_days=3)
	name = book(retreat, 12)
	frappe.db.set_value("Booking", name, "starts_at", now() - 86400)
	sign_in(client, host_of(retreat))
	[today] = [
		each for each in read(client.get("/scheduling").text).all("section") if each.all("a", class_="meeting-link")
	]
	assert today.one("h2").text.startswith("Today")
	assert "Now" in today.one("li", class_="meeting is-next").text


def begins_in(name, seconds):
	"""Let the meeting begin soon, whatever time it is."""
	starts = now() + seconds
	frappe.db.set_value("Booking", name, {"starts_at": starts, "ends_at": starts + 1800})
	frappe.db.commit()


def test_the_next_meeting_was_one_row_of_many(client, commit_clean):
	offer = make_offer()
	soon, later = book(offer, 12), book(offer, 14)
	frappe.db.commit()
	sign_in(client, host_of(offer))
	assert not read(client.get("/scheduling").text).all("li", class_="meeting is-next")
	begins_in(soon, 1810)
	page = read(client.get("/scheduling").text)
	card = page.one("li", class_="meeting is-next")
	assert "in 30 minutes" in card.text
	name, join, move, write = card.all("a")
	assert name["href"] == meeting_path(soon)
	assert [link.text.split()[0] for link in (join, move, write)] == ["Join", "Move", "Message"]
	assert join["href"] == "https://meet.example/abc"
	assert move["href"].startswith(f"{meeting_path(soon)}?do=move")
	address = frappe.db.get_value("Booking", soon, "attendee_email").replace("@", "%40")
	assert write["href"].startswith(f"mailto:{address}?subject=Intro%20call")
	# It isn't repeated below.
	assert shown(client) == [soon, later]


def test_today_was_a_list_without_the_time_between_two_meetings(commit_clean, as_user, monkeypatch):
	offer = make_offer()
	for hour in (12, 13.5, 14):
		book(offer, hour)
	monkeypatch.setattr("scheduler_integration.pages.host.host_page.now", lambda: MIDNIGHT + int(12.25 * 3600))
	monkeypatch.setattr(frappe.local, "request", None, raising=False)
	with as_user(host_of(offer)):
		[today, *_later] = PAGE.answer()["days"]
	kinds = [next(iter(each)) for each in today["meetings"]]
	assert kinds == ["meeting", "now", "free_until", "meeting", "meeting"]
	noon, _now, free, second, _third = today["meetings"]
	assert (noon["meeting"]["is_next"], free["free_until"]) == (True, second["meeting"]["time"])


def test_a_meeting_of_several_days_took_the_gaps_of_today(commit_clean, as_user, monkeypatch):
	retreat = make_offer(number_of_days=3)
	book(retreat, 12)
	call = make_meeting_type(page_of(retreat), title="Call")
	book(call, 24 + 9)
	monkeypatch.setattr("scheduler_integration.pages.host.host_page.now", lambda: MIDNIGHT + (24 + 8) * 3600)
	monkeypatch.setattr(frappe.local, "request", None, raising=False)
	with as_user(host_of(retreat)):
		[today, *_later] = PAGE.answer()["days"]
	assert [next(iter(each)) for each in today["meetings"]] == ["now", "free_until", "meeting", "free_until", "meeting"]
	nine = today["meetings"][2]["meeting"]
	assert (nine["booking"].meeting_type.title, today["meetings"][1]["free_until"]) == ("Call", nine["time"])


class TestLeftToSetUp:
	def steps(self, client):
		return {
			each.text.removesuffix(" Finished"): each.attributes.get("class") == "is-done"
			for section in read(client.get("/scheduling").text).all("section", class_="card section setup")
			for each in section.all("li")
		}

	def test_nothing_told_a_new_host_what_is_left(self, client, commit_clean):
		host = make_user("Nora", roles=["Scheduling User"])
		frappe.db.commit()
		sign_in(client, host)
		assert set(self.steps(client).values()) == {False}
		make_schedule(host, {day: ["09:00-18:00"] for day in DAYS})
		offer = make_meeting_type(make_page(host), location_type="Custom", location_details="At the usual place")
		frappe.db.commit()
		done = self.steps(client)
		assert (done["Create your page"], done["Say how you meet"], done["Book a test meeting"]) == (True, True, False)
		book(offer, 12)
		frappe.db.commit()
		assert self.steps(client)["Send somebody your link"]

	def test_dismissed_it_stays_away(self, client, commit_clean):
		offer = make_offer()
		sign_in(client, host_of(offer))
		assert self.steps(client)
		token = read(client.get("/scheduling").text).all("input", name="csrf_token")[0]["value"]
		client.post("/scheduling", data={"csrf_token": token, "action": "hide_setup"})
		assert self.steps(client) == {}


def test_the_figures_beside_the_meetings(client, commit_clean):
	offer = make_offer()
	soon, _later = book(offer, 12), book(offer, 14)
	begins_in(soon, 60)
	missed = book(offer, 15)
	frappe.db.set_value("Booking", missed, {"status": "No Show", "starts_at": now() - 20 * 86400})
	frappe.db.set_value("Booking", missed, "booked_at", now() - 21 * 86400)
	# A move makes another record, and isn't a new booking.
	bookings.reschedule_by_host(_later, RescheduleRequest(MIDNIGHT + 16 * 3600), now())
	frappe.db.commit()
	sign_in(client, host_of(offer))
	figures = read(client.get("/scheduling").text).one("dl", class_="card figures")
	shown_ = dict(
		zip((each.text for each in figures.all("dt")), (int(each.text) for each in figures.all("dd")), strict=True)
	)
	assert (shown_["New in 7 days"], shown_["No-shows in 30 days"]) == (2, 1)
	assert 1 <= shown_["Meetings this week"] <= 2


def test_a_day_of_another_week_names_its_week(client, commit_clean):
	offer = make_offer()
	for day in (0, 7, 14):
		book(offer, 12 + 24 * day)
	frappe.db.commit()
	sign_in(client, host_of(offer))
	weeks = [each.text for each in read(client.get("/scheduling").text).all("p", class_="week")]
	assert len(weeks) in (2, 3)
	assert "Next week" in weeks
	assert client.get("/scheduling?when=past").text.count('class="week"') == 0


def test_consultants_see_what_their_reports_brought(client, commit_clean):
	consultant = make_consultant()
	sign_in(client, consultant)
	assert "Your client reports" not in client.get("/scheduling").text
	target = find_target(make_assessment(consultant).name, make_external_type(consultant).name)
	record_click(target, "report", Visit("203.0.113.9"), now())
	frappe.db.commit()
	card = read(client.get("/scheduling").text).one("section", class_="card link-card results")
	assert [each.text for each in card.all("dd")] == ["1", "0", "0"]
	assert client.get(card.one("a")["href"]).ok
	assert "Your client reports" not in client.get("/scheduling?when=past").text


def test_a_manager_reaches_each_hosts_meetings_with_one_click(client, commit_clean):
	team = TeamOffer()
	_mine, theirs = team.book(12, team.manager), team.book(13, team.colleague)
	sign_in(client, team.manager)
	chips = read(client.get("/scheduling?whose=all").text).all("ul", class_="host-chips")
	if not chips:
		pytest.skip("this site has more hosts than the row has room for")
	[of_colleague] = [link["href"] for link in chips[0].all("a") if team.colleague.replace("@", "%40") in link["href"]]
	assert shown(client, of_colleague) == [theirs]


@pytest.mark.long
def test_a_manager_sees_and_reassigns_everybodys_meetings(client, commit_clean):
	team = TeamOffer()
	third = make_user("Cem")
	make_schedule(third, {day: ["09:00-18:00"] for day in DAYS})
	team.page.append("hosts", {"user": third})
	team.page.save()
	booking = team.book(12, team.colleague)
	sign_in(client, team.manager)
	assert not rows(client)
	page = read(client.get("/scheduling?whose=all").text)
	views = page.one("nav", class_="tabs lists")
	assert [(link.text, link["href"]) for link in views.all("a")] == [
		("Upcoming", "/scheduling?whose=all"),
		("Past", "/scheduling?when=past&whose=all"),
		("Mine", "/scheduling?whose=mine"),
		("Everybody's", "/scheduling?whose=all"),
	]
	assert [link.text for link in views.all("a", aria_current="page")] == ["Upcoming", "Everybody's"]
	[row] = [row for row in rows(client, "/scheduling?whose=all") if row["href"] == meeting_path(booking)]
	assert "Hosted by Ben" in row.text
	assert press(client, booking, "reassign", "reassign", host=third).status_code == 303
	frappe.db.rollback()
	assert frappe.db.get_value("Booking", booking, "host") == third


def test_a_manager_without_a_page_landed_on_an_empty_list(client, commit_clean):
	team = TeamOffer()
	booking = team.book(12, team.colleague)
	sign_in(client, make_user("Maya", MANAGER))
	assert booking in shown(client, "/scheduling")
	assert shown(client, "/scheduling?whose=mine") == []


def test_whose_all_shows_a_plain_host_their_own_meetings_alone(client, commit_clean):
	team = TeamOffer()
	mine, _theirs = team.book(12, team.colleague), team.book(12, team.manager)
	sign_in(client, team.colleague)
	assert shown(client, "/scheduling?whose=all") == [mine]
	assert "Everybody's" not in read(client.get("/scheduling?whose=all").text).text


def test_the_manager_chooses_whom_a_colleague_replaces(client, commit_clean):
	ann, ben, cem = make_user("Ann", MANAGER), make_user("Ben"), make_user("Cem")
	for user in (ann, ben, cem):
		make_schedule(user, {day: ["09:00-18:00" if user is not cem else "09:00-10:00"] for day in DAYS})
	page = make_team_page([ann, ben])
	panel = make_meeting_type(page, assignment="Collective")
	booking = book(panel, 12)
	page.append("hosts", {"user": cem, "is_required": 0})
	page.save()
	frappe.db.commit()
	sign_in(client, ann)
	choice = read(client.get(meeting_path(booking, "reassign")).text).one("select", name="replaces")
	assert [(option["value"], option.text) for option in choice.all("option")] == [(ann, "Ann"), (ben, "Ben")]
	refused = press(client, booking, "reassign", "reassign", host=cem, replaces=ben)
	assert refused.status_code == 409
	again = read(refused.text).one("div", class_="alert").one("form")
	assert client.post(again["action"], data=[*typed_in(again), ("action", "reassign")]).status_code == 303
	frappe.db.rollback()
	taking_part = frappe.get_doc("Booking", booking)
	assert (taking_part.host, set(taking_part.host_users())) == (ann, {ann, cem})


# One query each: the names, the bookings, three kinds of rows, the hosts
MOST_OF_A_LIST = 7


def asked(queries, act):
	act()
	queries.clear()
	act()
	return len(queries)


@pytest.mark.long
def test_fifteen_bookings_take_no_more_queries_than_one(queries, as_user):
	ann, ben = make_user("Ann", MANAGER), make_user("Ben")
	types = [
		make_meeting_type(make_team_page([ann, ben]), assignment="Collective", seats=2),
		make_meeting_type(make_page(ben)),
	]
	monday = (now() // 86400 // 7 + 3) * 7 * 86400 + 4 * 86400
	starts = [monday + 9 * 3600 + each * 1800 for each in range(15)]

	def show():
		view = PAGE.answer()
		assert any(day["meetings"] for day in view["days"])
		assert view["requests"] == []

	def take(start):
		for meeting_type in types:
			offset = 86400 if meeting_type is types[1] else 0
			answers = {"guests": ["a@guests.example"]} if offset else {}
			door.book(payload(page_of(meeting_type), meeting_type, start + offset, **answers), now())

	def counts():
		found = {}
		for user, whose in ((ben, ""), (ann, ""), (ann, "all")):
			with as_user(user):
				frappe.form_dict.whose = whose
				found["page", user, whose] = asked(queries, show)
				found["list", user, whose] = asked(queries, lambda: list_for_host(frappe.session.user, now()))
		return found

	take(starts[0])
	few = counts()
	for start in starts[1:]:
		take(start)
	assert len(list_for_host(ben, now())) == 30
	assert counts() == few
	assert max(count for (what, *_who), count in few.items() if what == "list") <= MOST_OF_A_LIST


def test_a_list_shows_each_booking_as_it_is_shown_by_itself(commit_clean):
	offer = make_offer(questions=[{"label": "Budget", "question_type": "Number"}])
	question = frappe.get_doc("Meeting Type", offer.name).questions[0].name
	for hour in (12, 13):
		book(offer, hour, guests=["one@guests.example", "two@guests.example"], answers={question: "7"})
	listed = list_for_host(host_of(offer), now())
	assert [each.guests for each in listed] == [("one@guests.example", "two@guests.example")] * 2
	assert [[(row.question, row.answer) for row in each.answers] for each in listed] == [[("Budget", "7")]] * 2
	assert listed == [get_for_host(each.id, now()) for each in listed]


class TestRequestsOfOthers:
	@pytest.fixture
	def team(self, commit_clean):
		team = TeamOffer()
		team.meeting_type.update({"requires_confirmation": 1}).save()
		return team

	def headings(self, client, address="/scheduling?whose=all"):
		page = read(client.get(address).text)
		return {
			section.one("h2").text: [row["href"].rpartition("/")[2] for row in section.all("a", class_="meeting-link")]
			for section in page.all("section", class_="requests")
		}

	def test_requests_of_others_were_counted_as_the_managers(self, client, team):
		theirs = [team.book(12, team.colleague), team.book(13, team.colleague)]
		sign_in(client, team.manager)
		found = self.headings(client)
		assert "2 requests of others" in found
		assert found["2 requests of others"] == theirs
		mine = team.book(14, team.manager)
		assert self.headings(client)["1 request needs your answer"] == [mine]
		assert self.headings(client, "/scheduling") == {"1 request needs your answer": [mine]}

	@pytest.mark.long
	def test_the_list_of_everybody_says_whose_clock_it_shows(self, client, team):
		frappe.db.set_value("User", team.manager, "time_zone", site_zone_name())
		sign_in(client, team.manager)
		subtitle = read(client.get("/scheduling?whose=all").text).one("header", class_="page-head").one("p").text
		assert "your own time zone" not in subtitle
		frappe.db.set_value("User", team.manager, "time_zone", "Asia/Tokyo")
		frappe.db.commit()
		subtitle = read(client.get("/scheduling?whose=all").text).one("header", class_="page-head").one("p").text
		assert subtitle.endswith("times in Tokyo, your own time zone")
		insights = read(client.get("/scheduling/insights").text).one("header", class_="page-head").one("p").text
		assert insights.endswith("the time zone of this site. Your list of meetings shows Tokyo time.")
