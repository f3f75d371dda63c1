"""How many messages strangers can make this site send: to a mailbox, to a domain, and for a page.

Anybody can type anybody's address. Without these caps a robot could fill somebody's mailbox, or spoil the site's name with
a mail provider.
"""

from typing import NamedTuple

from scheduler_integration.platform.signing import keyed_hash
from scheduler_integration.trust.addresses import domain_of, mailbox
from scheduler_integration.trust.counters import DAY, HOUR, count, counted

# Codes to one mailbox: those that one network asks for, and all of them. If somebody else asks for an owner's three, the
# owner still gets three.
CODES_AN_HOUR = 3
ALL_CODES_AN_HOUR = 9
MESSAGES_A_DAY = 10
# Offers of a waitlist as text messages, to one number. They cost money, and only the mailbox proves who somebody is.
TEXTS_A_DAY = 10
OF_A_DOMAIN_AN_HOUR = 100
OF_A_PAGE_AN_HOUR = 60


class Cap(NamedTuple):
	"""Why a message doesn't leave now. `until` is the instant when it may, None if it never does."""

	until: int | None


def may_send_code(address: str, network: str, page: str, now: int) -> bool:
	"""Count a code to this address that somebody in the network asks for, and return whether it may be sent.

	Requests beyond a network's own share use up nobody else's.
	"""
	to = _hashed(mailbox(address))
	if count(f"codes:{_hashed(network)}:{to}", now) > CODES_AN_HOUR or count(f"codes:{to}", now) > ALL_CODES_AN_HOUR:
		return False
	return _fits("codes", address, page, now)


class Limits(NamedTuple):
	"""How many bookings an ordinary hour of the site, and of the page, has at most (`pressure`). Busy ones send more."""

	site: int = 0
	page: int = 0


NO_LIMITS = Limits()


def cap_of(message: str, address: str, page: str, limits: Limits, now: int) -> Cap | None:
	"""Count a message to somebody whose address isn't confirmed, and return why it can't be sent now, or None.

	`message` is its Message-ID. It counts once, however often the mail server has to be asked, and while it waits for the next
	hour, it doesn't count for its mailbox: both can be more often than a mailbox gets messages a day.
	"""
	admitted, of_mailbox = f"messages:admitted:{message}", f"messages:{_hashed(mailbox(address))}"
	if counted(admitted, now, DAY):
		return None
	if counted(of_mailbox, now, DAY) >= MESSAGES_A_DAY:
		return Cap(None)
	if not _fits("messages", address, page, now, limits):
		return Cap((now // HOUR + 1) * HOUR)
	if count(of_mailbox, now, DAY) > MESSAGES_A_DAY:
		return Cap(None)
	count(admitted, now, DAY)
	return None


def may_text(number: str, now: int) -> bool:
	"""Count an offer as a text message to this number (E.164), and return whether it may be sent."""
	return count(f"texts:{_hashed(number)}", now, DAY) <= TEXTS_A_DAY


def _fits(kind: str, address: str, page: str, now: int, limits: Limits = NO_LIMITS) -> bool:
	of_domain = count(f"{kind}:domain:{domain_of(address)}", now)
	of_page = count(f"{kind}:page:{page}", now)
	return of_domain <= max(OF_A_DOMAIN_AN_HOUR, limits.site) and of_page <= max(OF_A_PAGE_AN_HOUR, limits.page)


def _hashed(mailbox: str) -> str:
	"""Return a name for the mailbox in the cache, from which nobody can find the address."""
	return keyed_hash("scheduling mailbox", mailbox)[:24]
