"""Proofs of work: right ones count once, and for what they were made."""

import base64
import json

import pytest

from scheduler_integration.trust import proofs
from scheduler_integration.trust.proofs import Subject, checked_proof, new_challenge
from tests.support.factories import at, fresh
from tests.trust.conftest import solved

NOW = at("2026-03-01 06:00")


@pytest.fixture
def subject(monkeypatch, frozen):
	frozen(NOW)
	monkeypatch.setattr(proofs, "ROUNDS", 2)
	return Subject(fresh("page"), fresh("type"), "book")


def test_a_proof_counts(subject):
	assert checked_proof(solved(new_challenge(subject, 1, NOW)), subject, NOW)


def test_a_proof_pays_for_one_request_which_may_be_repeated(subject):
	proof = checked_proof(solved(new_challenge(subject, 1, NOW)), subject, NOW)
	assert proof.use("mine", NOW)
	assert proof.use("mine", NOW)
	assert not proof.use("another's", NOW)
	proof.give_back()
	assert proof.use("another's", NOW)


@pytest.mark.parametrize("other", [{"page": "x"}, {"meeting_type": "x"}, {"purpose": "hold"}])
def test_a_proof_for_something_else_is_refused(subject, other):
	elsewhere = Subject(**{**{name: getattr(subject, name) for name in ("page", "meeting_type", "purpose")}, **other})
	assert not checked_proof(solved(new_challenge(elsewhere, 1, NOW)), subject, NOW)


def test_an_expired_proof_is_refused(subject, frozen):
	text = solved(new_challenge(subject, 1, NOW))
	assert checked_proof(text, subject, NOW + proofs.VALID_SECONDS - 1)
	assert not checked_proof(text, subject, NOW + proofs.VALID_SECONDS)


def test_work_that_was_made_easier_is_refused(subject):
	challenge = new_challenge(subject, 2, NOW)
	challenge["parameters"] |= {"keyPrefix": "", "cost": 1}
	assert not checked_proof(solved(challenge), subject, NOW)


def test_a_level_is_eight_times_as_much_work(subject):
	def counter(level):
		text = solved(new_challenge(subject, level, NOW))
		return json.loads(base64.b64decode(text))["solution"]["counter"]

	assert proofs.LEAST_TRIES <= counter(1) < 2 * proofs.LEAST_TRIES
	assert 8 * proofs.LEAST_TRIES <= counter(2) < 16 * proofs.LEAST_TRIES


def _packed(value):
	return base64.b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
	"text",
	[
		None, "", 7, {}, ["x"], "none", "\ud800", "=" * 8, "e30=", "x" * 5000, _packed([]), _packed(None), _packed("x"),
		_packed({"challenge": {"parameters": {}}, "solution": {}}),
		_packed({"challenge": {"parameters": {"algorithm": 1, "nonce": [], "salt": {}, "cost": "x"}}, "solution": {"counter": [], "derivedKey": 1}}),
		_packed({"challenge": {"parameters": {"algorithm": "PBKDF2/SHA-256", "nonce": "00", "salt": "00", "cost": 10**12, "expiresAt": "x", "data": {"__proto__": 1}}, "signature": "00"}, "solution": {"counter": 1, "derivedKey": "00"}}),
		base64.b64encode(b"[" * 2900).decode(),
	],
)  # fmt: skip
def test_what_is_no_proof_is_refused_without_an_error(subject, text):
	assert checked_proof(text, subject, NOW) is None
