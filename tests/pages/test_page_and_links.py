"""`/scheduling/page`: the first page in one step, the links to share, how a page looks, and who gets to a team."""

import frappe
import pytest

from tests.pages.offer import host_of, make_offer, sign_in
from tests.pages.reading import form_values, read
from tests.support.factories import make_host, make_page, make_team_page, make_user

PATH = "/scheduling/page"
LOOK = f"{PATH}?view=look"


def page_of(intro):
	frappe.db.rollback()
	return frappe.get_doc("Scheduling Page", intro.scheduling_page)


def edit(client, **fields):
	"""Change fields of the first page's form, and send all of it as the browser does."""
	html = read(client.get(LOOK).text)
	form = next(each for each in html.all("form") if each.all("input", name="slug"))
	values = {name: value for name, value in {**dict(form_values(form)), **fields}.items() if value is not None}
	return client.post(PATH, data=values, allow_redirects=True)


@pytest.mark.long
def test_a_new_host_has_a_working_link_after_one_step(client, commit_clean):
	"""From the role to a page that people can book on: signed in, one form, open the link."""
	user = make_user("Nora", last_name="Berg", time_zone="Europe/Oslo")
	frappe.db.commit()
	sign_in(client, user)
	html = read(client.get(PATH).text)
	form = next(each for each in html.all("form") if each.all("input", name="title"))
	answer = client.post(PATH, data={**dict(form_values(form)), "action": "begin"}, allow_redirects=True)
	assert "Your link works" in answer.text
	frappe.db.rollback()
	page = frappe.get_last_doc("Scheduling Page")
	assert (page.user, page.title, page.timezone) == (user, "Nora Berg", "Europe/Oslo")
	types = frappe.get_all("Meeting Type", {"scheduling_page": page.name}, pluck="slug", order_by="sort_order")
	assert len(types) == 2
	public = client.get(f"/schedule/{page.slug}/{types[0]}")
	assert public.status_code == 200
	assert "data-start" in public.text or "?date=" in public.text


def test_what_visitors_read_is_changed_field_by_field(client, intro):
	sign_in(client, host_of(intro))
	assert edit(client, name="Jane at work", welcome_message="Hello!", brand_color="#aa0000").status_code == 200
	page = page_of(intro)
	assert (page.title, page.welcome_message, page.brand_color, page.is_active) == (
		"Jane at work",
		"Hello!",
		"#aa0000",
		1,
	)
	html = read(edit(client, is_active=None).text)
	assert page_of(intro).is_active == 0
	token = html.all("input", name="csrf_token")[0]["value"]
	client.post(PATH, data={"csrf_token": token, "undo": html.one("button", name="undo")["value"]})
	assert page_of(intro).is_active == 1


def test_a_wrong_value_is_named_beside_its_field_and_kept(client, intro):
	sign_in(client, host_of(intro))
	answer = edit(client, slug="not a link", name="Typed")
	html = read(answer.text)
	assert answer.status_code == 400
	assert html.one("p", id="look-slug-error").text
	assert html.all("input", name="name")[0]["value"] == "Typed"
	assert page_of(intro).slug != "not a link"


def test_a_taken_link_is_refused(client, intro):
	other = make_offer()
	sign_in(client, host_of(intro))
	taken = frappe.db.get_value("Scheduling Page", other.scheduling_page, "slug")
	assert "is taken" in edit(client, slug=taken).text or edit(client, slug=taken).status_code == 400


def test_the_page_and_each_type_have_a_link_to_copy_and_one_menu(client, intro):
	sign_in(client, host_of(intro))
	html = read(client.get(PATH).text)
	own, of_type = html.one("ul", class_="links-list").all("li")
	address = f"/schedule/{page_of(intro).slug}"
	assert own.one("button", data_copy=None)["data-copy"].endswith(address)
	assert of_type.one("button", data_copy=None)["data-copy"].endswith(f"{address}/{intro.slug}")
	assert not html.all("img", class_="qr")
	menu = of_type.one("details", class_="menu")
	codes, embed, *of_types = [each["href"] for each in menu.all("a")]
	assert embed == f"/scheduling/embed?meeting={page_of(intro).slug}/{intro.slug}"
	assert of_types == [f"/scheduling/times?type={intro.name}"]
	once, test = menu.all("form")
	assert test["action"] == f"/scheduling/types/{intro.name}/test"
	made = client.post(once["action"], data=[*form_values(once), ("action", "create")])
	assert made.status_code == 303
	frappe.db.rollback()
	shown = read(client.get(made.headers["Location"]).text).one("section", aria_labelledby="made-title")
	assert (
		f"/schedule/l/{frappe.get_last_doc('Booking Link').name}." in shown.one("button", data_copy=None)["data-copy"]
	)
	for path in (embed, *of_types):
		assert read(client.get(path).text).all("option", selected=None)[0].text == intro.title, path
	shown = read(client.get(codes).text).one("ul", class_="links-list").all("li")[1]
	assert f"{address}/{intro.slug}" in shown.one("textarea").text
	assert [each["href"][:15] for each in shown.all("a", download=None)] == ["data:image/svg+", "data:image/png;"]


def test_a_link_that_was_copied_for_another_page_shows_the_links(client, intro):
	"""Views that the page doesn't have, and a team's page that the reader may not change."""
	sign_in(client, host_of(intro))
	for address in (f"{PATH}?view=team", f"{PATH}?team=x", f"{PATH}?view=x", f"{PATH}?page=x&link=y"):
		assert read(client.get(address).text).one("ul", class_="links-list").all("li"), address


def test_nobody_changes_anothers_page(client, intro):
	sign_in(client, make_user("Mallory"))
	html = read(client.get(PATH).text)
	token = html.all("input", name="csrf_token")[0]["value"]
	answer = client.post(PATH, data={"csrf_token": token, "page": intro.scheduling_page, "name": "Mine"})
	assert answer.status_code == 403
	assert page_of(intro).title == "Jane Doe"


def test_two_windows_neither_silently_loses(client, intro):
	sign_in(client, host_of(intro))
	html = read(client.get(LOOK).text)
	version = html.all("input", name="modified")[0]["value"]
	edit(client, description="First")
	answer = edit(client, description="Second", modified=version)
	assert answer.status_code == 409
	assert page_of(intro).description == "First"


class TestSeveralPages:
	"""A manager may write everybody's pages."""

	@pytest.fixture
	def manager(self, client, commit_clean):
		user = make_user("Mia", roles=["Scheduling User", "Scheduling Manager"])
		self.others, self.own = make_offer(), make_page(user, title="Mia Berg")
		frappe.db.commit()
		sign_in(client, user)
		return client

	def shown(self, html):
		return {
			field["name"]: field.attributes.get("value", "")
			for field in html.all("input", id=None)
			if "name" in field.attributes
		}

	def test_their_own_is_first(self, manager):
		"""A team's page that they made isn't their own, though it is older."""
		team = make_team_page([self.own.user, make_host("Ann")])
		team.db_set("creation", "2020-01-01")
		frappe.db.commit()
		assert self.shown(read(manager.get(LOOK).text))["name"] == "Mia Berg"

	def test_after_a_form_the_same_page_is_shown_and_undo_leads_to_it(self, manager):
		html = read(manager.get(f"{LOOK}&page={self.others.scheduling_page}").text)
		form = next(each for each in html.all("form") if each.all("input", name="slug"))
		values = {**dict(form_values(form)), "organization": "Doe Ltd"}
		html = read(manager.post(PATH, data=values, allow_redirects=True).text)
		[undo] = html.one(id="toast").all("form")
		assert undo["action"] == f"{PATH}?page={self.others.scheduling_page}&view=look"
		assert self.shown(html)["organization"] == "Doe Ltd"

	def test_a_key_that_was_used_emptied_the_fields(self, manager):
		token = read(manager.get(PATH).text).all("input", name="csrf_token")[0]["value"]
		answer = manager.post(PATH, data={"csrf_token": token, "page": self.own.name, "view": "look", "undo": "used"})
		assert answer.status_code == 409
		assert self.shown(read(answer.text))["name"] == "Mia Berg"
