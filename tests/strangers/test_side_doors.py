"""Doors beside those of a page: an odd path, a to-do, a row, an address in the settings, somebody without a role."""

import tracemalloc

import frappe
import pytest
from frappe.utils import add_days, now_datetime
from frappe.website.serve import get_response

from scheduler_integration.calendars.ical.blocks import MOST_LINES, split
from scheduler_integration.exceptions import AnswerTooLarge, InvalidRequest, NotPermitted
from scheduler_integration.http.addresses import is_public
from scheduler_integration.platform.formulas import is_formula
from tests.pages.offer import make_offer, path_of, sign_in
from tests.support import door
from tests.support.api import call
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_user, payload
from tests.support.site import on_real_site

NOW, NINE = at("2026-03-02 06:00"), at("2026-03-05 09:00")


@pytest.mark.parametrize("path", ["/schedule//€", "/schedule//%E2%82%AC", "/schedule///日本/x"])
def test_two_slashes_and_a_euro_were_a_500(client, path):
	assert client.get(path).status_code == 404


@pytest.mark.long
def test_two_slashes_still_lead_to_the_page(client, commit_clean):
	assert client.get(path_of(make_offer()).replace("/schedule/", "/schedule//")).status_code == 200


@pytest.mark.skipif(not on_real_site(), reason="the embedded site has no Web Page and no Web Form")
def test_the_second_of_two_clicks_on_a_cold_cache_was_a_500(commit_clean, monkeypatch):
	"""Frappe's cache answers None then, and its renderers loop over that. The app's own renderer comes before them."""
	path = path_of(make_offer())
	monkeypatch.setattr("frappe.website.doctype.web_page.web_page.get_dynamic_web_pages", lambda: None)
	monkeypatch.setattr("frappe.website.doctype.web_form.web_form.get_published_web_forms", lambda: None)
	frappe.utils.set_request(method="GET", path=path)
	assert get_response().status_code == 200
	del frappe.local.request


def test_a_host_took_a_question_from_a_colleagues_form(as_user):
	question = {"label": "Budget?", "question_type": "Text"}
	victims = make_meeting_type(make_page(), questions=[question])
	page = make_page()
	own = make_meeting_type(page, questions=[question])
	with as_user(page.user):
		form = frappe.get_doc("Meeting Type", own.name)
		form.update({"questions": [{"name": victims.questions[0].name, "label": "Mine", "question_type": "Text"}]})
		with pytest.raises(NotPermitted):
			form.save()
		kept = frappe.get_doc("Meeting Type", own.name)
		kept.questions[0].label = "How much?"
		kept.append("questions", {"label": "When?", "question_type": "Text"})
		kept.save()
	assert frappe.db.get_value("Meeting Type Question", victims.questions[0].name, "parent") == victims.name
	assert [row.label for row in frappe.get_doc("Meeting Type", own.name).questions] == ["How much?", "When?"]


def test_anybody_assigned_a_todo_to_somebody_elses_booking(as_user):
	page, client = make_page(), make_user(roles=())
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW).id
	todo = {"doctype": "ToDo", "description": "x", "reference_type": "Booking", "reference_name": booking}
	with as_user(client), pytest.raises(NotPermitted):
		# Frappe asks only that one has assigned it oneself.
		frappe.get_doc({**todo, "allocated_to": page.user, "assigned_by": client}).insert()
	with as_user(page.user):
		frappe.get_doc({**todo, "allocated_to": page.user}).insert()


@pytest.mark.parametrize("field", ["imprint_url", "privacy_url", "feedback_url", "sms_reply_url", "jitsi_server"])
@pytest.mark.parametrize(
	"address", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "//evil.example"]
)
def test_an_address_in_the_settings_ran_a_script(field, address):
	settings = frappe.get_doc("Scheduler Settings")
	settings.set(field, address)
	with pytest.raises(InvalidRequest, match="https://"):
		settings.save()


@pytest.mark.parametrize("address", ["https://firm.example/imprint", "/imprint", ""])
def test_the_address_of_a_page_is_taken(address):
	settings = frappe.get_doc("Scheduler Settings")
	settings.imprint_url = address
	settings.save()


def test_a_client_connected_an_account_for_video_calls(client, commit_clean):
	sign_in(client, make_user(roles=()))
	answer = client.call("scheduler_integration.api.video.connect", provider="Zoom")
	assert (answer.status_code, answer.json()["code"]) == (403, "NOT_PERMITTED")
	assert client.get("/scheduling/video?connect=Zoom").status_code == 403


@pytest.mark.parametrize("text", ["@A1", "-A1", "+$B$12", "-XFD1"])
def test_a_reference_to_one_cell_was_stored(text):
	assert is_formula(text)


@pytest.mark.parametrize("text", ["@ada", "-5", "- A4 paper", "+49 30 1234"])
def test_a_dash_is_no_formula(text):
	assert not is_formula(text)


@pytest.mark.parametrize("address", ["3fff::1", "3fff:fff::1", "192.88.99.1", "::ffff:192.88.99.1"])
def test_networks_that_nobody_has_were_called(address):
	assert not is_public(address)


def test_a_claim_that_nobody_proved_kept_the_owner_out(as_user):
	domain = f"{fresh('book')}.firm.example"
	first, owner = make_page(), make_page()
	with as_user(first.user):
		claim = frappe.get_doc({"doctype": "Scheduling Domain", "domain": domain, "user": first.user}).insert()
	mine = {"doctype": "Scheduling Domain", "domain": domain, "user": owner.user}
	with as_user(owner.user):
		with pytest.raises(InvalidRequest):
			frappe.get_doc(mine).insert()
		frappe.db.set_value(claim.doctype, claim.name, "creation", add_days(now_datetime(), -8), update_modified=False)
		assert frappe.get_doc(mine).insert().user == owner.user
	assert not frappe.db.exists(claim.doctype, claim.name)


def test_two_hundred_thousand_rules_were_read_before_they_were_counted(as_user):
	page = make_page()
	rules = [{"day_of_week": "Monday", "start_time": "never", "end_time": "never"}] * 101
	with as_user(page.user):
		status, answer = call("availability.update", rules=rules)
	assert (status, answer["details"]) == (400, {"rules": "A schedule has at most 100 rows of hours."})


@pytest.mark.parametrize(
	("method", "field"),
	[
		("meeting_types.update", "questions"),
		("meeting_types.update", "locations"),
		("meeting_types.update", "hosts"),
		("pages.update", "hosts"),
		("availability.add_override", "stand_ins"),
	],
)
def test_a_hundred_thousand_rows_were_read_before_they_were_counted(as_user, method, field):
	"""That took half a minute, and then hosts of a page and stand-ins were stored, all of them."""
	page = make_page()
	record = {"meeting_type": make_meeting_type(page).name, "page": page.name, "date": "2026-03-05"}
	needed = {"meeting_types": "meeting_type", "pages": "page", "availability": "date"}[method.split(".")[0]]
	with as_user(page.user):
		status, answer = call(method, **{needed: record[needed], field: [{"unread": 1}] * 501})
	assert (status, answer["details"]) == (400, {field: "Send at most 500 rows."})


@pytest.mark.long
def test_a_feed_of_folds_took_all_the_memory():
	with pytest.raises(AnswerTooLarge):
		split("BEGIN:VCALENDAR\r\n" + "X:\r\n " * (MOST_LINES + 1) + "\r\nEND:VCALENDAR\r\n")
	tracemalloc.start()
	split("BEGIN:VCALENDAR\nX:" + "\n " * (MOST_LINES - 10) + "\nEND:VCALENDAR\n")
	_now, peak = tracemalloc.get_traced_memory()
	tracemalloc.stop()
	assert peak < 200_000_000


def test_a_domain_whose_records_were_wrong_for_a_while_could_be_taken_from_who_had_shown_it(as_user):
	domain = f"{fresh('book')}.firm.example"
	owner, other = make_page(), make_page()
	with as_user(owner.user):
		claim = frappe.get_doc({"doctype": "Scheduling Domain", "domain": domain, "user": owner.user}).insert()
	found = {"status": "Broken", "creation": add_days(now_datetime(), -90)}
	frappe.db.set_value(claim.doctype, claim.name, found, update_modified=False)
	with as_user(other.user), pytest.raises(InvalidRequest):
		frappe.get_doc({"doctype": "Scheduling Domain", "domain": domain, "user": other.user}).insert()
	assert frappe.db.exists(claim.doctype, claim.name)
