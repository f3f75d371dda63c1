"""The outbox handler that gives a booking the video call it needs now, and removes calls that nobody needs any more."""

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.conferencing import records, steps
from scheduler_integration.conferencing.accounts import Account
from scheduler_integration.conferencing.desired import Desired, desired_call, needs_call
from scheduler_integration.conferencing.notices import lose_account
from scheduler_integration.conferencing.plan import CHECK, CLEANUP, NO_CALL, plan_check_of, plan_cleanup_of
from scheduler_integration.conferencing.provider import Conference
from scheduler_integration.conferencing.subjects import scheduled_booking, subject_of
from scheduler_integration.exceptions import AccessRevoked, MeetingGone, OutsideError, TooManyRequests, Unreachable
from scheduler_integration.meetings.calls import CALENDAR
from scheduler_integration.meetings.changes import Fields
from scheduler_integration.meetings.sessions import live_rows
from scheduler_integration.meetings.status import OPEN, RELEASED
from scheduler_integration.outbox.outcomes import Again, Done, Never, NotNeeded, Outcome, RetryLater
from scheduler_integration.outbox.tasks import Task

# If the provider is still making a call, or another worker changes it, the task runs again after this many seconds.
SOON = 5
# After this many attempts (about five minutes), or if the meeting begins within this time, the fallback is used.
PATIENT_ATTEMPTS = 4
TOO_LATE_TO_WAIT = 15 * 60
# Attendees wait this long for a link that comes with the calendar's event.
CALENDAR_SECONDS = 5 * 60
# One run starts again at most this often because the booking was changed meanwhile.
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class _Situation:
	"""The state of a booking at one reading. Two readings are compared to find out whether it was changed."""

	booking: str
	status: str
	subject: str
	known: str
	link: str
	desired: Desired | None


def run(task: Task, now: int) -> Outcome:
	"""Bring about what the task's booking needs now. `now` is in epoch seconds.

	The new call is made before the old one is deleted, so that nobody waits for the deletion. The booking may be changed
	while a provider answers: it is read again at the end, and if it differs, everything starts again.
	"""
	for _round in range(ROUNDS):
		found = _read(task.booking)
		if not found:
			return NotNeeded(_("The booking was deleted."))
		if found.status not in (*OPEN, *RELEASED) or (found.desired and found.desired.end <= now):
			return NotNeeded(_("The meeting is over."))
		try:
			outcome, kept = _serve(found, task, now)
		except MeetingGone:
			continue
		except (steps.Claimed, steps.Unsettled, TooManyRequests) as error:
			return _later(error, now)
		trouble = _tidy(found, kept, now)
		if _read(task.booking) == found:
			return _with_trouble(outcome, trouble, task, now)
	return Again(now + SOON, _("The booking is being changed."))


def _read(name: str) -> _Situation | None:
	# Ends the transaction, so that the reads below show the present state and not an older snapshot.
	frappe.db.commit()
	if not frappe.db.exists("Booking", name):
		return None
	booking = frappe.get_doc("Booking", name)
	subject = subject_of(booking)
	live = scheduled_booking(subject)
	desired = desired_call(subject, live) if live and needs_call(live) else None
	link = booking.meeting_link or _link_of_session(booking)
	return _Situation(name, booking.status, subject, booking.video_meeting or "", link, desired)


def _link_of_session(booking: Document) -> str:
	"""Return the link that the calendar's event brought to another booking of the session, or an empty text."""
	others = live_rows(booking.session, "video_meeting", "meeting_link")
	return next((each.meeting_link for each in others if each.video_meeting == CALENDAR and each.meeting_link), "")


def _serve(found: _Situation, task: Task, now: int) -> tuple[Outcome, str]:
	"""Make or move the call that the subject needs. Returns the outcome, and the Video Meeting that stays."""
	desired = found.desired
	if not desired:
		# A booking may be moved and then cancelled before its task runs. It still has the earlier booking's link then.
		return Done(fields=_without_call(found) if found.known or found.status in RELEASED else {}), ""
	if desired.account and desired.account.connection == CALENDAR and not _has_fallback(found, desired):
		return _leave_to_calendar(found, desired, task, now)
	try:
		row = _row_that_serves(found, desired) or _new_row(desired)
		return _bring_about(found, row, desired, now), row.name
	except MeetingGone:
		raise
	except OutsideError as error:
		if isinstance(error, AccessRevoked):
			if desired.account:
				lose_account(desired.account, error.message)
		elif task.attempts < PATIENT_ATTEMPTS and desired.start - now > TOO_LATE_TO_WAIT:
			raise
		return _fall_back(found, desired, error, now)


def _has_fallback(found: _Situation, desired: Desired) -> bool:
	row = _row_that_serves(found, desired)
	return bool(row and row.is_fallback)


def _leave_to_calendar(found: _Situation, desired: Desired, task: Task, now: int) -> tuple[Outcome, str]:
	"""Note that the calendar's event makes the call. If it brings no link in time, use the fallback."""
	if found.status != "Scheduled":
		# The call goes on for the attendees who are left, or with the booking that took this one's place.
		return Done(fields=_without_call(found)), ""
	account = desired.account
	if not account or (task.purpose == CHECK and not found.link):
		return _fall_back(found, desired, Unreachable(), now)
	if not found.link:
		plan_check_of(found.booking, task.target, now + CALENDAR_SECONDS, now)
		frappe.db.commit()
	fields: Fields = {"video_meeting": CALENDAR, "video_provider": account.provider, "video_status": "Waiting"}
	if found.link:
		fields |= {"meeting_link": found.link, "video_status": "Ready", "video_error": None}
	return Done(fields=fields), ""


def _new_row(desired: Desired) -> Document:
	"""Return the row of a call that is to be made. Raises AccessRevoked if no host has an account."""
	if not desired.account:
		raise AccessRevoked
	return records.row_for(desired, desired.account)


def _row_that_serves(found: _Situation, desired: Desired) -> Document | None:
	"""Return the call that may stay. A call whose link attendees already have is preferred."""
	rows = [row for row in records.open_rows(found.booking, found.subject, found.known) if _serves(row, desired)]
	return min(rows, key=lambda row: row.status != records.READY) if rows else None


def _serves(row: Document, desired: Desired) -> bool:
	"""Whether the call has the wanted host and provider, or is a fallback whose link attendees already have."""
	if row.subject != desired.subject or row.status not in (records.PLANNED, records.MAKING, records.READY):
		return False
	if row.is_fallback and row.status == records.READY:
		return bool(desired.fallback and row.user == desired.fallback.user)
	account = desired.account
	if not account or row.user != account.user:
		return False
	return row.provider == account.provider or (desired.takes_any and row.status == records.READY)


def _bring_about(found: _Situation, row: Document, desired: Desired, now: int) -> Outcome:
	conference = steps.bring_about(row, desired, now)
	if conference.is_pending:
		return Again(now + SOON, _("The provider is still making the link."))
	return Done(
		conference.external_id, fields_of(row, conference) if found.status == "Scheduled" else _without_call(found)
	)


def _without_call(found: _Situation) -> Fields:
	"""Return the fields of a booking without a call. A cancelled booking keeps its provider, for the statistics."""
	kept = ("video_provider",) if found.status in RELEASED else ()
	return {name: value for name, value in NO_CALL.items() if name not in kept}


def fields_of(row: Document, conference: Conference) -> Fields:
	"""Return the booking's fields that describe its call."""
	return {
		"meeting_link": conference.link,
		"meeting_id": conference.shown_id or None,
		"meeting_password": conference.passcode or None,
		"video_provider": row.provider,
		"video_status": "Ready",
		"video_error": None,
		"video_meeting": row.name,
	}


def _fall_back(found: _Situation, desired: Desired, error: OutsideError, now: int) -> tuple[Outcome, str]:
	"""Make the site's fallback call. If the site has none, attendees get the meeting type's text, if there is one."""
	if desired.fallback and desired.fallback != desired.account:
		row = records.row_for(desired, desired.fallback)
		return _bring_about(found, row, desired, now), row.name
	if desired.text:
		failed = {"video_status": "Failed", "video_error": error.message, "location": desired.text}
		return Done(fields={**NO_CALL, **failed}), ""
	return Never(error.message), ""


def _tidy(found: _Situation, kept: str, now: int) -> Exception | None:
	"""Remove the calls that nobody needs any more. Returns the first error, after trying all of them."""
	trouble = None
	for row in records.open_rows(found.booking, found.subject, found.known):
		if row.name == kept or (row.subject != found.subject and _is_used(row.subject)):
			continue
		try:
			steps.take_away(row, now)
		except (OutsideError, steps.Claimed, steps.Unsettled) as error:
			if isinstance(error, AccessRevoked):
				lose_account(Account(row.provider, row.user, row.connection or ""), error.message)
			trouble = trouble or error
	return trouble


def _is_used(subject: str) -> bool:
	live = scheduled_booking(subject)
	return bool(live and needs_call(live))


def _with_trouble(outcome: Outcome, trouble: Exception | None, task: Task, now: int) -> Outcome:
	"""Return the outcome. Calls that couldn't be removed get a task of their own, which is tried again and again."""
	if not trouble:
		return outcome
	if task.purpose == CLEANUP:
		return _later(trouble, now)
	plan_cleanup_of(task.booking, task.target, now + steps.SETTLING_SECONDS, now)
	frappe.db.commit()
	return outcome


def _later(error: Exception, now: int) -> Outcome:
	"""Return when to run again, or raise the error: the outbox then waits longer after each attempt."""
	if isinstance(error, steps.Claimed):
		return Again(now + SOON, _("Another worker is changing this video call right now."))
	if isinstance(error, steps.Unsettled):
		return Again(error.at, _("It isn't known yet whether the last request was carried out."))
	if isinstance(error, TooManyRequests):
		raise RetryLater(error.message, error.after or 0) from None
	raise error
