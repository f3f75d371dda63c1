"""Reads instants that people and programs send."""

import re
from datetime import datetime

from frappe import _

from scheduler_integration.parsing.text import Refused

_INSTANT = re.compile(
	r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
# Python's dates end with the years 1 and 9999. Within these bounds, dates around an instant always exist.
FIRST, END = 0, 7_258_118_400  # 1970 to 2200


def parse_instant(value: object) -> int:
	"""Return the epoch seconds of an ISO 8601 date and time: 2026-11-23T14:30:00+01:00 is 1795440600.

	Raises Refused if it isn't such a time, has no offset, or isn't between 1970 and 2200.
	"""
	if not isinstance(value, str):
		raise Refused(_("Choose a time."))
	if not _INSTANT.fullmatch(value.strip()):
		raise Refused(_("This is not a time. Write it as 2026-11-23T14:30:00+01:00."))
	try:
		# Python 3.10 doesn't read the Z that ISO 8601 allows for UTC.
		moment = datetime.fromisoformat(value.strip().replace("Z", "+00:00"))
		if moment.tzinfo is None:
			raise Refused(_("The time needs an offset, as in 2026-11-23T14:30:00+01:00."))
		instant = int(moment.timestamp())
		if not FIRST <= instant < END:
			raise Refused(_("This time is too far away."))
		return instant
	except (ValueError, OverflowError):
		raise Refused(_("This is not a time. Write it as 2026-11-23T14:30:00+01:00.")) from None
