"""Proofs of work, by the protocol ALTCHA v2: https://altcha.org. Nothing is stored until a proof is used.

A challenge has the work to do and is signed. The visitor's browser derives keys with PBKDF2, with one counter after the other,
until a key begins as the challenge says. The server has chosen the counter, so the work is exactly that much, and it has
signed the key, so it checks the answer without deriving anything.
"""

import secrets
from dataclasses import dataclass
from typing import Any

import altcha

from scheduler_integration.platform.signing import keyed_hash
from scheduler_integration.trust.counters import claim, give_back

ALGORITHM = "PBKDF2/SHA-256"
# Rounds of PBKDF2 for one key. With WebCrypto a browser needs about as long for one as a native program.
ROUNDS = 5000
# Keys to derive: between LEAST and twice that, so that nobody can guess the counter.
LEAST_TRIES = 46
# How many times as much work a challenge of each level is.
FACTORS = {1: 1, 2: 8, 3: 8}
# Somebody who fills in a long form needs the proof as long as the form is open.
VALID_SECONDS = 20 * 60
# A proof has about 900 characters.
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Subject:
	"""The subject of a proof, which is valid for nothing else. `page` and `meeting_type` are names of records."""

	page: str
	meeting_type: str
	purpose: str

	def signed(self) -> dict[str, str]:
		"""Return what the challenge says about it."""
		return {"page": self.page, "type": self.meeting_type, "for": self.purpose}


@dataclass(frozen=True, slots=True)
class Proof:
	"""A proof that is right and still valid. `nonce` is its challenge's, `expires_at` is in epoch seconds."""

	nonce: str
	expires_at: int

	def use(self, owner: str, now: int) -> bool:
		"""Use the proof. Returns False if somebody else has used it. `owner` is the request that it pays for."""
		return claim(f"proof:{self.nonce}", owner, max(1, self.expires_at - now))

	def give_back(self) -> None:
		"""Let the proof be used again: what it was for didn't happen."""
		give_back(f"proof:{self.nonce}")


def new_challenge(subject: Subject, level: int, now: int) -> dict[str, Any]:
	"""Return a challenge of this level (1 to 3), as JSON. `now` is in epoch seconds."""
	least = LEAST_TRIES * FACTORS[level]
	challenge = altcha.create_challenge(
		ALGORITHM,
		ROUNDS,
		counter=least + secrets.randbelow(least),
		expires_at=now + VALID_SECONDS,
		data=subject.signed(),
		hmac_secret=_secret("challenge"),
		hmac_key_secret=_secret("key"),
	)
	made: dict[str, Any] = challenge.to_dict()
	return made


def checked_proof(text: object, subject: Subject, now: int) -> Proof | None:
	"""Return the proof in a visitor's text, or None if it is wrong, too old, forged or for something else.

	`now` is in epoch seconds. The caller must `use` it.
	"""
	if not isinstance(text, str) or not 0 < len(text) <= LONGEST:
		return None
	try:
		payload = altcha.Payload.from_base64(text)
		result = altcha.verify_solution(payload, hmac_secret=_secret("challenge"), hmac_key_secret=_secret("key"))
		parameters = payload.challenge.parameters
		expires_at = int(parameters.expires_at or 0)
	except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
		# The library reads JSON that a stranger wrote.
		return None
	if not result.verified or parameters.data != subject.signed() or expires_at <= now:
		return None
	return Proof(str(parameters.nonce), expires_at)


def _secret(purpose: str) -> str:
	return keyed_hash(f"scheduling proof {purpose}")
