"""`/scheduling/book` without a script, and the filters of `/scheduling`."""

from datetime import timedelta

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.platform.clock import now, utc
from tests.pages.offer import TeamOffer, bookings_of, day_in, host_of, make_offer, sign_in, wish_for
from tests.pages.reading import read, typed_in
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, page_of, payload

pytestmark = pytest.mark.usefixtures("commit_clean")

BOOK = "/scheduling/book"
DAY = day_in(3)


@pytest.fixture
def offer(client):
	made = make_offer(questions=[{"label": "Why?", "question_type": "Text", "required": 1}])
	sign_in(client, host_of(made))
	return made


def open_form(client, offer, **asked):
	answer = client.get(BOOK, params={"type": offer.name, "date": str(DAY), **asked})
	assert answer.status_code == 200, answer.text
	return read(answer.text)


def send(client, page, **typed):
	form = page.one("main").one("form", method="post")
	return client.post(form["action"], data=typed_in(form, **typed))


def allow_contacts(user):
	document = frappe.get_doc("User", user)
	document.append("roles", {"role": "Sales User"})
	document.save()
	frappe.db.commit()


def times(page):
	return [each["value"] for each in page.all("input", name="start")]


class TestBook:
	@pytest.mark.long
	def test_a_chosen_time_is_booked_for_a_typed_address(self, client, offer):
		page = open_form(client, offer)
		chosen = times(page)[2]
		answer = send(
			client, page, start=chosen, attendee_name="Ada", attendee_email="ada@guests.example", timezone="Asia/Tokyo"
		)
		assert answer.status_code == 303
		assert answer.headers["Location"].startswith("/scheduling?done=book&undo=")
		assert "leaves in ten seconds" in read(client.get(answer.headers["Location"]).text).one(id="toast").text
		[made] = bookings_of(offer)
		assert (made.attendee_name, made.timezone, made.source, made.status) == (
			"Ada",
			"Asia/Tokyo",
			"host",
			"Scheduled",
		)
		assert chosen not in times(open_form(client, offer))

	@pytest.mark.long
	def test_a_meeting_booked_for_somebody_is_taken_back_before_anybody_is_told(self, client, offer):
		page = open_form(client, offer)
		chosen = times(page)[2]
		answer = send(client, page, start=chosen, attendee_name="Ada", attendee_email="ada@guests.example")
		[made] = bookings_of(offer)
		due = frappe.get_all("Outbox Task", {"booking": made.name, "purpose": "attendee_confirmed"}, pluck="due_at")
		assert min(due) - made.booked_at == 10
		undo = read(client.get(answer.headers["Location"]).text).one(id="toast").one("form")
		again = client.post(undo["action"], data=[*typed_in(undo), ("undo", undo.one("button")["value"])])
		assert again.status_code == 303
		assert "Nobody was told" in read(client.get(again.headers["Location"]).text).one(id="toast").text
		[booking] = bookings_of(offer)
		assert booking.status == "Cancelled"
		waiting = {"booking": made.name, "kind": "email", "status": "Pending"}
		assert not frappe.db.exists("Outbox Task", waiting)
		assert chosen in times(open_form(client, offer))

	def test_a_booking_whose_invitation_has_left_is_not_taken_back(self, client, offer):
		page = open_form(client, offer)
		answer = send(client, page, start=times(page)[2], attendee_name="Ada", attendee_email="ada@guests.example")
		[made] = bookings_of(offer)
		frappe.db.set_value("Outbox Task", {"booking": made.name, "purpose": "attendee_confirmed"}, "status", "Sent")
		frappe.db.commit()
		undo = read(client.get(answer.headers["Location"]).text).one(id="toast").one("form")
		again = client.post(undo["action"], data=[*typed_in(undo), ("undo", undo.one("button")["value"])])
		assert again.status_code == 409
		assert "too late" in read(again.text).one("div", class_="alert").text.lower()
		assert [each.status for each in bookings_of(offer)] == ["Scheduled"]

	def test_a_typed_time_needs_no_grid_and_wins_over_the_list(self, client, offer):
		page = open_form(client, offer)
		wanted = {"other_time": "11:10", "start": times(page)[0]}
		answer = send(client, page, **wanted, attendee_name="Ada", attendee_email="ada@guests.example")
		assert answer.status_code == 303
		assert f"{utc(bookings_of(offer)[0].starts_at):%H:%M}" == "11:10"

	def test_what_was_typed_stays_after_a_refusal_and_the_field_says_why(self, client, offer):
		answer = send(
			client, open_form(client, offer), attendee_name="Ada & Co", attendee_email="nobody", notes="Bring x"
		)
		page = read(answer.text)
		assert answer.status_code == 400
		assert page.one("input", id="attendee_name")["value"] == "Ada & Co"
		assert "not an e-mail address" in page.one(id="attendee_email-error").text
		assert page.one("details", class_="more-fields").attributes.keys() >= {"open"}
		assert "Choose a time." in page.one("div", class_="alert").text

	@pytest.mark.long
	def test_a_taken_time_offers_the_nearest_and_says_why(self, client, offer):
		page = open_form(client, offer)
		taken = times(page)[2]
		mine = {"attendee_name": "Ada", "attendee_email": "ada@guests.example"}
		send(client, page, start=taken, **mine)
		answer = send(client, page, start=taken, idempotency_key=fresh("another-key"), **mine)
		again = read(answer.text)
		assert answer.status_code == 409
		[why] = [link["href"] for link in again.one("div", class_="alert").all("a")]
		assert client.get(why).status_code == 200
		others = [button["value"] for button in again.all("button", name="choose_start")]
		assert len(others) == 3
		assert send(client, again, choose_start=others[0]).status_code == 303
		assert len(bookings_of(offer)) == 2

	@pytest.mark.long
	def test_somebody_is_found_by_name_and_fills_in_the_form(self, client, offer):
		address = f"{fresh('grace')}@guests.example"
		host = host_of(offer)
		frappe.set_user(host)
		contact = frappe.get_doc(
			{"doctype": "Contact", "first_name": fresh("Grace"), "email_ids": [{"email_id": address, "is_primary": 1}]}
		).insert()
		frappe.set_user("Administrator")
		frappe.db.commit()
		found = open_form(client, offer, q=contact.first_name[:12]).one("ul", class_="what found")
		[link] = found.all("a")
		page = read(client.get(link["href"]).text)
		assert page.one("input", id="attendee_email")["value"] == address
		assert send(client, page, start=times(page)[0]).status_code == 303
		assert bookings_of(offer)[0].contact == contact.name
		nobody = open_form(client, offer, q=fresh("nobody"))
		assert "No match" in nobody.text

	@pytest.mark.long
	def test_a_host_finds_the_attendees_of_their_own_meetings_and_of_no_others(self, client, offer):
		name, address = fresh("Hedy"), f"{fresh('hedy')}@guests.example"
		answers = {offer.questions[0].name: "Curious"}
		wish = {"attendee_name": name, "attendee_email": address, "attendee_company": "Wifi", "answers": answers}
		door.book(wish_for(offer, **wish), now())
		contact = frappe.db.get_value("Contact", {"email_id": address})
		frappe.delete_doc("Contact", contact, force=True) if contact else None
		frappe.db.commit()
		[link] = open_form(client, offer, q=name).one("ul", class_="what found").all("a")
		assert "doctype=Booking" in link["href"]
		page = read(client.get(link["href"]).text)
		assert page.one("input", id="attendee_email")["value"] == address
		assert page.one("input", id="attendee_company")["value"] == "Wifi"
		assert send(client, page, start=times(page)[0]).status_code == 303
		stranger = make_offer()
		sign_in(client, host_of(stranger))
		assert "No match" in open_form(client, stranger, q=name).text
		assert client.get(link["href"].replace(offer.name, stranger.name)).status_code == 403

	def test_people_whom_a_host_has_met_are_found_before_other_contacts(self, client, offer):
		name, address = fresh("Grace"), f"{fresh('met')}@guests.example"
		answers = {offer.questions[0].name: "Curious"}
		door.book(wish_for(offer, attendee_name=f"{name} Met", attendee_email=address, answers=answers), now())
		frappe.get_doc({"doctype": "Contact", "first_name": f"{name} New"}).insert()
		allow_contacts(host_of(offer))
		found = open_form(client, offer, q=name).one("ul", class_="what found").all("a")
		assert ["Met" in link.text for link in found] == [True, False]
		# A person whom the host has met is one line, with the contact that the booking made.
		assert "doctype=Contact" in found[0]["href"]

	def test_a_host_without_a_right_to_contacts_reads_why_nobody_is_found(self, client, offer):
		frappe.get_doc({"doctype": "Contact", "first_name": fresh("Zoe")}).insert()
		frappe.db.commit()
		host = open_form(client, offer, q="Zoe-")
		assert "Find somebody you have met" in host.text
		assert "You may not search the contacts of others" in host.text
		allow_contacts(host_of(offer))
		allowed = open_form(client, offer, q=fresh("nobody"))
		assert "Find an attendee, contact, lead or deal" in allowed.text
		assert "You may not search" not in allowed.text

	def test_a_day_without_times_names_the_next(self, client, offer):
		page = open_form(client, offer, date=str(utc(now()).date() - timedelta(days=1)))
		assert "No free times" in page.one("fieldset", class_="pick-time").text
		[link] = page.one("fieldset", class_="pick-time").all("a")
		assert times(read(client.get(link["href"]).text))

	def test_times_of_the_night_were_listed_before_those_of_the_day(self, client):
		early = make_offer(hours="05:00-12:00")
		sign_in(client, host_of(early))
		client.cookies.set("scheduling_clock", "24")
		page = open_form(client, early)
		fold = page.one("fieldset", class_="pick-time").one("details", class_="fold")
		assert fold.one("summary").text == "Before 08:00"
		assert "open" not in fold.attributes
		assert [label.text for label in fold.all("label", class_="slot")][:2] == ["05:00", "05:30"]
		assert len(times(page)) > len(fold.all("input"))
		# The chosen time is in view after a refusal.
		answer = send(client, page, start=times(page)[0], attendee_name="Ada", attendee_email="nobody")
		assert "open" in read(answer.text).one("fieldset", class_="pick-time").one("details").attributes

	@pytest.mark.long
	def test_the_type_of_a_team_was_chosen_before_the_hosts_own(self, client):
		team = TeamOffer()
		page = make_page(team.colleague, title="Ben")
		own = [make_meeting_type(page, title=each, sort_order=order) for order, each in enumerate(("First", "Second"))]
		sign_in(client, team.colleague)

		def chosen():
			options = read(client.get(BOOK).text).one("select", id="type").all("option")
			return next(each["value"] for each in options if "selected" in each.attributes)

		assert chosen() == own[0].name
		door.book(wish_for(own[1], at(f"{DAY} 15:00")), now())
		frappe.db.commit()
		assert chosen() == own[1].name
		team.book(12, team.colleague)
		team.book(13, team.colleague)
		assert chosen() == team.meeting_type.name
		for path in ("/scheduling/links", "/scheduling/times", "/scheduling/why"):
			[first] = [
				each["value"]
				for each in read(client.get(path).text).one("select", id="type").all("option")
				if "selected" in each.attributes
			]
			assert first == team.meeting_type.name

	def test_a_multi_day_meeting_is_booked_on_the_days_that_were_shown(self, client):
		retreat = make_offer(number_of_days=2)
		sign_in(client, host_of(retreat))
		page = open_form(client, retreat)
		sent = send(client, page, start=times(page)[0], attendee_name="Ada", attendee_email="ada@guests.example")
		assert sent.status_code == 303
		assert len(bookings_of(retreat)[0].parts()) == 2

	@pytest.mark.parametrize(
		"asked",
		[{"date": "soon"}, {"date": "9999-12-31"}, {"duration": "x"}, {"q": "%"}, {"q": "' or 1=1 --"}, {"q": "x" * 9999}],
	)  # fmt: skip
	def test_nonsense_in_the_address_shows_the_form(self, client, offer, asked):
		assert open_form(client, offer, **asked).one("main").one("form", method="post")

	def test_records_and_types_of_others_are_refused(self, client, offer):
		stranger = make_offer()
		assert client.get(BOOK, params={"type": stranger.name}).status_code == 403
		assert client.get(BOOK, params={"doctype": "Contact", "record": "nobody"}).status_code == 400
		assert client.get(BOOK, params={"type": "nothing"}).status_code == 404

	def test_a_visitor_is_sent_to_sign_in_and_comes_back(self, client):
		answer = client.get(f"{BOOK}?doctype=Contact&record=Ada", allow_redirects=False)
		assert answer.headers["Location"] == "/login?redirect-to=/scheduling/book%3Fdoctype%3DContact%26record%3DAda"


class TestFilters:
	@pytest.fixture
	def meetings(self, client, offer):
		page = page_of(offer)
		types = [make_meeting_type(page, title=title) for title in ("Review", "Review", "Demo")]
		# Not three days from now: midnight may have passed since DAY was made.
		noon = at(f"{DAY} 12:00")
		made = [door.book(payload(page, each, noon + n * 86400), now()).id for n, each in enumerate(types)]
		bookings.cancel_by_host(made[1], "The room is closed", now())
		frappe.db.commit()
		return made, types

	def shown(self, client, **asked):
		rows = read(client.get("/scheduling", params=asked).text).all("a", class_="meeting-link")
		return [row["href"].rpartition("/")[2] for row in rows]

	@pytest.mark.long
	def test_cancelled_meetings_are_shown_with_their_reason_and_no_buttons(self, client, meetings):
		made, _types = meetings
		page = read(client.get("/scheduling?status=cancelled").text)
		[row] = page.all("li", class_="meeting")
		assert "Was cancelled" in row.text
		assert not row.all("button")
		meeting = read(client.get(row.one("a")["href"]).text).one("main")
		assert "The room is closed" in meeting.text
		assert not meeting.all("button")
		assert self.shown(client) == [made[0], made[2]]

	@pytest.mark.long
	def test_by_date_and_type(self, client, meetings):
		made, types = meetings
		assert self.shown(client, type=types[2].name) == [made[2]]
		assert self.shown(client, **{"from": str(DAY), "to": str(DAY)}) == [made[0]]
		assert "No meetings fit this filter." in client.get("/scheduling?from=2020-01-01&to=2020-01-02").text

	@pytest.mark.long
	def test_a_filter_stays_after_an_action(self, client, meetings):
		_made, types = meetings
		frappe.db.set_value("Booking", {"meeting_type": types[2].name}, "status", "Pending")
		frappe.db.commit()
		page = read(client.get("/scheduling", params={"type": types[2].name}).text)
		form = page.one("form", class_="meeting-actions")
		answer = client.post("/scheduling", data=[*typed_in(form), ("action", "confirm")])
		assert answer.headers["Location"].startswith(f"/scheduling?type={types[2].name}&done=confirm&undo=")

	def test_a_filter_that_cannot_be_read_is_named_and_filters_nothing(self, client, meetings):
		answer = client.get("/scheduling?from=soon&status=maybe")
		assert answer.status_code == 400
		assert "Write it as 2026-11-23." in read(answer.text).one("div", class_="alert").text

	@pytest.mark.long
	def test_a_manager_filters_by_host(self, client):
		team = TeamOffer()
		mine, theirs = team.book(12, team.manager), team.book(13, team.colleague)
		sign_in(client, team.manager)
		assert set(self.shown(client, whose="all")) >= {mine, theirs}
		assert self.shown(client, whose="all", hosted_by=team.colleague) == [theirs]
		sign_in(client, team.colleague)
		assert self.shown(client, whose="all", hosted_by=team.manager) == [theirs]
