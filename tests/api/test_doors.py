"""Every method of the API, as one: what it declares, who may call it, and what it gives over HTTP and in Python."""

import contextlib
import inspect
import json

import frappe
import pytest
from werkzeug.wrappers import Response

from scheduler_integration import exceptions
from scheduler_integration.api.door import Who
from scheduler_integration.api.openapi import methods
from scheduler_integration.exceptions import NotPermitted, NotSignedIn, SchedulingError
from tests.architecture.test_layers import APP
from tests.support.api import call
from tests.support.factories import make_page, make_user

DOORS = methods()
FOR_SIGNED_IN = sorted(name for name, each in DOORS.items() if each.door.who in (Who.USERS, Who.HOSTS))
FOR_HOSTS = sorted(name for name, each in DOORS.items() if each.door.who is Who.HOSTS)
# Files that are the same for everybody.
UNCOUNTED = {"devices.manifest", "devices.worker", "waiting_devices.worker"}
# They answer other systems and browsers that come back from one, and not in JSON.
NO_JSON = {"calendars.callback", "calendars.notify", "domains.ask", "video.callback"} | UNCOUNTED
ERRORS = [each for each in vars(exceptions).values() if isinstance(each, type) and issubclass(each, SchedulingError)]


@pytest.fixture
def request_to():
	"""Return a function that begins a request to a method."""

	def begin(name):
		verb = DOORS[name].door.verbs[0]
		frappe.utils.set_request(method=verb, path=f"/api/method/scheduler_integration.api.{name}")

	before, frappe.local.response = frappe.local.response, frappe._dict()
	yield begin
	frappe.local.response = before
	if hasattr(frappe.local, "request"):
		del frappe.local.request


@pytest.mark.parametrize("name", sorted(DOORS))
def test_a_method_declares_verbs_callers_result_and_words(name):
	method = DOORS[name]
	assert method.door.verbs, "every verb of HTTP"
	assert set(method.door.verbs) <= {"GET", "POST", "PUT", "PATCH", "DELETE"}
	assert "GET" not in method.door.verbs or method.door.verbs == ("GET",), "a link would change something"
	assert method.door.status in (200, 201, 202)
	assert inspect.getdoc(method)
	assert inspect.signature(method).return_annotation is not inspect.Signature.empty
	frappe.is_whitelisted(method)


def test_no_other_function_of_the_app_is_open_to_guests():
	naming = [path for path in APP.rglob("*.py") if "allow_guest" in path.read_text(encoding="utf-8")]
	assert naming == [APP / "api" / "door.py"]


@pytest.mark.parametrize("name", FOR_SIGNED_IN)
def test_a_stranger_called_what_is_for_signed_in_people(name, as_user):
	status, body = call(name, "Guest")
	assert (status, body["success"], body["code"]) == (401, False, "NOT_SIGNED_IN")
	with as_user("Guest"), pytest.raises(NotSignedIn):
		DOORS[name]()


@pytest.mark.parametrize("name", FOR_HOSTS)
def test_a_customer_called_what_is_for_hosts(name, as_user):
	customer = make_user("Customer", roles=())
	status, body = call(name, customer)
	assert (status, body["code"]) == (403, "NOT_PERMITTED")
	with as_user(customer), pytest.raises(NotPermitted):
		DOORS[name]()


@pytest.mark.parametrize("name", sorted(set(DOORS) - UNCOUNTED))
def test_a_strangers_calls_had_no_limit(name, as_user, request_to, monkeypatch):
	monkeypatch.setattr("scheduler_integration.entry.limits.count", lambda *_args: 10**6)
	request_to(name)
	with as_user("Guest"):
		response = DOORS[name]()
	if name in NO_JSON:
		assert response.status_code == 429
	else:
		answer = frappe.local.response
		assert (answer.http_status_code, answer.code) == (429, "RATE_LIMITED")
		assert answer.retry_after > 0


@pytest.mark.parametrize("name", sorted(set(DOORS) - NO_JSON))
def test_called_in_python_a_method_wrote_into_somebody_elses_response(name, as_user, request_to):
	"""It returns data as JSON has it, or raises an error with a code."""
	with as_user(make_page().user):
		request_to("public.get_page" if name != "public.get_page" else "public.book")
		with contextlib.suppress(SchedulingError):
			result = DOORS[name]()
			assert isinstance(result, Response) or json.dumps(result)
	assert frappe.local.response == {}


@pytest.mark.parametrize("error", ERRORS, ids=lambda each: each.__name__)
def test_an_error_has_a_code_of_its_own_and_a_status(error):
	assert error.code.isupper()
	assert 400 <= error.http_status_code < 600
	same = {each for each in ERRORS if each.code == error.code}
	root = next(each for each in reversed(error.__mro__) if each in same)
	assert all(issubclass(each, root) for each in same), "another error has this code"
