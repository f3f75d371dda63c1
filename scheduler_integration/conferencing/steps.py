"""The steps from the present call to the wanted one: create, move or delete it. Each step can be repeated at any time.

	stored before          asked of the provider        stored after
	Planned -> Making      create, or look for it       Ready, with link and id
	Ready                  move                         Ready, with the new time
	Removing               delete                       Removed

If a worker dies after "Making" was stored, the call may exist. The next worker looks for it by its mark.
"""

from dataclasses import dataclass

import frappe
from frappe.model.document import Document

from scheduler_integration.conferencing import records
from scheduler_integration.conferencing.accounts import choose_account, is_usable, open_account
from scheduler_integration.conferencing.desired import Desired
from scheduler_integration.conferencing.log import Entry, logged
from scheduler_integration.conferencing.plan import KIND
from scheduler_integration.conferencing.provider import Account, Conference, Provider
from scheduler_integration.conferencing.records import MAKING, PLANNED, READY, REMOVED, REMOVING
from scheduler_integration.exceptions import (
	AccessRevoked,
	MeetingGone,
	OutsideError,
	TooManyRequests,
	UnexpectedAnswer,
	Unreachable,
)
from scheduler_integration.outbox import outages
from scheduler_integration.platform.records import record

# The provider may still be working on an attempt without an answer. Within this time, "not found" proves nothing.
SETTLING_SECONDS = 60


class Claimed(Exception):
	"""Another worker changes this call now."""


@dataclass(frozen=True, slots=True)
class Unsettled(Exception):
	"""An attempt got no answer. Whether it succeeded can be found out only at the instant `at`."""

	at: int


def bring_about(row: Document, desired: Desired, now: int) -> Conference:
	"""Create or move the call, and return it. Raises Claimed, Unsettled and the errors of providers."""
	if not records.claim(row, now):
		raise Claimed
	try:
		if row.status == READY and records.is_current(row, desired):
			return _stored(row)
		return _ask(row, desired, now)
	finally:
		records.release(row)


def take_away(row: Document, now: int) -> None:
	"""Delete the call. Raises the errors of `bring_about`. If the account was disconnected, only the row is ended."""
	if not records.claim(row, now):
		raise Claimed
	try:
		if row.status == PLANNED:
			return records.store(row, status=REMOVED)
		records.store(row, status=REMOVING)
		_delete(row, now)
	finally:
		records.release(row)


def _ask(row: Document, desired: Desired, now: int) -> Conference:
	account = _account(row)
	provider = open_account(account, now)
	call = records.call_of(row, desired)
	# A call that was about to be deleted may be needed again. Its status is Removing then, and it may still exist.
	was_asked, was_leaving = bool(row.asked_at), row.status == REMOVING
	if row.status == READY:
		action, ask = "Update", lambda: provider.update(call, row.external_id)
	else:
		_await_settlement(row, now)
		if not was_asked:
			records.store(row, status=MAKING, asked_at=now, **_time_and_title(desired))
		action, ask = "Create", lambda: _ensure(provider, row, desired, was_asked=was_asked)
	try:
		conference = logged(
			_entry(action, row, desired.booking), ask, lambda answer: bool(answer and answer.is_pending)
		)
	except MeetingGone:
		records.store(row, status=REMOVED if was_leaving else records.DELETED_OUTSIDE)
		raise
	except OutsideError as error:
		if _was_refused(error) and action == "Create" and not was_asked:
			records.store(row, status=PLANNED, asked_at=None)
		elif isinstance(error, Unreachable):
			records.store(row, asked_at=now)
		raise
	outages.end(KIND, account.label)
	_keep(row, desired, account, conference)
	return conference or _stored(row)


def _ensure(provider: Provider, row: Document, desired: Desired, *, was_asked: bool) -> Conference:
	"""Make the call, or find the call of an earlier attempt. If the meeting was moved since then, move the call too."""
	call = records.call_of(row, desired)
	conference = provider.ensure(call, row.external_id or "", was_asked=was_asked)
	if was_asked and not records.is_current(row, desired):
		return provider.update(call, conference.external_id) or conference
	return conference


def _was_refused(error: OutsideError) -> bool:
	"""Whether the provider certainly did nothing.

	Without an answer, or with an unreadable one, it may have made the call.
	"""
	if isinstance(error, UnexpectedAnswer):
		return 400 <= error.status < 500
	return isinstance(error, (AccessRevoked, TooManyRequests))


def _keep(row: Document, desired: Desired, account: Account, conference: Conference | None) -> None:
	"""Store the provider's answer. Without a conference, the link stays as it is."""
	records.store(
		row,
		status=MAKING if conference and conference.is_pending else READY,
		error=None,
		moved_outside=0,
		connection=account.connection,
		**_time_and_title(desired),
		**(records.fields_of(conference) if conference else {}),
	)


def _time_and_title(desired: Desired) -> dict[str, object]:
	return {"starts_at": desired.start, "ends_at": desired.end, "title": desired.title}


def _delete(row: Document, now: int) -> None:
	call, was_asked, account = records.call_of(row), bool(row.asked_at), _account(row)
	_await_settlement(row, now)
	try:
		provider = open_account(account, now)
		ask = lambda: provider.remove(call, row.external_id or "", was_asked=was_asked)  # noqa: E731
		logged(_entry("Delete", row, row.booking), ask)
	except AccessRevoked as error:
		if frappe.db.exists("Video Connection", row.connection):
			raise
		# The host disconnected the account: nobody can delete the call from here any more.
		records.store(row, status=REMOVED, error=error.message)
		return
	outages.end(KIND, account.label)
	records.store(row, status=REMOVED, error=None)


def _await_settlement(row: Document, now: int) -> None:
	"""Raise Unsettled if the call was asked for so recently that looking for it proves nothing."""
	settled = (row.asked_at or 0) + SETTLING_SECONDS
	if not row.external_id and now < settled:
		raise Unsettled(settled)


def _stored(row: Document) -> Conference:
	return record(Conference, row, link=row.join_url or "")


def _account(row: Document) -> Account:
	"""Return the account that made the call. If the host connected it again, it has another Video Connection."""
	own = Account(row.provider, row.user, row.connection or "")
	return own if is_usable(own) else choose_account(row.provider, [row.user]) or own


def _entry(action: str, row: Document, booking: str) -> Entry:
	return Entry(action=action, provider=row.provider, user=row.user, booking=booking, meeting=row.name)
