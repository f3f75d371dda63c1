"""Checks a meeting type's fields about its waitlist."""

from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.repeats import FIXED
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.waitlist.hours import awake_seconds

LEAST_MINUTES, MOST_MINUTES, MOST_AT_ONCE = 5, 1440, 20
USUAL_MINUTES = 30
# So many offers should be able to follow each other until a time can't be booked any more.
TURNS = 4


def check_waitlist(meeting_type: Document) -> None:
	"""Raise InvalidRequest if the fields about the waitlist make no sense, or don't fit the other fields."""
	meeting_type.waitlist_minutes = meeting_type.waitlist_minutes or USUAL_MINUTES
	meeting_type.waitlist_at_once = meeting_type.waitlist_at_once or 1
	if not meeting_type.has_waitlist:
		return
	if not meeting_type.scheduling_page:
		_refuse("has_waitlist", _("Only what is booked on a page of this site can have a waitlist."))
	if meeting_type.repeats == FIXED:
		_refuse("has_waitlist", _("A meeting that always repeats can't have a waitlist."))
	if not LEAST_MINUTES <= meeting_type.waitlist_minutes <= MOST_MINUTES:
		_refuse("waitlist_minutes", _("Choose a number from {0} to {1}.").format(LEAST_MINUTES, MOST_MINUTES))
	if meeting_type.waitlist_at_once > MOST_AT_ONCE:
		_refuse("waitlist_at_once", _("Choose a number from {0} to {1}.").format(1, MOST_AT_ONCE))


def minutes_of(meeting_type: Document) -> int:
	"""Return for how many minutes an offer holds."""
	return int(meeting_type.waitlist_minutes or USUAL_MINUTES)


def at_once(meeting_type: Document) -> int:
	"""Return how many people are offered a time together, if there is time enough to ask others after them."""
	return int(meeting_type.waitlist_at_once or 1)


def at_once_before(meeting_type: Document, now: int, zone: str, latest: int) -> int:
	"""Return how many people are offered a time together that can be booked until `latest`.

	`zone` is that of the first of them. Instants are epoch seconds. If fewer than TURNS offers can follow each other, so many
	more are asked together, but at most MOST_AT_ONCE. With offers of 30 minutes to one person, and 4 turns:

		at least 2 hours left   1 person
		50 minutes left         3 people: 50 minutes have room for 1 2/3 offers
		up to 30 minutes left   4 people
	"""
	asked, seconds = at_once(meeting_type), minutes_of(meeting_type) * 60
	left = max(awake_seconds(now, latest, zone, TURNS * seconds), seconds)
	return max(asked, min(asked * -(-TURNS * seconds // left), MOST_AT_ONCE))


def _refuse(field: str, sentence: str) -> None:
	raise InvalidRequest(sentence, details={field: sentence})
