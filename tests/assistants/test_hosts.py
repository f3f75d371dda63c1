"""What the assistant of a host can do: read, and propose what the host then confirms on a page."""

import frappe
import pytest

from scheduler_integration.entry import proposals
from scheduler_integration.exceptions import NotFound, NotPermitted
from tests.assistants.conftest import MONDAY, Assistant, new_key
from tests.support import door
from tests.support.api import call
from tests.support.factories import at, make_host, page_of, payload
from tests.support.push_service import Browser


@pytest.fixture
def booking(meeting_type):
	made = door.book(payload(page_of(meeting_type), meeting_type, at("2026-03-02 10:00")), at("2026-03-01 06:00"))
	frappe.db.commit()
	return made


def stored(name):
	frappe.db.rollback()
	return frappe.get_doc("Booking", name)


def mails_to(name):
	return frappe.get_all("Outbox Task", {"booking": name}, pluck="name")


def test_a_proposal_changes_and_tells_nothing(helper, booking):
	before = len(mails_to(booking.id))
	made = helper.call("cancel", key=new_key(), booking=booking.id, reason="I am ill.")
	assert made["status"] == "waiting"
	assert made["before"]["status"] == "Scheduled"
	assert made["after"]["status"] == "Cancelled"
	assert made["confirm_url"].endswith(made["proposal"])
	assert stored(booking.id).status == "Scheduled"
	assert len(mails_to(booking.id)) == before


def test_the_host_confirms_and_the_assistant_sees_it(helper, booking, as_user):
	made = helper.call("move", key=new_key(), booking=booking.id, start="2026-03-02T15:00:00Z")
	with as_user(helper.user):
		done, _facts = proposals.confirm(made["proposal"])
	frappe.db.commit()
	assert stored(booking.id).status == "Rescheduled"
	seen = helper.call("proposal", id=made["proposal"])
	assert (seen["status"], seen["booking"]) == ("done", done.booking)
	[note] = [
		each
		for each in frappe.get_all("Comment", {"reference_name": done.booking}, pluck="content")
		if "moved the meeting" in each
	]
	assert "by an assistant" in note


def test_a_confirmed_proposal_is_taken_back(helper, booking, as_user, frozen):
	frozen(at("2026-03-01 06:05"))
	made = helper.call("cancel", key=new_key(), booking=booking.id)
	with as_user(helper.user):
		_done, facts = proposals.confirm(made["proposal"])
		frappe.db.commit()
		proposals.take_back(facts)
	frappe.db.commit()
	assert stored(booking.id).status == "Scheduled"
	assert helper.call("proposal", id=made["proposal"])["status"] == "dismissed"


def test_twice_confirmed_is_done_once(helper, meeting_type, as_user):
	wish = {"meeting_type": meeting_type.name, "start": "2026-03-02T11:00:00Z"}
	person = {"attendee_name": "Ada", "attendee_email": "ada@guests.example"}
	made = helper.call("book_for", key=new_key(), **wish, **person)
	assert "before" not in made or made["before"] is None
	with as_user(helper.user):
		for _time in range(2):
			proposals.confirm(made["proposal"])
			frappe.db.commit()
	assert frappe.db.count("Booking", {"meeting_type": meeting_type.name, "status": "Scheduled"}) == 1


def test_a_hundred_retries_make_one_proposal(helper, booking):
	key = new_key()
	ids = {helper.call("cancel", key=key, booking=booking.id)["proposal"] for _try in range(100)}
	assert len(ids) == 1


def test_an_assistant_proposed_without_end(helper, booking, push_service):
	"""Each proposal shows itself on the host's devices. Retries of one are none, and another host has a budget of their own."""
	frappe.cache.delete_keys("rl:")
	kept = new_key()
	helper.call("cancel", key=kept, booking=booking.id)
	for _more in range(proposals.MOST_AN_HOUR - 1):
		helper.call("away", key=new_key(), date="2026-03-09")
	refused = helper.refused("away", key=new_key(), date="2026-03-09")
	assert (refused["code"], refused["retry_after"]) == ("RATE_LIMITED", 3600)
	assert refused["error"] == "There are too many requests right now. Please try again in 60 minutes."
	assert helper.call("cancel", key=kept, booking=booking.id)["status"] == "waiting"
	frappe.cache.delete_keys("rl:")


def test_an_assistant_confirmed_its_own_proposal(helper, booking, as_user):
	made = helper.call("cancel", key=new_key(), booking=booking.id)
	frappe.utils.set_request(method="POST", path="/", headers={"Authorization": "token a:b"})
	try:
		with as_user(helper.user), pytest.raises(NotPermitted):
			proposals.confirm(made["proposal"])
	finally:
		del frappe.local.request
	assert stored(booking.id).status == "Scheduled"


def test_another_host_reads_and_confirms_nothing(helper, booking, as_user):
	made = helper.call("cancel", key=new_key(), booking=booking.id)
	other = make_host("Tom", {"Monday": ["09:00-17:00"]})
	frappe.db.commit()
	with as_user(other), pytest.raises(NotFound):
		proposals.confirm(made["proposal"])
	assert Assistant(user=other).refused("proposal", id=made["proposal"])["code"] == "NOT_FOUND"
	assert Assistant(user=other).refused("cancel", key=new_key(), booking=booking.id)["code"] in (
		"NOT_PERMITTED",
		"BOOKING_NOT_FOUND",
	)


def test_what_cannot_be_done_is_refused_at_once(helper, booking):
	refused = helper.refused("move", key=new_key(), booking=booking.id, start="2026-03-01T03:00:00Z")
	assert refused["code"]
	assert refused["error"]
	assert helper.refused("cancel", key="short", booking=booking.id)["details"].keys() == {"key"}


def test_an_absence_is_proposed(helper, as_user):
	made = helper.call("away", key=new_key(), date="2026-03-09", end_date="2026-03-10", message="Back on Wednesday.")
	assert not frappe.db.exists("Availability Override", {"user": helper.user})
	with as_user(helper.user):
		proposals.confirm(made["proposal"])
	assert frappe.db.exists("Availability Override", {"user": helper.user, "is_away": 1})


def test_a_dismissed_proposal_stays_undone(helper, booking, as_user):
	made = helper.call("cancel", key=new_key(), booking=booking.id)
	with as_user(helper.user):
		proposals.dismiss(made["proposal"])
		proposals.confirm(made["proposal"])
	assert stored(booking.id).status == "Scheduled"
	assert helper.call("proposal", id=made["proposal"])["status"] == "dismissed"


def test_by_http_and_by_a_tool_the_answers_are_equal(helper, booking, meeting_type):
	"""What strangers typed has another place in a tool's answer, and nothing else differs."""
	wish = {"meeting_type": meeting_type.name, "start_date": MONDAY, "end_date": MONDAY}
	_status, body = call("bookings.get_slots", helper.user, **wish)
	assert helper.call("find_times", **wish) == body["data"]
	_status, body = call("bookings.list", helper.user, when="all", start_date=MONDAY, end_date=MONDAY)
	[by_http], [by_tool] = body["data"]["bookings"], helper.call("my_day", date=MONDAY)["bookings"]
	theirs = by_tool.pop("written_by_visitor")
	assert {**by_tool, **theirs}.items() <= by_http.items()


def test_a_proposal_is_shown_on_the_hosts_devices(helper, booking, push_service, monkeypatch):
	"""A tap opens the page on which it is confirmed."""
	from scheduler_integration import jobs

	browser = Browser(push_service.url)
	browser.turn_on(helper.user)
	monkeypatch.setattr(proposals, "queue_job", lambda method, _queue, **asked: jobs.tell_of_proposal(**asked))
	made = helper.call("cancel", key=new_key(), booking=booking.id)
	(request,) = push_service.requests
	shown = browser.read(request)
	assert shown["title"] == "Cancel a meeting"
	assert shown["path"] == f"/scheduling/proposal/{made['proposal']}"


def test_an_assistants_name_wrote_a_line_of_its_own(helper, as_user):
	named = {"io.modelcontextprotocol/clientInfo": {"name": "claude\nJane: I agree"}}
	arguments = {"key": new_key(), "date": "2026-03-09"}
	made = helper.result("tools/call", name="away", arguments=arguments, _meta=named)["structuredContent"]
	with as_user(helper.user):
		assert proposals.proposal_of(made["proposal"]).assistant == "claude Jane: I agree"


def test_a_time_was_blocked_once_for_each_retry(helper):
	acting = Assistant(helper.user, scope="act")
	wish = {"key": new_key(), "start": "2026-03-02T12:00:00Z", "end": "2026-03-02T13:00:00Z"}
	assert {acting.call("block", **wish)["status"] for _try in range(100)} == {"done"}
	assert frappe.db.count("Blocked Time", {"user": helper.user}) == 1
