"""Computes how long to wait before another attempt."""

import random
from email.utils import parsedate_to_datetime

MAX_RETRY_AFTER = 24 * 3600


def backoff(attempt: int, *, first: float, most: float) -> float:
	"""Return the seconds to wait after the failed attempt number 1, 2, 3 ...: a random part of a time that doubles.

	The whole time is random ("full jitter"), so that after an outage a thousand connections don't come back together.
	"""
	return random.uniform(0, min(most, first * 2 ** min(attempt - 1, 30)))  # not a secret


def retry_after(header: str | None, now: float) -> int | None:
	"""Return the seconds that a Retry-After header asks for (RFC 9110, section 10.2.3), or None. A day at most."""
	if not header:
		return None
	try:
		seconds = int(header)
	except ValueError:
		try:
			seconds = int(parsedate_to_datetime(header).timestamp() - now)
		except (ValueError, TypeError, OverflowError):
			return None
	return max(0, min(seconds, MAX_RETRY_AFTER))
