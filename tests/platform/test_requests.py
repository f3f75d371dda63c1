"""Behaviour that needs a request but no server: types of arguments, rate limits, responses, the site's address."""

import frappe
import pytest
from frappe.utils.response import build_response

from tests.platform.conftest import JANE
from tests.support.site import is_released_16, on_real_site


@pytest.fixture
def asked():
	"""Create a fake request for the test, and remove it afterwards."""

	def ask(method: str = "POST", path: str = "/api/method/platform", **options) -> None:
		frappe.utils.set_request(method=method, path=path, **options)
		frappe.local.request_ip = "192.0.2.7"
		frappe.local.response = frappe._dict(docs=[])
		frappe.local.form_dict = frappe._dict(cmd=f"platform.{frappe.generate_hash(length=8)}")

	yield ask
	if hasattr(frappe.local, "request"):
		del frappe.local.request
	frappe.local.response = frappe._dict(docs=[])


def test_the_cache_counts_and_forgets():
	key = frappe.cache.make_key(f"platform:{frappe.generate_hash(length=8)}")
	assert [frappe.cache.incr(key), frappe.cache.incr(key)] == [1, 2]
	frappe.cache.expire(key, 60)
	assert frappe.cache.incr(key) == 3
	frappe.cache.expire(key, -1)
	assert frappe.cache.incr(key) == 1


def test_the_cache_keeps_the_first_of_two_until_it_is_deleted_or_expires():
	name = f"platform:{frappe.generate_hash(length=8)}"
	key = frappe.cache.make_key(name)
	assert [frappe.cache.set(key, 1, nx=True, ex=60) for _each in range(2)] == [True, None]
	frappe.cache.delete_value(name)
	assert frappe.cache.set(key, 1, nx=True, ex=60)
	frappe.cache.expire(key, -1)
	assert frappe.cache.set(key, 1, nx=True, ex=60)


def test_keys_of_a_prefix_are_deleted_and_no_others():
	prefix = f"platform-{frappe.generate_hash(length=8)}"
	keys = [prefix, f"{prefix}:a", f"{prefix}\N{SNOWMAN}", f"{prefix}%", prefix[:-1], f"{prefix[:-1]}~", f"a{prefix}"]
	for key in keys:
		frappe.cache.set_value(key, 1)
	frappe.cache.delete_keys(prefix)
	frappe.local.cache.clear()
	assert [frappe.cache.get_value(key) for key in keys] == [None] * 4 + [1] * 3
	for key in keys:
		frappe.cache.delete_value(key)


def test_a_download(asked):
	asked()
	frappe.local.response.update(type="download", filename="a.ics", filecontent="BEGIN", content_type="text/calendar")
	response = build_response()
	assert response.mimetype == "text/calendar"
	assert response.headers["Content-Disposition"] == "attachment; filename=a.ics"
	assert response.data == b"BEGIN"


def test_json_carries_the_status_and_the_messages(asked):
	asked()
	frappe.msgprint("Hello")
	frappe.local.response.update(http_status_code=409, success=False)
	response = build_response("json")
	assert (response.status_code, response.json["success"]) == (409, False)
	assert "Hello" in response.json["_server_messages"]
	assert "http_status_code" not in response.json
	assert "docs" not in response.json


def test_the_sites_address_follows_the_request(asked, monkeypatch):
	monkeypatch.delitem(frappe.local.conf, "host_name", raising=False)
	monkeypatch.delitem(frappe.local.conf, "http_port", raising=False)
	monkeypatch.delitem(frappe.local.conf, "webserver_port", raising=False)
	asked(base_url="https://book.example.com", headers={"X-Forwarded-Proto": "https"})
	assert frappe.utils.get_url("/schedule/x") == "https://book.example.com/schedule/x"
	monkeypatch.setitem(frappe.local.conf, "host_name", "https://fixed.example")
	assert frappe.utils.get_url("/schedule/x") == "https://fixed.example/schedule/x"
	assert frappe.utils.get_url("https://other.example/a") == "https://other.example/a"


def test_messages_and_throw():
	frappe.msgprint("one")
	with pytest.raises(frappe.ValidationError, match="two"):
		frappe.throw("two")
	with pytest.raises(frappe.PermissionError):
		frappe.throw("three", frappe.PermissionError, title="No")
	assert [entry.message for entry in frappe.local.message_log] == ["one", "two", "three"]
	frappe.clear_messages()
	assert frappe.local.message_log == []


def test_errors_are_logged_with_title_and_trace():
	try:
		raise KeyError("lost")
	except KeyError:
		frappe.log_error("It broke")
	log = frappe.get_last_doc("Error Log", {"method": "It broke"})
	assert "KeyError" in log.error


def test_what_a_hook_gets():
	assert frappe.get_hooks("app_name", app_name="scheduler_integration") == ["scheduler_integration"]
	assert "Booking" in frappe.get_hooks("has_permission")
	assert frappe.get_hooks("no_such_hook") == []
	assert frappe.call(lambda a, b=2: (a, b), a=1, c=3) == (1, 2)
	assert frappe.get_attr("frappe.ping")() == "pong"
	assert "scheduler_integration" in frappe.get_installed_apps()


def test_set_user_starts_afresh(as_user):
	frappe.local.form_dict.x = 1
	with as_user(JANE):
		assert frappe.session.user == JANE
		assert "x" not in frappe.local.form_dict
	assert frappe.session.user == "Administrator"


def test_without_a_mail_server_no_mail_is_queued(monkeypatch):
	if on_real_site() and frappe.db.exists("Email Account", {"default_outgoing": 1, "enable_outgoing": 1}):
		pytest.skip("this site has an outgoing Email Account")
	for key in ("mail_server", "mute_emails"):
		monkeypatch.delitem(frappe.local.conf, key, raising=False)
	with pytest.raises(frappe.OutgoingEmailError):
		frappe.sendmail(recipients=["ada@example.com"], sender="host@example.com", subject="Hi", message="Hi")


@pytest.mark.skipif(on_real_site() and is_released_16(), reason="Frappe 16 cuts the title")
def test_the_title_of_an_error_may_not_be_long():
	frappe.log_error("t" * 140, "Why")
	with pytest.raises(frappe.CharacterLengthExceededError):
		frappe.log_error("t" * 141, "Why")


def test_a_title_of_several_lines_is_taken_for_the_traceback():
	log = frappe.log_error("Traceback\nKeyError", "It broke")
	assert (log.method, log.error) == ("It broke", "Traceback\nKeyError")


def test_keys_of_a_hash_come_back_as_bytes():
	name = f"platform:{frappe.generate_hash(length=8)}"
	frappe.cache.hset(name, "a", 1)
	assert frappe.cache.hgetall(name) == {b"a": 1}
	assert (frappe.cache.hkeys(name), frappe.cache.hget(name, "a"), frappe.cache.hget(name, "b")) == ([b"a"], 1, None)
	frappe.cache.hdel(name, "a")
	assert not frappe.cache.hgetall(name)
