"""`/scheduling/types` and the editor of a type: forms as a browser without scripts sends them."""

import re

import frappe
import pytest

from scheduler_integration.catalogue.places import ways_to_meet
from scheduler_integration.crm.pipeline import record_choices
from scheduler_integration.parsing.meeting_type_fields import setting_fields
from tests.pages.offer import book, host_of, make_offer, sign_in
from tests.pages.reading import form_values, read
from tests.support.factories import make_host, make_meeting_type, make_page, make_team_page, make_user, page_of
from tests.support.stand_ins import field, standing_in

PATH = "/scheduling/types"


@pytest.fixture
def jane(client, intro):
	sign_in(client, host_of(intro))
	return client


def send(client, address, **fields):
	html = read(client.get(address.partition("#")[0]).text)
	token = html.all("input", name="csrf_token")[0]["value"]
	return client.post(address, data={"csrf_token": token, **fields}, allow_redirects=True)


def edit(client, doc, group, **fields):
	"""Change fields of a group, and send all of the group as the browser does."""
	address = f"{PATH}/{doc.name}"
	html = read(client.get(address).text)
	form = next(
		form for form in html.all("form") if group in [each["value"] for each in form.all("input", name="group")]
	)
	values = {name: value for name, value in {**dict(form_values(form)), **fields}.items() if value is not None}
	return client.post(address, data=values, allow_redirects=True)


def stored(doc):
	frappe.db.rollback()
	return frappe.get_doc("Meeting Type", doc.name)


class TestTheList:
	def test_a_kind_of_meeting_is_added_with_its_values(self, jane, intro):
		html = read(send(jane, PATH, action="add", page=intro.scheduling_page, template="workshop").text)
		frappe.db.rollback()
		made = frappe.get_last_doc("Meeting Type")
		assert "The meeting type is added" in html.one("div", id="toast").text
		assert html.one("ul", class_="links-list").one("button", data_copy=None)["data-copy"].endswith(made.slug)
		assert (made.title, made.duration_minutes, made.seats, made.is_active) == ("Workshop", 90, 10, 1)

	def test_a_second_meeting_of_a_kind_was_refused_because_of_a_link_that_nobody_could_enter(self, jane, intro):
		for _each in range(2):
			assert (
				send(jane, PATH, action="add", page=intro.scheduling_page, template="consultation").status_code == 200
			)
		frappe.db.rollback()
		slugs = frappe.get_all("Meeting Type", {"scheduling_page": intro.scheduling_page}, pluck="slug")
		assert {"consultation", "consultation-2"} <= set(slugs)

	def test_a_meeting_that_repeats_is_added(self, jane, intro):
		send(jane, PATH, action="add", page=intro.scheduling_page, template="advisory")
		frappe.db.rollback()
		made = frappe.get_last_doc("Meeting Type")
		assert (made.repeats, made.repeat_weeks, made.repeat_count) == ("Attendee Chooses", 2, 12)

	def test_two_days_and_lengths_to_choose_from_were_listed_as_one_length(self, jane, intro):
		place = {"location_type": "Jitsi"}
		make_meeting_type(page_of(intro), title="Retreat", duration_minutes=360, number_of_days=2, **place)
		make_meeting_type(page_of(intro), title="Strategy", duration_minutes=60, duration_options="60, 90", **place)
		frappe.db.commit()
		rows = [row.text for row in read(jane.get(PATH).text).all("p", class_="type-title")]
		assert {"Retreat2 days, 6 hr a day", "Strategy60 min · 90 min"} < set(rows)

	def test_a_copy_is_off_and_has_a_link_of_its_own(self, jane, intro):
		send(jane, PATH, action="duplicate", name=intro.name)
		send(jane, PATH, action="duplicate", name=intro.name)
		frappe.db.rollback()
		copies = frappe.get_all(
			"Meeting Type", {"title": f"{intro.title} (copy)"}, ["slug", "is_active", "duration_minutes"]
		)
		assert len({each.slug for each in copies}) == len(copies) == 2
		assert {(each.is_active, each.duration_minutes) for each in copies} == {(0, intro.duration_minutes)}

	def test_switching_off_can_be_undone(self, jane, intro):
		html = read(send(jane, PATH, action="off", name=intro.name).text)
		assert stored(intro).is_active == 0
		send(jane, PATH, undo=html.one("button", name="undo")["value"])
		assert stored(intro).is_active == 1

	def test_the_order_changes_without_a_script(self, jane, intro):
		other = make_meeting_type(page_of(intro), title="Review", sort_order=1)
		frappe.db.commit()
		send(jane, PATH, order=[intro.name, other.name], move=f"up:{other.name}")
		assert (stored(other).sort_order, stored(intro).sort_order) == (0, 1)

	def test_a_booked_type_is_not_deleted(self, jane, intro):
		book(intro)
		answer = send(jane, PATH, action="delete", name=intro.name)
		assert answer.status_code == 409
		assert "Deactivate it instead" in answer.text

	def test_a_type_that_was_never_booked_is_deleted(self, jane, intro):
		send(jane, PATH, action="delete", name=intro.name)
		frappe.db.rollback()
		assert not frappe.db.exists("Meeting Type", intro.name)


class TestTheEditor:
	@pytest.mark.long
	def test_a_group_saves_its_fields_and_no_others(self, jane, intro):
		assert edit(jane, intro, "basics", name="Hello", duration_minutes="45", is_unlisted="1").status_code == 200
		doc = stored(intro)
		assert (doc.title, doc.duration_minutes, doc.is_unlisted, doc.is_active) == ("Hello", 45, 1, 1)
		assert doc.slug == intro.slug
		edit(jane, intro, "basics", is_active=None)
		assert stored(intro).is_active == 0

	def test_rules_are_set_in_the_words_of_the_form(self, jane, intro):
		edit(
			jane, intro, "when", uses_host_defaults=None, minimum_notice="2", minimum_notice_unit="days",
			window_type="rolling_days", max_days_in_advance="9", buffer_after_minutes="10",
		)  # fmt: skip
		doc = stored(intro)
		assert (doc.uses_host_defaults, doc.minimum_notice, doc.minimum_notice_unit) == (0, 2, "Days")
		assert (doc.max_days_in_advance, doc.buffer_after_minutes) == (9, 10)

	@pytest.mark.long
	def test_a_rule_was_saved_and_not_used_because_a_box_was_still_ticked(self, jane, intro):
		html = read(edit(jane, intro, "when", max_days_in_advance="9").text)
		assert (stored(intro).uses_host_defaults, stored(intro).max_days_in_advance) == (0, 9)
		send(jane, f"{PATH}/{intro.name}", undo=html.one("button", name="undo")["value"])
		assert (stored(intro).uses_host_defaults, stored(intro).max_days_in_advance) == (1, 30)
		edit(jane, intro, "when", uses_host_defaults="1", slot_interval="15")
		assert stored(intro).uses_host_defaults == 1

	@pytest.mark.long
	def test_a_waitlist_is_switched_on_and_its_numbers_are_checked(self, jane, intro):
		assert edit(jane, intro, "waitlist", has_waitlist="1", waitlist_minutes="45").status_code == 200
		doc = stored(intro)
		assert (doc.has_waitlist, doc.waitlist_minutes, doc.waitlist_at_once) == (1, 45, 1)
		assert "Waitlist" in read(jane.get(PATH).text).one("p", class_="type-title").text
		answer = edit(jane, intro, "waitlist", waitlist_minutes="3")
		assert answer.status_code == 400
		assert "from 5 to 1440" in read(answer.text).one("p", id="waitlist-waitlist_minutes-error").text
		assert stored(intro).waitlist_minutes == 45

	def test_asking_whether_attendees_come_was_a_setting_of_the_desk_only(self, jane, intro):
		edit(jane, intro, "confirmation", asks_to_reconfirm="1", release_unconfirmed_hours="4")
		doc = stored(intro)
		assert (doc.asks_to_reconfirm, doc.release_unconfirmed_hours) == (1, 4)

	@pytest.mark.long
	def test_settings_could_be_changed_in_the_desk_only(self, jane, intro):
		sent = {
			"when": {"fill_gaps": "1", "first_slot_only": "1", "only_days_with_slots": "1", "slot_offset": "10"},
			"addresses": {
				"confirm_address": "everybody",
				"business_addresses_only": "1",
				"blocked_domains": "spam.example",
			},
		}
		for group, fields in sent.items():
			assert edit(jane, intro, group, **fields).status_code == 200
		doc = stored(intro)
		assert (doc.fill_gaps, doc.first_slot_only, doc.only_days_with_slots, doc.slot_offset) == (1, 1, 1, 10)
		assert (doc.confirm_address, doc.business_addresses_only, doc.blocked_domains) == (
			"Everybody",
			1,
			"spam.example",
		)

	@pytest.mark.long
	def test_other_places_are_rows(self, jane, intro):
		office = {"place_type-0": "in_person", "label-0": "Office", "details-0": "Main Street 1"}
		assert edit(jane, intro, "places", **office, **{"place_type-1": "phone"}).status_code == 200
		assert [(row.place_type, row.label) for row in stored(intro).places] == [
			("In Person", "Office"),
			("Phone", ""),
		]
		wrong = edit(jane, intro, "places", **{"details-0": ""})
		assert (wrong.status_code, "needs its details" in wrong.text) == (400, True)
		gone = edit(jane, intro, "places", **{"place_type-0": ""})
		assert gone.status_code == 200, read(gone.text).all("p", role="alert")[0].text
		assert [row.place_type for row in stored(intro).places] == ["Phone"]

	def test_a_field_had_another_label_than_in_the_desk(self, jane, intro):
		html = read(jane.get(f"{PATH}/{intro.name}").text)
		labels = {label["for"].partition("-")[2]: label.text for label in html.all("label", for_=None)}
		meta = frappe.get_meta("Meeting Type")
		assert len(meta.fields) > 60
		for each in meta.fields:
			if each.fieldname in labels:
				assert labels[each.fieldname] == each.label

	def test_a_wrong_value_is_named_beside_its_field_and_kept(self, jane, intro):
		answer = edit(jane, intro, "basics", duration_minutes="many", name="Typed")
		html = read(answer.text)
		assert answer.status_code == 400
		assert html.one("p", id="basics-duration_minutes-error").text
		assert html.one("input", id="basics-name")["value"] == "Typed"
		assert stored(intro).title == intro.title

	def test_what_a_change_would_do_is_shown_and_not_saved(self, jane, intro):
		answer = edit(jane, intro, "basics", duration_minutes="120", action="impact")
		assert re.search(r"In the next four weeks: \d+ fewer times\.", answer.text)
		assert stored(intro).duration_minutes == intro.duration_minutes

	def test_a_script_reads_what_a_change_would_do(self, jane, intro):
		values = {
			"group": "basics",
			"duration_minutes": "120",
			"name": intro.title,
			"is_active": "1",
			"action": "impact",
		}
		token = read(jane.get(f"{PATH}/{intro.name}").text).all("input", name="csrf_token")[0]["value"]
		accept = {"Accept": "application/json"}
		answer = jane.post(f"{PATH}/{intro.name}", data={"csrf_token": token, **values}, headers=accept).json()
		assert (answer["saved"], answer["sure"]) == (False, "")
		assert answer["message"] in answer["impact"]
		assert "fewer times" in answer["message"]
		assert stored(intro).duration_minutes == intro.duration_minutes
		wrong = jane.post(
			f"{PATH}/{intro.name}", data={"csrf_token": token, **values, "duration_minutes": "x"}, headers=accept
		)
		assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["duration_minutes"])

	@pytest.mark.long
	def test_two_windows_neither_silently_loses(self, jane, intro):
		address = f"{PATH}/{intro.name}"
		before = read(jane.get(address).text)
		version = before.all("input", name="modified")[0]["value"]
		edit(jane, intro, "words", description="First")
		answer = edit(jane, intro, "words", description="Second", modified=version)
		assert answer.status_code == 409
		assert "changed meanwhile" in answer.text
		assert stored(intro).description == "First"

	@pytest.mark.long
	def test_saving_can_be_undone(self, jane, intro):
		html = read(edit(jane, intro, "words", description="New").text)
		send(jane, f"{PATH}/{intro.name}", undo=html.one("button", name="undo")["value"])
		assert (stored(intro).description or "") == (intro.description or "")

	@pytest.mark.long
	def test_questions_are_added_and_removed(self, jane, intro):
		edit(
			jane, intro, "questions", **{"label-0": "Size?", "type-0": "select", "options-0": "S\nL", "required-0": "1"}
		)
		(row,) = stored(intro).questions
		assert (row.label, row.question_type, row.options, row.required) == ("Size?", "Select", "S\nL", 1)
		edit(jane, intro, "questions", **{"label-0": ""})
		assert stored(intro).questions == []


def test_nobody_reads_or_changes_anothers(client, intro):
	sign_in(client, make_user("Mallory"))
	assert client.get(f"{PATH}/{intro.name}").status_code == 403
	assert intro.title not in client.get(PATH).text
	for fields in ({"action": "off", "name": intro.name}, {"action": "delete", "name": intro.name}):
		token = frappe.generate_hash()
		assert client.post(PATH, data={"csrf_token": token, **fields}).status_code in (400, 403)
	assert stored(intro).is_active == 1
	assert client.get(f"{PATH}/nothing").status_code == 404


def test_an_unlisted_type_can_be_booked_by_its_link_only(client, commit_clean):
	page = make_page()
	make_meeting_type(page, title="Open to all")
	hidden = make_meeting_type(page, title="For friends", is_unlisted=1)
	frappe.db.commit()
	listing = client.get(f"/schedule/{page.slug}").text
	assert "Open to all" in listing
	assert "For friends" not in listing
	assert "For friends" in client.get(f"/schedule/{page.slug}/{hidden.slug}").text


def test_a_setting_was_not_on_the_page(client, commit_clean):
	team = make_team_page([make_host("Ann"), make_host("Ben")])
	types = [make_meeting_type(page) for page in (make_page(), team)]
	frappe.db.set_single_value("Scheduler Settings", "payment_provider", "")
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()
	shown = set()
	for doc in types:
		sign_in(client, page_of(doc).user)
		shown |= {
			each["name"]
			for tag in ("input", "select", "textarea")
			for each in read(client.get(f"{PATH}/{doc.name}").text).all(tag, name=None)
		}
	# A host with one schedule has no choice, and nobody can pay without a provider.
	hidden = {"availability_schedule", "payment", "deposit", "refund_notice_hours", "late_refund_percent"}
	if not record_choices():
		hidden |= {"crm_record", "crm_at_once", "crm_owner", "crm_source", "crm_territory"}
	assert {field.fieldname for field in setting_fields()} - shown == hidden


def test_a_place_had_another_name_in_the_editor_than_on_the_page_that_makes_it(client, commit_clean):
	doc = make_meeting_type(make_page())
	frappe.db.commit()
	user = page_of(doc).user
	sign_in(client, user)
	html = read(client.get(f"{PATH}/{doc.name}").text)
	options = {each["value"]: each.text for each in html.one("select", name="location_type").all("option")}
	assert dict(ways_to_meet([user])).items() <= options.items()


def test_a_type_whose_hosts_had_all_left_looked_as_if_it_could_be_booked(client, commit_clean):
	ann, ben = make_host("Ann"), make_host("Ben")
	team = make_team_page([ann, ben])
	free, bound = make_meeting_type(team), make_meeting_type(team, assignment="Collective")
	frappe.db.commit()

	def marked():
		html = read(client.get(PATH).text)
		rows = {
			row.one("input", name="order")["value"]: row.text
			for row in html.all("li")
			if row.all("input", name="order")
		}
		return {name for name in (free.name, bound.name) if "Nobody can host it" in rows[name]}

	sign_in(client, make_user("Mia", roles=["Scheduling Manager"]))
	assert marked() == set()
	for user, expected in ((ann, {bound.name}), (ben, {free.name, bound.name})):
		frappe.db.set_value("User", user, "enabled", 0)
		frappe.db.commit()
		assert marked() == expected


class TestTheQuestions:
	def two(self, jane, doc):
		fields = {
			"label-0": "Size?", "type-0": "select", "options-0": "S\nL", "key-0": "size",
			"label-1": "Why?", "type-1": "text", "required-1": "1", "show_if-1": "0", "show_if_answers-1": "L",
		}  # fmt: skip
		return edit(jane, doc, "questions", **fields)

	def test_a_question_depends_on_another_and_has_a_key(self, jane, intro):
		self.two(jane, intro)
		size, why = stored(intro).questions
		assert (size.prefill_key, size.show_if) == ("size", None)
		assert (why.show_if, why.show_if_answers, why.required) == ("Size?", "L", 1)

	def test_the_page_had_labels_and_bounds_of_its_own(self, jane, intro):
		self.two(jane, intro)
		html, meta = read(jane.get(f"{PATH}/{intro.name}").text), frappe.get_meta("Meeting Type Question")
		names = {"type": "question_type", "help": "help_text", "key": "prefill_key"}
		for name in ("label", "type", "options", "help", "placeholder", "show_if", "show_if_answers", "key"):
			[label] = html.all("label", for_=f"questions-{name}-1")
			assert label.text == meta.get_label(names.get(name, name))
		assert html.one("input", id="questions-label-1")["maxlength"] == "140"
		edit(jane, intro, "questions", **{"placeholder-1": "Such as a demo"})
		assert stored(intro).questions[1].placeholder == "Such as a demo"

	@pytest.mark.long
	def test_both_are_renamed_at_once(self, jane, intro):
		self.two(jane, intro)
		edit(jane, intro, "questions", **{"label-0": "How big?"})
		assert [(row.label, row.show_if) for row in stored(intro).questions] == [
			("How big?", None),
			("Why?", "How big?"),
		]

	@pytest.mark.long
	def test_the_order_changes_and_a_row_is_removed_without_a_script(self, jane, intro):
		edit(jane, intro, "questions", **{"label-0": "A", "label-1": "B"})
		edit(jane, intro, "questions", move="up:1")
		assert [row.label for row in stored(intro).questions] == ["B", "A"]
		edit(jane, intro, "questions", remove="0")
		assert [row.label for row in stored(intro).questions] == ["A"]

	@pytest.mark.long
	def test_a_refused_form_keeps_what_was_typed(self, jane, intro):
		self.two(jane, intro)
		answer = edit(jane, intro, "questions", **{"label-1": "Typed", "show_if_answers-1": "XL"})
		html = read(answer.text)
		assert answer.status_code == 400
		assert "It offers: S, L." in html.one("p", role="alert").text
		assert html.one("input", id="questions-label-1")["value"] == "Typed"
		assert stored(intro).questions[1].label == "Why?"

	@pytest.mark.long
	def test_a_question_can_not_go_before_the_one_it_depends_on(self, jane, intro):
		self.two(jane, intro)
		assert "must come before it" in edit(jane, intro, "questions", move="up:1").text
		assert [row.label for row in stored(intro).questions] == ["Size?", "Why?"]

	@pytest.mark.long
	def test_a_hidden_field_needs_a_key(self, jane, intro):
		assert "needs a key" in edit(jane, intro, "questions", **{"label-0": "Campaign", "hidden-0": "1"}).text
		edit(jane, intro, "questions", **{"label-0": "Campaign", "hidden-0": "1", "key-0": "campaign"})
		[row] = stored(intro).questions
		assert (row.is_hidden, row.prefill_key) == (1, "campaign")

	@pytest.mark.long
	def test_rows_of_other_types_are_out_of_reach(self, jane, intro):
		"""A row that named another type's row would have moved it here."""
		other = make_offer(questions=[{"label": "Theirs", "question_type": "Text"}])
		[row] = other.questions
		edit(jane, intro, "questions", **{"label-0": "Theirs", "id-0": row.name, "name-0": row.name})
		assert stored(other).questions[0].name == row.name
		assert stored(intro).questions[0].name != row.name

	@pytest.mark.long
	def test_markup_is_refused_or_text(self, jane, intro):
		edit(jane, intro, "questions", **{"label-0": "1 < 2 \" onfocus=alert(1) '"})
		html = jane.get(f"{PATH}/{intro.name}").text
		assert '" onfocus' not in html
		assert edit(jane, intro, "questions", **{"label-0": "<script>alert(1)</script>"}).status_code == 400


class TestHostsOfATeamsType:
	@pytest.fixture
	def panel(self, client, commit_clean):
		page = make_team_page([make_host(name) for name in ("Ann", "Ben", "Cem")])
		made = make_meeting_type(page, assignment="Collective")
		sign_in(client, page.user)
		return made

	def fields(self, doc, *parts):
		rows = page_of(doc).hosts
		return {f"host-{row.name}": part for row, part in zip(rows, parts, strict=True)}

	@pytest.mark.long
	def test_are_chosen_with_so_many_of_the_others(self, client, panel):
		chosen = self.fields(panel, "required", "takes_part", "takes_part")
		assert edit(client, panel, "team", **chosen, required_count="1").status_code == 200
		saved = stored(panel)
		assert [row.is_required for row in saved.hosts] == [1, 0, 0]
		assert saved.required_count == 1
		html = read(client.get(f"{PATH}/{panel.name}").text)
		group = html.one("details", id="team")
		assert [option["value"] for option in group.all("option", selected=None)][:3] == [*chosen.values()]

	@pytest.mark.long
	def test_are_those_of_the_page_if_nothing_differs(self, client, panel):
		edit(client, panel, "team", **self.fields(panel, "required", "takes_part", ""), required_count="0")
		assert len(stored(panel).hosts) == 2
		edit(client, panel, "team", **self.fields(panel, *["required"] * 3))
		assert stored(panel).hosts == []

	@pytest.mark.long
	def test_are_not_too_few(self, client, panel):
		answer = edit(client, panel, "team", **self.fields(panel, "required", "takes_part", ""), required_count="2")
		assert answer.status_code == 400
		assert "Enter a smaller number" in answer.text
		assert edit(client, panel, "team", **self.fields(panel, "", "", "")).status_code == 400
		assert stored(panel).hosts == []

	@pytest.mark.long
	def test_are_shown_with_what_it_would_change(self, client, panel):
		answer = edit(
			client, panel, "team", **self.fields(panel, "required", "takes_part", "takes_part"), action="impact"
		)
		assert answer.status_code == 200
		assert stored(panel).hosts == []

	def test_are_changed_by_nobody_else(self, client, panel):
		other = page_of(panel).hosts[1].user
		sign_in(client, other)
		assert client.get(f"{PATH}/{panel.name}").status_code == 403


def test_a_host_says_that_strangers_become_leads(client, commit_clean):
	sources = {"autoname": "hash", "fields": [field("title", "Data")]}
	lead = {"autoname": "hash", "fields": [field("email", "Data"), field("source", "Link", "CRM Lead Source")]}
	with standing_in({"CRM Lead Source": sources, "CRM Lead": lead}):
		doc = make_meeting_type(make_page())
		frappe.db.commit()
		sign_in(client, page_of(doc).user)
		refused = edit(client, doc, "crm", crm_record="lead", crm_source="Nowhere")
		assert "The CRM has no “Nowhere”." in read(refused.text).text
		assert not stored(doc).crm_record
		edit(client, doc, "crm", crm_record="lead", crm_owner="known_owner")
		assert (stored(doc).crm_record, stored(doc).crm_owner) == ("Lead", "Known Owner")
		assert "Strangers become leads" in read(client.get(f"{PATH}/{doc.name}").text).text
	has_leads = frappe.db.exists("DocType", {"name": ("in", ("Lead", "CRM Lead"))})
	assert ("Strangers become leads" in client.get(f"{PATH}/{doc.name}").text) == bool(has_leads)
