"""A form of a host's page is answered with JSON if a script sent it, and with a redirect otherwise."""

import frappe
import pytest

from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.pages.kit import saving
from scheduler_integration.pages.kit.respond import Answer
from scheduler_integration.pages.kit.saving import Conflict, Saved, answer_form, keep_for_undo, take_back, toast_of
from tests.support.factories import make_user

SENTENCES = {"saved": "Saved", "gone": "Deleted"}


@pytest.fixture
def by_script(monkeypatch):
	monkeypatch.setattr(saving, "wants_json", lambda: True)


def refuse(error):
	raise error


def test_a_script_gets_the_new_version_and_the_key_to_undo(by_script):
	with pytest.raises(Answer) as answered:
		answer_form(lambda: Saved(modified="2", undo={"title": "Intro"}, more={"more": 1}), "/page", SENTENCES)
	body = answered.value.body
	assert (body["saved"], body["message"], body["modified"], body["more"]) == (True, "Saved", "2", 1)
	assert take_back(body["undo"]) == {"title": "Intro"}
	with pytest.raises(SchedulingError, match="too late"):
		take_back(body["undo"])


def test_a_script_gets_the_errors_by_field(by_script):
	error = InvalidRequest(details={"title": "Enter a title."})
	with pytest.raises(Answer) as answered:
		answer_form(lambda: refuse(error), "/page", SENTENCES)
	assert answered.value.status == 400
	assert answered.value.body["errors"] == {"title": "Enter a title."}


def test_a_script_gets_both_versions_of_a_conflict(by_script):
	with pytest.raises(Answer) as answered:
		answer_form(lambda: refuse(Conflict("7", {"title": "Theirs"})), "/page", SENTENCES)
	assert answered.value.status == 409
	assert answered.value.body["conflict"] == {"modified": "7", "theirs": {"title": "Theirs"}}


def test_without_a_script_the_page_says_what_was_done_and_offers_to_undo_it(monkeypatch):
	with pytest.raises(frappe.Redirect) as redirected:
		answer_form(lambda: Saved("gone", undo={"a": 1}), "/page", SENTENCES, {"whose": "all", "after": ""})
	address = frappe.local.flags.redirect_location
	assert (redirected.value.http_status_code, address.partition("undo=")[0]) == (303, "/page?whose=all&done=gone&")
	monkeypatch.setattr(frappe.local, "form_dict", frappe._dict(done="gone", undo=address.partition("undo=")[2]))
	toast = toast_of("/page", SENTENCES)
	assert toast["text"] == "Deleted"
	assert take_back(toast["undo"]) == {"a": 1}
	assert toast_of("/page", SENTENCES)["undo"] is None


def test_an_address_alone_said_that_something_was_done(as_user, monkeypatch):
	with pytest.raises(frappe.Redirect):
		answer_form(lambda: Saved("gone"), "/page", SENTENCES)
	monkeypatch.setattr(frappe.local, "form_dict", frappe._dict(done="saved"))
	assert toast_of("/page", SENTENCES) is None
	frappe.local.form_dict.done = "gone"
	assert toast_of("/page", SENTENCES)["text"] == "Deleted"
	assert toast_of("/other", SENTENCES) is None
	with as_user(make_user()):
		assert toast_of("/page", SENTENCES) is None


def test_without_a_script_the_page_gets_the_error():
	error = InvalidRequest()
	assert answer_form(lambda: refuse(error), "/page", SENTENCES) is error


@pytest.mark.parametrize("key", ["", "x", "../session", "a" * 5000])
def test_a_made_up_key_undoes_nothing(key):
	with pytest.raises(SchedulingError, match="too late"):
		take_back(key)


def test_nobody_undoes_what_another_did(as_user):
	with as_user(make_user()):
		key = keep_for_undo({"a": 1})
	with as_user(make_user()), pytest.raises(SchedulingError, match="too late"):
		take_back(key)
