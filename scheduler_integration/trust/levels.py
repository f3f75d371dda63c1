"""Decides what visitors must show before they book or hold a time. Pure: all counts are arguments.

level 0   nothing
level 1   a proof of work that a telephone finishes while its owner types
level 2   a proof that is eight times as expensive
level 3   the same, and a code that is sent to the attendee's address
"""

from dataclasses import dataclass
from enum import Enum

# A page's share is what an hour may bring before anything is asked: three of its usual days, and never less than this.
LEAST_SHARE = 10
USUAL_DAYS = 3
# Holds cost nothing, and people look at several times before they book one.
HOLDS_FOR_A_BOOKING = 3
# One network may ask this often in an hour before anything is asked: an office, or a household.
NETWORK_SHARE = 8
# With this many times its share a page or a network gets the next level.
MUCH = 4
# So many requests of a network may be refused in an hour: people mistype.
REFUSALS = 5
# After so many shares of bookings without a code, proofs are not enough: somebody pays for them.
SHARES_BEFORE_CODES = 3


class Mode(Enum):
	"""The options of `captcha_mode` in Scheduler Settings. Each includes what the ones before it do."""

	OFF = "Off"
	HONEYPOT = "Honeypot"
	ADAPTIVE = "Adaptive"
	ALWAYS = "Always"

	@property
	def asks_for_proofs(self) -> bool:
		"""Whether visitors may have to prove their work."""
		return self in (Mode.ADAPTIVE, Mode.ALWAYS)


class Reason(Enum):
	"""Why a level was chosen. The values are stored keys."""

	ALWAYS = "always"
	PAGE = "page"
	NETWORK = "network"
	REFUSALS = "refusals"
	BOOKINGS = "bookings"


@dataclass(frozen=True, slots=True)
class Facts:
	"""Facts about a visitor's request. All counts are of the present hour, with this request; each date of a series counts.

	- `page_share`: how many requests an ordinary hour of the page has at most, see `share_of`.
	- `page_requests`, `network_requests`: attempts, and challenges that were handed out, at this page and from this network.
	- `network_refusals`: attempts of the network without the proof that was needed.
	- `page_strangers`: bookings of the page by people who haven't proved to own their address.
	- `is_vouched`: the visitor is signed in.
	"""

	mode: Mode
	page_share: int
	page_requests: int = 0
	network_requests: int = 0
	network_refusals: int = 0
	page_strangers: int = 0
	is_vouched: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
	"""A level from 0 to 3, and the reasons for it, which managers read."""

	level: int
	reasons: tuple[Reason, ...] = ()

	@property
	def needs_proof(self) -> bool:
		"""Whether a proof of work is needed."""
		return self.level > 0

	@property
	def needs_code(self) -> bool:
		"""Whether a code is needed too."""
		return self.level > 2


def decide(facts: Facts) -> Decision:
	"""Return what the visitor must show."""
	if not facts.mode.asks_for_proofs or facts.is_vouched:
		return Decision(0)
	found = [
		(1, Reason.ALWAYS) if facts.mode is Mode.ALWAYS else (0, Reason.ALWAYS),
		(_beyond(facts.page_requests, facts.page_share), Reason.PAGE),
		(_beyond(facts.network_requests, NETWORK_SHARE), Reason.NETWORK),
		(2 if facts.network_refusals > REFUSALS else 0, Reason.REFUSALS),
		(3 if facts.page_strangers > SHARES_BEFORE_CODES * facts.page_share else 0, Reason.BOOKINGS),
	]
	return Decision(max(level for level, _reason in found), tuple(reason for level, reason in found if level))


def share_of(bookings: int, days: int, seats: int = 1) -> int:
	"""Return the share of a page with so many bookings in the last `days`. A session may be filled within an hour."""
	return max(LEAST_SHARE, -(-USUAL_DAYS * bookings // days), seats)


def _beyond(count: int, share: int) -> int:
	return (count > share) + (count > MUCH * share)
