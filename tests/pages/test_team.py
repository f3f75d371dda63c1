"""Teams on `/scheduling/page`: who makes one, who is in it and takes which meetings, weights, turns, and each host's week."""

from fractions import Fraction

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.pages.host.page_form import share_in_words
from tests.pages.offer import sign_in
from tests.pages.reading import form_values, read
from tests.support import door
from tests.support.factories import at, make_host, make_meeting_type, make_team_page, make_user, payload

PATH = "/scheduling/page"
NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


@pytest.fixture
def page(commit_clean):
	return make_team_page([make_host(name) for name in ("Ann", "Ben", "Cem")])


@pytest.fixture
def tour(page):
	made = make_meeting_type(page, title="Tour", assignment="Round Robin", round_robin_mode="Weighted")
	frappe.db.commit()
	return made


@pytest.fixture
def ann(client, page, tour):
	sign_in(client, page.user)
	return client


@pytest.fixture
def maya(client, tour):
	user = make_user("Maya", roles=("Scheduling User", "Scheduling Manager"))
	frappe.db.commit()
	sign_in(client, user)
	return client


def form_of(client, page, kind):
	html = read(client.get(f"{PATH}?team={page.name}").text)
	forms = html.one("section", id="team").all("form")
	return next(form for form in forms if form.all("input", name="form", value=kind))


def tick(client, page, tour, *names):
	"""Send the boxes as a browser without scripts does, with those of these hosts ticked."""
	form = form_of(client, page, "hosts")
	values = [(each["name"], each["value"]) for each in form.all("input", type="hidden")]
	users = {host.name: host.user for host in page.hosts}
	wanted = {f"{tour.name}:{row}" for row, user in users.items() if user.partition("-")[0].title() in names}
	return client.post(
		f"{PATH}?team={page.name}", data=[*values, *(("takes", value) for value in wanted)], allow_redirects=True
	)


def save_team(client, page, **fields):
	"""Send the form of the team as a browser without scripts does, with other values for these fields."""
	form = form_of(client, page, "team")
	values = [pair for pair in form_values(form) if pair[0] not in fields]
	values += [
		(name, each) for name, given in fields.items() for each in ([given] if isinstance(given, str) else given)
	]
	return client.post(PATH, data=values, allow_redirects=True)


def members(page):
	frappe.db.rollback()
	rows = frappe.get_doc("Scheduling Page", page.name).hosts
	return [row.user.partition("-")[0].title() for row in rows if row.is_active]


def hosts_of(doc):
	frappe.db.rollback()
	return [row.user.partition("-")[0].title() for row in frappe.get_doc("Meeting Type", doc.name).hosts]


class TestTheBoxes:
	@pytest.mark.long
	def test_say_who_takes_part(self, ann, page, tour):
		assert tick(ann, page, tour, "Ann", "Cem").status_code == 200
		assert hosts_of(tour) == ["Ann", "Cem"]
		boxes = form_of(ann, page, "hosts").all("input", name="takes")
		assert ["checked" in box.attributes for box in boxes] == [True, False, True]
		assert boxes[0]["aria-label"] == "Ann takes part in Tour"

	@pytest.mark.long
	def test_of_everybody_leave_it_to_the_page(self, ann, page, tour):
		tick(ann, page, tour, "Ann")
		tick(ann, page, tour, "Ann", "Ben", "Cem")
		assert hosts_of(tour) == []

	def test_of_nobody_are_refused(self, ann, page, tour):
		answer = tick(ann, page, tour)
		assert answer.status_code == 400
		assert "Let at least one host take part" in answer.text
		assert hosts_of(tour) == []

	@pytest.mark.long
	def test_keep_what_somebody_else_changed_meanwhile(self, ann, page, tour):
		form = form_of(ann, page, "hosts")
		values = [(each["name"], each["value"]) for each in form.all("input", type="hidden")]
		takes = [("takes", box["value"]) for box in form.all("input", name="takes")]
		tick(ann, page, tour, "Ann", "Cem")
		ann.post(PATH, data=[*values, *takes[:2]], allow_redirects=True)
		assert hosts_of(tour) == ["Ann"]

	@pytest.mark.long
	def test_can_be_undone(self, ann, page, tour):
		html = read(tick(ann, page, tour, "Ann").text)
		key = html.one("button", name="undo")["value"]
		token = html.all("input", name="csrf_token")[0]["value"]
		assert ann.post(PATH, data={"csrf_token": token, "undo": key}, allow_redirects=True).status_code == 200
		assert hosts_of(tour) == []

	@pytest.mark.long
	def test_of_another_page_are_refused(self, ann, page, tour):
		other = make_team_page([make_host("Dee"), make_host("Eli")])
		theirs = make_meeting_type(other, assignment="Round Robin")
		frappe.db.commit()
		values = dict(form_values(form_of(ann, page, "hosts")))
		for cell in (f"{theirs.name}:{other.hosts[0].name}", f"{theirs.name}:{page.hosts[0].name}", "x:y", ":"):
			answer = ann.post(PATH, data={**values, "was": [], "takes": cell})
			assert answer.status_code in (400, 403, 404), cell
		assert hosts_of(theirs) == []


class TestWeights:
	def weigh(self, client, page, *weights):
		wanted = {f"weight-{row.name}": str(weight) for row, weight in zip(page.hosts, weights, strict=True)}
		return save_team(client, page, **wanted)

	def test_are_changed_by_managers_with_the_share_in_words(self, maya, page):
		answer = self.weigh(maya, page, 4, 1, 1)
		assert answer.status_code == 200
		assert "Ann about 2 of 3 bookings, Ben about 1 of 6 bookings, and Cem about 1 of 6 bookings" in answer.text
		frappe.db.rollback()
		assert [row.weight for row in page.reload().hosts] == [4, 1, 1]

	@pytest.mark.parametrize("wrong", ["0", "11", "x", "9" * 5000])
	def test_that_make_no_sense_are_refused(self, maya, page, wrong):
		assert self.weigh(maya, page, wrong, 1, 1).status_code == 400

	@pytest.mark.long
	def test_are_not_for_the_owner_who_is_no_manager(self, ann, page):
		form = form_of(ann, page, "team")
		assert {each["name"] for each in form.all(name=None)} <= {"csrf_token", "view", "page", "form", "modified"}
		assert self.weigh(ann, page, 10, 1, 1).status_code == 403
		assert save_team(ann, page, was=page.hosts[1].user).status_code == 403
		assert members(page) == ["Ann", "Ben", "Cem"]
		assert [row.weight for row in page.reload().hosts] == [5, 5, 5]


class TestMembers:
	def test_come_and_go_and_are_taken_back(self, maya, page):
		"""Eve is a host without a page of her own. A host who leaves keeps the weight for the day of the return."""
		eve = make_user("Eve")
		frappe.db.commit()
		everybody = [(each["name"], each["value"]) for each in form_of(maya, page, "team").all("input", name="member")]
		assert ("member", eve) in everybody
		stay = [page.hosts[0].user, page.hosts[2].user]
		html = read(save_team(maya, page, member=[*stay, eve], **{f"weight-{page.hosts[0].name}": "9"}).text)
		assert members(page) == ["Ann", "Cem", "Eve"]
		assert [row.weight for row in page.reload().hosts] == [9, 5, 5, 5]
		assert frappe.get_all("Availability Schedule", {"user": eve})
		[undo] = html.one(id="toast").all("form")
		token = html.all("input", name="csrf_token")[0]["value"]
		key = undo.one("button", name="undo")["value"]
		again = maya.post(undo["action"], data={"csrf_token": token, "undo": key}, allow_redirects=True)
		assert read(again.text).one("section", id="team")
		assert members(page) == ["Ann", "Ben", "Cem"]
		assert page.reload().hosts[0].weight == 5

	def test_who_is_disabled_meanwhile_or_no_host_isnt_taken_in(self, maya, page):
		strangers = [make_user("Guy", roles=()), make_user("Off", enabled=0), "nobody@example.com", "Administrator", ""]
		frappe.db.commit()
		for user in strangers:
			answer = save_team(maya, page, member=[page.hosts[0].user, user])
			assert (answer.status_code, "Choose hosts from the list." in answer.text) == (400, True), user
		assert members(page) == ["Ann", "Ben", "Cem"]

	def test_somebody_stays(self, maya, page):
		assert save_team(maya, page, member=[]).status_code == 400
		assert members(page) == ["Ann", "Ben", "Cem"]

	@pytest.mark.long
	def test_of_two_managers_the_later_one_doesnt_undo_the_other(self, maya, page):
		version = form_of(maya, page, "team").one("input", name="modified")["value"]
		save_team(maya, page, member=[page.hosts[0].user, page.hosts[1].user])
		assert save_team(maya, page, modified=version, member=[page.hosts[2].user]).status_code == 409
		assert members(page) == ["Ann", "Ben"]


class TestANewTeam:
	def begin(self, client, hosts, **fields):
		html = read(client.get(f"{PATH}?view=team").text)
		form = next(form for form in html.all("form") if form.all("button", value="begin"))
		values = {**dict(form_values(form)), "title": "Night shift", "hosts": hosts, "action": "begin", **fields}
		return client.post(PATH, data=values, allow_redirects=True)

	@pytest.mark.long
	def test_is_made_by_a_manager_and_can_be_booked_at_once(self, maya, page):
		ann, ben = page.hosts[0].user, page.hosts[1].user
		html = read(self.begin(maya, [ann, ben]).text)
		assert "Your link works" in html.one(id="toast").text
		assert html.one("h2", id="links-title").text == "Links of Night shift"
		frappe.db.rollback()
		made = frappe.get_last_doc("Scheduling Page", {"page_type": "Team", "title": "Night shift"})
		assert [row.user for row in made.hosts] == [ann, ben]
		slugs = frappe.get_all("Meeting Type", {"scheduling_page": made.name}, ["slug", "assignment", "location_type"])
		assert {(each.assignment, each.location_type) for each in slugs} == {("Round Robin", "Jitsi")}
		public = maya.get(f"/schedule/{made.slug}/{slugs[0].slug}")
		assert "data-start" in public.text or "?date=" in public.text

	def test_without_hosts_or_with_a_taken_link_says_so_beside_the_field_and_keeps_what_was_typed(self, maya, page):
		html = read(self.begin(maya, [], title="Typed").text)
		assert html.one("p", id="hosts-error").text == "Choose at least one host."
		assert html.one("input", id="begin-title")["value"] == "Typed"
		html = read(self.begin(maya, [page.hosts[1].user], slug=page.slug).text)
		assert html.one("p", id="begin-slug-error").text == "Please choose another."
		[ticked] = html.one("form", id="begin").all("input", name="hosts", checked=None)
		assert ticked["value"] == page.hosts[1].user

	def test_isnt_for_hosts_who_are_no_managers(self, ann, page, client):
		"""The owner of a team's page, a host with a page of their own, and somebody without a role."""
		sent = {"title": "Mine", "page_type": "team", "action": "begin", "location_type": "jitsi"}
		guy = make_user("Guy", roles=())
		for user in (page.user, make_host("Eve"), guy):
			frappe.db.commit()
			sign_in(client, user)
			html = read(client.get(f"{PATH}?view=team&team={page.name}").text)
			assert "Make a team" not in html.text
			token = {"csrf_token": html.all("input", name="csrf_token")[0]["value"]} if user != guy else {}
			answer = client.post(PATH, data={**sent, **token, "hosts": [page.hosts[1].user]})
			assert answer.status_code == 403, user
		frappe.db.rollback()
		assert not frappe.db.exists("Scheduling Page", {"title": "Mine"})


class TestTurns:
	@pytest.mark.long
	@pytest.mark.parametrize("mode", ["Weighted", "Availability", "Load Balanced"])
	def test_name_the_host_who_gets_the_next_booking(self, page, tour, mode):
		"""They are told by the function that assigns: what it says is what happens."""
		tour.round_robin_mode = mode
		tour.save()
		for number in range(6):
			turn = bookings.team_week([tour], NOW).turns[tour.name]
			made = door.book(payload(page, tour, NINE + number * 1800), NOW).id
			assert frappe.db.get_value("Booking", made, "host") == turn.host, number
			if number == 2:
				bookings.cancel_by_host(made, "", NOW)

	def test_are_told_with_a_reason(self, ann, page, tour):
		text = ann.get(f"{PATH}?team={page.name}").text
		assert "the next is Ann: several stand alike, and Ann comes first of them on the page" in text
		assert "Each about 1 of 3 bookings" in text

	def test_and_weeks_take_no_more_statements_for_more_hosts_and_types(self, queries):
		counts = []
		for size in (2, 6):
			team = make_team_page([make_host("Ann") for _each in range(size)])
			types = [make_meeting_type(team, assignment="Round Robin") for _each in range(size)]
			bookings.team_week(types, NOW)
			queries.clear()
			bookings.team_week(types, NOW)
			counts.append(len(queries))
		assert counts[0] == counts[1] <= 10


def test_nobody_read_why_an_optional_host_has_no_share(client, commit_clean):
	ann, ben, cem = (make_host(name) for name in ("Ann", "Ben", "Cem"))
	page = make_team_page([ann, ben, cem])
	for row in page.hosts:
		row.is_required = int(row.user != cem)
	page.save()
	make_meeting_type(page, title="Tour", assignment="Round Robin", round_robin_mode="Weighted")
	frappe.db.commit()
	sign_in(client, ann)
	turns = read(client.get(f"{PATH}?team={page.name}").text).one("dl", class_="turns").text
	assert turns.endswith("Only if none of them is free: Cem")
	assert "Cem about" not in turns


def test_each_hosts_week_is_told_against_the_limits(page, tour):
	tour.weekly_limit = 2
	tour.save()
	for number in range(4):
		door.book(payload(page, tour, NINE + number * 1800), NOW)
	week = bookings.team_week([tour], NOW)
	assert sorted(each.meetings for each in week.hosts.values()) == [1, 1, 2]
	assert sorted(each.limits[0].used for each in week.hosts.values()) == [1, 1, 2]
	assert {each.limits[0].limit.most for each in week.hosts.values()} == {2}


class TestWhoMaySeeIt:
	def test_another_host_of_the_team_sees_and_changes_nothing(self, client, page, tour):
		ben = page.hosts[1].user
		sign_in(client, ben)
		text = client.get(f"{PATH}?team={page.name}").text
		assert 'id="team"' not in text
		token = read(text).all("input", name="csrf_token")[0]["value"]
		cell = f"{tour.name}:{page.hosts[0].name}"
		hosts = {"csrf_token": token, "page": page.name, "form": "hosts", "was": cell}
		assert client.post(PATH, data=hosts).status_code == 403
		weights = {"csrf_token": token, "page": page.name, "form": "team", f"weight-{page.hosts[1].name}": "10"}
		for member in (ben, page.hosts[0].user):
			assert client.post(PATH, data={**weights, "member": member}).status_code == 403
		assert hosts_of(tour) == []

	def test_a_stranger_learns_no_page(self, client, page, tour):
		eve = make_host("Eve")
		frappe.db.commit()
		sign_in(client, eve)
		assert "Tour" not in client.get(f"{PATH}?team={page.name}").text


@pytest.mark.parametrize(
	("share", "words"),
	[
		(Fraction(2, 3), "Ann about 2 of 3 bookings"),
		(Fraction(333_334, 1_000_000), "Ann about 1 of 3 bookings"),
		(Fraction(1), "Ann all bookings"),
		(Fraction(1, 50), "Ann fewer than 1 of 20 bookings"),
		(Fraction(10, 13), "Ann about 7 of 9 bookings"),
	],
)
def test_a_share_is_told_so_that_people_can_picture_it(share, words):
	assert share_in_words("Ann", share) == words
