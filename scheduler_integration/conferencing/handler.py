"""The outbox handler that gives a booking the video call it needs now, and removes calls that nobody needs any more."""

from dataclasses import dataclass, replace

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.conferencing import records, steps
from scheduler_integration.conferencing.desired import Desired, desired_call, needs_call
from scheduler_integration.conferencing.notices import lose_account, tell_without_call
from scheduler_integration.conferencing.plan import CHECK, CLEANUP, NO_CALL, plan_check_of, plan_cleanup_of
from scheduler_integration.conferencing.provider import FIRM, Account, Conference
from scheduler_integration.conferencing.subjects import scheduled_booking, subject_of
from scheduler_integration.exceptions import AccessRevoked, MeetingGone, OutsideError, TooManyRequests, Unreachable
from scheduler_integration.meetings.calls import CALENDAR
from scheduler_integration.meetings.changes import Fields
from scheduler_integration.meetings.sessions import live_rows
from scheduler_integration.meetings.status import OPEN, RELEASED
from scheduler_integration.outbox.outcomes import Again, Done, Never, NotNeeded, Outcome, down_by
from scheduler_integration.outbox.results import FIRST_WAIT, patient
from scheduler_integration.outbox.tasks import Task

# If the provider is still making a call, or another worker changes it, the task runs again after this many seconds. If
# the provider takes long, the waits double.
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
	video_status: str
	desired: Desired | None

	def is_over(self, now: int) -> bool:
		return self.status not in (*OPEN, *RELEASED) or bool(self.desired and self.desired.end <= now)


@dataclass(frozen=True, slots=True)
class _Trouble:
	"""A call that couldn't be deleted: the account that made it, and the error."""

	account: Account
	error: Exception


def run(task: Task, now: int) -> Outcome:
	"""Bring about what the task's booking needs now. `now` is in epoch seconds.

	The new call is made before the old one is deleted, so that nobody waits for the deletion. The booking may be changed
	while a provider answers. It is read again at the end, and if it differs, everything starts again.
	"""
	for _round in range(ROUNDS):
		situation = _read(task.booking)
		if not situation:
			return NotNeeded(_("The booking was deleted."))
		try:
			# A meeting that is over needs no call. Those that were left at a provider are still deleted.
			over = NotNeeded(_("The meeting is over.")), situation.known
			outcome, kept = over if situation.is_over(now) else _serve(situation, task, now)
		except MeetingGone:
			continue
		except (steps.Claimed, steps.Unsettled, TooManyRequests) as error:
			return _later(error, now)
		trouble = _tidy(situation, kept, now)
		if _read(task.booking) == situation:
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
	link = booking.meeting_link
	if not link:
		# The calendar's event may have brought a link to another booking of the session.
		others = live_rows(booking.session, "video_meeting", "meeting_link")
		link = next((each.meeting_link for each in others if each.video_meeting == CALENDAR and each.meeting_link), "")
	status = booking.video_status or ""
	return _Situation(name, booking.status, subject, booking.video_meeting or "", link, status, desired)


def _serve(situation: _Situation, task: Task, now: int) -> tuple[Outcome, str]:
	"""Make or move the call that the subject needs. Returns the outcome, and the Video Meeting that stays."""
	desired = situation.desired
	if not desired:
		# A booking may be moved and then cancelled before its task runs. It still has the earlier booking's link then.
		return Done(fields=_without_call(situation) if situation.known or situation.status in RELEASED else {}), ""
	if desired.account and desired.account.connection == CALENDAR and not _has_fallback(situation, desired):
		return _leave_to_calendar(situation, desired, task, now)
	try:
		row = _row_that_serves(situation, desired)
		if not row:
			if not desired.account:
				# No host has one.
				raise AccessRevoked
			row = records.row_for(desired, desired.account)
		return _bring_about(situation, row, desired, task, now), row.name
	except MeetingGone:
		raise
	except OutsideError as error:
		if isinstance(error, AccessRevoked):
			if desired.account:
				lose_account(desired.account, error.message)
		elif task.attempts < PATIENT_ATTEMPTS and desired.start - now - (error.after or 0) > TOO_LATE_TO_WAIT:
			raise
		return _fall_back(situation, desired, error, task, now)


def _has_fallback(situation: _Situation, desired: Desired) -> bool:
	row = _row_that_serves(situation, desired)
	return bool(row and row.is_fallback)


def _leave_to_calendar(situation: _Situation, desired: Desired, task: Task, now: int) -> tuple[Outcome, str]:
	"""Note that the calendar's event makes the call. If it brings no link in time, use the fallback."""
	if situation.status != "Scheduled":
		# The call goes on for the attendees who are left, or with the booking that took this one's place.
		return Done(fields=_without_call(situation)), ""
	account = desired.account
	if not account or (task.purpose == CHECK and not situation.link):
		return _fall_back(situation, desired, Unreachable(), task, now)
	if not situation.link:
		plan_check_of(situation.booking, task.target, now + CALENDAR_SECONDS, now)
		frappe.db.commit()
	fields: Fields = {"video_meeting": CALENDAR, "video_provider": account.provider, "video_status": "Waiting"}
	if situation.link:
		fields |= {"meeting_link": situation.link, "video_status": "Ready", "video_error": None}
	return Done(fields=fields), ""


def _row_that_serves(situation: _Situation, desired: Desired) -> Document | None:
	"""Return the call that may stay. A call whose link attendees already have is preferred."""
	rows = [
		row for row in records.open_rows(situation.booking, situation.subject, situation.known) if _serves(row, desired)
	]
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


def _bring_about(situation: _Situation, row: Document, desired: Desired, task: Task, now: int) -> Outcome:
	conference = steps.bring_about(row, desired, now)
	if conference.is_pending:
		return Again(now + SOON * 2 ** (patient(task) - 1), _("The provider is still making the link."))
	return Done(
		conference.external_id,
		fields_of(row, conference) if situation.status == "Scheduled" else _without_call(situation),
	)


def _without_call(situation: _Situation) -> Fields:
	"""Return the fields of a booking without a call. A cancelled booking keeps its provider, for the statistics."""
	kept = ("video_provider",) if situation.status in RELEASED else ()
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


def _fall_back(
	situation: _Situation, desired: Desired, error: OutsideError, task: Task, now: int
) -> tuple[Outcome, str]:
	"""Make the site's fallback call. If the site has none, attendees get the meeting type's text, if there is one.

	Without any of them the booking has no call for now. It is tried again until the account works or is connected again.
	"""
	if desired.fallback and desired.fallback != desired.account:
		row = records.row_for(desired, desired.fallback)
		return _bring_about(situation, row, desired, task, now), row.name
	failed: Fields = {"video_status": "Failed", "video_error": error.message}
	if desired.text:
		return Done(fields={**NO_CALL, **failed, "location": desired.text}), ""
	account = desired.account
	if not account or (isinstance(error, AccessRevoked) and account.connection != FIRM):
		return Never(error.message), ""
	if situation.video_status != "Failed":
		tell_without_call(situation.booking, error.message)
	row = _row_that_serves(situation, desired)
	return replace(down_by(account.label, error), fields=failed), row.name if row else situation.known


def _tidy(situation: _Situation, kept: str, now: int) -> _Trouble | None:
	"""Remove the calls that nobody needs any more. Returns the first error, after trying all of them."""
	trouble = None
	for row in records.open_rows(situation.booking, situation.subject, situation.known):
		live = scheduled_booking(row.subject) if row.subject != situation.subject else None
		if row.name == kept or (live and needs_call(live)):
			continue
		try:
			steps.take_away(row, now)
		except (OutsideError, steps.Claimed, steps.Unsettled) as error:
			account = Account(row.provider, row.user, row.connection or "")
			if isinstance(error, AccessRevoked):
				lose_account(account, error.message)
			trouble = trouble or _Trouble(account, error)
	return trouble


def _with_trouble(outcome: Outcome, trouble: _Trouble | None, task: Task, now: int) -> Outcome:
	"""Return the outcome. Calls that couldn't be removed get a task of their own, which waits for their account."""
	if not trouble:
		return outcome
	if task.purpose != CLEANUP:
		plan_cleanup_of(task.booking, trouble.account.label, now + steps.SETTLING_SECONDS, now)
		frappe.db.commit()
		return outcome
	if isinstance(trouble.error, OutsideError) and trouble.error.stops_account:
		return down_by(trouble.account.label, trouble.error)
	return _later(trouble.error, now)


def _later(error: Exception, now: int) -> Outcome:
	"""Return when to run again, or raise the error. The outbox then waits longer after each attempt."""
	if isinstance(error, steps.Claimed):
		return Again(now + SOON, _("Another worker is changing this video call right now."))
	if isinstance(error, steps.Unsettled):
		return Again(error.at, _("It isn't known yet whether the last request was carried out."))
	if isinstance(error, TooManyRequests):
		return Again(now + max(error.after or 0, FIRST_WAIT), error.message)
	raise error
