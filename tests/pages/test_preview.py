"""The preview beside the editor shows values that aren't saved; a test booking happens and leaves nothing behind."""

from datetime import datetime

import frappe
import pytest

from tests.pages.offer import QUESTIONS, TeamOffer, book, host_of, make_offer, sign_in
from tests.pages.reading import form_values, read
from tests.support.factories import make_user, page_of

PATH = "/scheduling/types"


@pytest.fixture
def intro(commit_clean):
	return make_offer(questions=QUESTIONS)


@pytest.fixture
def jane(client, intro):
	sign_in(client, host_of(intro))
	return client


def group_of(client, doc, group):
	"""Return what a browser sends for a group of the editor."""
	html = read(client.get(f"{PATH}/{doc.name}").text)
	[form] = [each for each in html.all("form") if group in [one["value"] for one in each.all("input", name="group")]]
	return dict(form_values(form))


def preview(client, doc, group="basics", **typed):
	return client.post(f"{PATH}/{doc.name}/preview", data={**group_of(client, doc, group), **typed})


def press_test(client, doc):
	return client.post(f"{PATH}/{doc.name}/test", data={"csrf_token": group_of(client, doc, "basics")["csrf_token"]})


def everything():
	"""Return all rows of all tables, as another connection sees them."""
	frappe.db.rollback()
	tables = frappe.db.get_tables(cached=False)
	return {table: sorted(repr(row) for row in frappe.db.sql(f"select * from `{table}`")) for table in tables}


class TestThePreview:
	def test_shows_the_stored_page_at_first(self, jane, intro):
		answer = jane.get(f"{PATH}/{intro.name}/preview")
		assert answer.status_code == 200
		assert read(answer.text).all("h1")[-1].text == "Intro call"
		assert "Preview with your real free times. Nothing can be booked here." in answer.text
		assert read(answer.text).one("input", name="start")["value"] == ""

	@pytest.mark.long
	def test_shows_what_was_typed_and_saves_nothing(self, jane, intro):
		# Frappe notes a user's first request.
		group_of(jane, intro, "basics")
		before = everything()
		answer = preview(jane, intro, name="Typed just now", duration_minutes="90")
		assert read(answer.text).all("h1")[-1].text == "Typed just now"
		assert "1 hr 30 min" in answer.text or "1h 30m" in answer.text or "90" in answer.text
		assert everything() == before

	@pytest.mark.long
	def test_shows_questions_that_are_not_saved_in_the_form(self, jane, intro):
		answer = preview(jane, intro, "questions", step="form", **{"label-0": "Anything new?", "label-5": "One more?"})
		form = read(answer.text).one("form", id="booking-form")
		assert form.one("input", name="start")["value"]
		assert "Anything new?" in form.text
		assert "One more?" in form.text
		ids = [each["id"] for each in read(answer.text).all(id=None)]
		assert len(ids) == len(set(ids))

	@pytest.mark.long
	def test_can_not_be_used_to_book_or_to_run_anything(self, jane, intro):
		answer = preview(jane, intro, step="form")
		html = read(answer.text)
		policy = answer.headers["Content-Security-Policy"]
		assert "script-src" not in policy
		assert "default-src 'none'" in policy
		assert "form-action 'none'" in policy
		assert "frame-ancestors 'self'" in policy.split("; ")
		assert [each for each in html.all("script") if each.attributes.get("type") != "application/json"] == []
		assert html.all("input", name="csrf_token") == []
		assert "inert" in html.one("div", class_="picture").attributes
		frame = read(jane.get(f"{PATH}/{intro.name}").text).one("iframe", id="preview")
		assert frame["sandbox"] == ""

	def test_of_a_type_that_is_switched_off(self, jane, intro):
		frappe.db.set_value("Meeting Type", intro.name, "is_active", 0)
		frappe.clear_document_cache("Meeting Type", intro.name)
		frappe.db.commit()
		assert jane.get(f"{PATH}/{intro.name}/preview").status_code == 200

	def test_says_what_is_wrong_with_what_was_typed(self, jane, intro):
		answer = preview(jane, intro, duration_minutes="7")
		assert answer.status_code == 400
		assert "Content-Security-Policy" in answer.headers

	def test_of_anothers_type_is_refused(self, client, intro):
		sign_in(client, make_user("Mallory"))
		assert client.get(f"{PATH}/{intro.name}/preview").status_code == 403
		token = read(client.get(PATH).text).all("input", name="csrf_token")[0]["value"]
		typed = {"csrf_token": token, "group": "basics", "name": "Mine"}
		assert client.post(f"{PATH}/{intro.name}/preview", data=typed).status_code == 403
		assert client.post(f"{PATH}/{intro.name}/test", data=typed).status_code == 403
		assert client.get(f"{PATH}/nothing/preview").status_code == 404

	def test_needs_a_sign_in(self, client, intro):
		answer = client.get(f"{PATH}/{intro.name}/preview", allow_redirects=False)
		assert (answer.status_code, answer.headers["Location"]) == (302, f"/login?redirect-to={PATH}/{intro.name}")

	def test_markup_is_text(self, jane, intro):
		answer = preview(jane, intro, name='Fish & chips <3 "quoted" \'')
		assert "Fish &amp; chips &lt;3 &#34;quoted&#34; &#39;" in answer.text
		assert preview(jane, intro, name="<img src=x onerror=alert(1)>").status_code == 400


class TestATestBooking:
	@pytest.mark.long
	def test_shows_the_page_and_the_mail_and_leaves_nothing_behind(self, jane, intro):
		group_of(jane, intro, "basics")
		before = everything()
		answer = press_test(jane, intro)
		html = read(answer.text)
		assert answer.status_code == 200
		assert [each.text for each in html.all("h1")] == ["This was a test", "You're booked"]
		mail = html.one("iframe", srcdoc=None)
		assert mail["sandbox"] == ""
		assert "Your meeting with Jane Doe is confirmed" in mail["srcdoc"] or "is confirmed" in mail["srcdoc"]
		assert "Subject: Confirmed: " in answer.text
		after = everything()
		# The host's own page says no more that a test is left to do.
		changed = {table for table in before.keys() | after.keys() if before.get(table) != after.get(table)}
		assert changed == {"tabHost Preferences"}
		press_test(jane, intro)
		assert everything() == after

	def test_answers_required_questions_of_every_type(self, client, commit_clean):
		types = frappe.get_meta("Meeting Type Question").get_field("question_type").options.split("\n")
		asked = [{"label": each, "question_type": each, "required": 1, "options": "Red\nBlue"} for each in types]
		asking = make_offer(questions=asked)
		sign_in(client, host_of(asking))
		answer = press_test(client, asking)
		assert (answer.status_code, read(answer.text).all("h1")[-1].text) == (200, "You're booked")

	def test_queues_no_job_and_notes_no_search(self, jane, intro, site):
		if not site.is_real:
			pytest.skip("the embedded site has no global search")
		before = frappe.cache.llen("global_search_queue")
		press_test(jane, intro)
		assert frappe.cache.llen("global_search_queue") == before

	@pytest.mark.long
	def test_the_same_time_is_offered_afterwards(self, jane, intro):
		def first():
			return read(press_test(jane, intro).text).one("time")["datetime"]

		assert first() == first()

	@pytest.mark.long
	def test_takes_the_first_time_that_is_really_free(self, jane, intro):
		start = read(press_test(jane, intro).text).one("time")["datetime"]
		asked = {intro.questions[0].name: "Prices", intro.questions[2].name: ["Pricing"]}
		book(intro, int(datetime.fromisoformat(start).timestamp()), answers=asked)
		assert read(press_test(jane, intro).text).one("time")["datetime"] != start

	@pytest.mark.long
	def test_of_a_request_and_of_a_team(self, client, commit_clean):
		team = TeamOffer()
		frappe.db.set_value("Meeting Type", team.meeting_type.name, "requires_confirmation", 1)
		frappe.clear_document_cache("Meeting Type", team.meeting_type.name)
		frappe.db.commit()
		sign_in(client, team.manager)
		group_of(client, team.meeting_type, "basics")
		assert "Your request is sent" in press_test(client, team.meeting_type).text
		before = everything()
		assert "Your request is sent" in press_test(client, team.meeting_type).text
		assert everything() == before

	def test_without_a_free_time_says_so(self, jane, intro):
		for name in frappe.get_all("Availability Schedule", {"user": host_of(intro)}, pluck="name"):
			doc = frappe.get_doc("Availability Schedule", name)
			doc.rules = []
			doc.save()
		frappe.db.commit()
		answer = press_test(jane, intro)
		assert answer.status_code == 400
		assert "No time is free within a year" in answer.text

	def test_a_get_tests_nothing(self, jane, intro):
		answer = jane.get(f"{PATH}/{intro.name}/test", allow_redirects=False)
		assert (answer.status_code, answer.headers["Location"]) == (302, f"{PATH}/{intro.name}")


def test_a_types_link_has_its_qr_code_signature_and_test_in_one_place(jane, intro):
	html = read(jane.get(f"{PATH}/{intro.name}").text)
	link = html.one("details", id="link")
	address = f"/schedule/{page_of(intro).slug}/{intro.slug}"
	assert address in link.one("textarea", id="signature").text
	assert link.one("img", class_="qr")["src"].startswith("data:image/svg+xml")
	assert {each["href"][:15] for each in link.all("a", download=None)} == {"data:image/svg+", "data:image/png;"}
	assert link.one("button", data_copy=None)["data-copy"].endswith(address)
	assert [each["action"] for each in link.all("form")] == ["/scheduling/links", f"{PATH}/{intro.name}/test"]
