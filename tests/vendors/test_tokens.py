"""The tokens of a connected account: refreshed in time, by one worker, and never lost."""

import json

import frappe
import pytest
from cryptography.fernet import Fernet

from scheduler_integration.exceptions import AccessRevoked, Unreachable, VendorRefusesApp
from scheduler_integration.http.oauth import tokens
from scheduler_integration.http.oauth.vendors import GOOGLE, MICROSOFT
from scheduler_integration.platform import clock

HOUR = 3600


def refreshes(stand_in):
	return [seen for seen in stand_in.requests("POST", "/token") if "refresh_token" in seen.body]


@pytest.fixture(autouse=True)
def _committing(commit_clean):
	"""A refresh commits. `autouse`, so that it comes before the fixtures that write."""


@pytest.fixture
def jane(microsoft):
	connected = microsoft.connect()
	frappe.db.commit()
	return connected


def access(jane, later=0, **kwargs):
	return tokens.access_token(MICROSOFT, jane.holder, clock.now() + later, **kwargs)


def test_a_token_is_used_until_its_end(microsoft, jane):
	first = access(jane)
	assert access(jane, HOUR - 180) == first
	assert not refreshes(microsoft.stand_in)
	assert access(jane, HOUR - 60) != first
	assert len(refreshes(microsoft.stand_in)) == 1


def test_a_rotated_refresh_token_is_kept(microsoft, jane):
	"""Microsoft gives a new refresh token each time. One that is only kept in memory is lost with the worker."""
	used = []
	for hours in (2, 4, 6):
		microsoft.stand_in.clock.shift(2 * HOUR)
		access(jane, hours * HOUR)
		frappe.db.rollback()  # whatever the job does afterwards
		used.append(refreshes(microsoft.stand_in)[-1].body)
	assert len(set(used)) == 3


def test_a_refresh_token_that_is_kept_is_used_again(google):
	jane = google.connect()
	frappe.db.commit()
	for hours in (2, 4):
		tokens.access_token(GOOGLE, jane.holder, clock.now() + hours * HOUR)
	first, second = refreshes(google.stand_in)
	assert first.body == second.body


def test_a_refused_token_is_replaced_once(microsoft, jane):
	first = access(jane)
	second = access(jane, refused=first)
	assert second != first
	# Another worker was refused with the same old token, a moment later.
	assert access(jane, refused=first) == second
	assert len(refreshes(microsoft.stand_in)) == 1


def test_an_account_that_was_revoked_needs_its_host(microsoft, jane):
	microsoft.stand_in.revoke_account(jane.diary.owner)
	with pytest.raises(AccessRevoked):
		access(jane, 2 * HOUR)


def test_an_expired_client_secret_is_the_sites_matter(microsoft, jane):
	microsoft.stand_in.client.client_secret = "another"
	with pytest.raises(VendorRefusesApp):
		access(jane, 2 * HOUR)


def test_a_refresh_is_not_repeated_blindly(microsoft, jane):
	"""With single-use refresh tokens, the second use of one would revoke everything. The next job finds out."""
	microsoft.stand_in.refresh_tokens = "single use"
	microsoft.stand_in.fail("/token", lost=True)
	with pytest.raises(Unreachable):
		access(jane, 2 * HOUR)
	assert len(refreshes(microsoft.stand_in)) == 1
	with pytest.raises(AccessRevoked):
		access(jane, 2 * HOUR)


def test_a_database_without_its_key_asks_to_reconnect(microsoft, jane, monkeypatch):
	monkeypatch.setitem(frappe.local.conf, "encryption_key", Fernet.generate_key().decode())
	frappe.clear_messages()
	with pytest.raises(AccessRevoked):
		access(jane)
	assert not frappe.local.message_log


def test_tokens_are_stored_encrypted_and_forgotten(microsoft, jane):
	token = access(jane)
	stored = frappe.db.sql("select password from `__Auth` where name = %s", jane.connection, pluck=True)
	assert len(stored) == 2
	assert not any(token in text for text in stored)
	assert token not in json.dumps(frappe.get_doc("Calendar Connection", jane.connection).as_dict(), default=str)
	tokens.forget(jane.holder)
	assert not frappe.db.sql("select password from `__Auth` where name = %s", jane.connection)
	with pytest.raises(AccessRevoked):
		access(jane)


def test_a_saved_form_keeps_the_tokens(microsoft, jane):
	token = access(jane)
	connection = frappe.get_doc("Calendar Connection", jane.connection)
	connection.ignore_tentative = 1
	connection.save()
	assert access(jane) == token


def test_google_is_told_to_revoke(google):
	jane = google.connect()
	tokens.revoke(GOOGLE, jane.holder)
	assert not google.stand_in.refresh
	tokens.revoke(GOOGLE, jane.holder)  # it is no error if it's gone


def test_an_account_that_two_records_use_is_revoked_with_the_last_one(google):
	"""Google revokes all tokens that the app has for an account."""
	jane = google.connect()
	again = google.connect(account=jane.diary.owner)
	frappe.db.commit()
	tokens.revoke(GOOGLE, jane.holder)
	assert len(google.stand_in.refresh) == 2
	tokens.forget(jane.holder)
	tokens.revoke(GOOGLE, again.holder)
	assert not google.stand_in.refresh


WORKER = """
import sys
import frappe
from scheduler_integration.platform import clock
from scheduler_integration.http.oauth import tokens
from scheduler_integration.http.oauth.vendors import MICROSOFT
frappe.local.conf["scheduling_vendors"] = {"microsoft": sys.argv[2]}
frappe.db.count("Calendar Connection")  # a snapshot from before the wait
print("ready", flush=True)
print(tokens.access_token(MICROSOFT, tokens.Holder("Calendar Connection", sys.argv[1]), clock.now()), flush=True)
"""


def test_a_token_refreshed_by_several_workers_at_once(site, microsoft, jane):
	"""One asks, the others wait and find the new token. Single-use refresh tokens would show any second use."""
	microsoft.stand_in.refresh_tokens = "single use"
	frappe.db.set_value("Calendar Connection", jane.connection, "token_expires_at", clock.now() - 1)
	frappe.db.commit()
	workers = [site.python(WORKER, jane.connection, microsoft.stand_in.url) for _each in range(4)]
	results = [worker.communicate(60) for worker in workers]
	assert [error for _out, error in results if error] == []
	assert len({out.split()[-1] for out, _error in results}) == 1
	assert len(refreshes(microsoft.stand_in)) == 1
