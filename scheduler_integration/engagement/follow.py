"""Writes the engagement row of a meeting to which a report led, with each change of the meeting."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType

from scheduler_integration.engagement.references import read
from scheduler_integration.engagement.rows import LINK_CLICKED, insert_row, state_fields, update_all, update_row
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.exceptions import ReportLinkNotFound
from scheduler_integration.meetings.changes import Changes, Fields, Kind, bookings_of
from scheduler_integration.meetings.series import later_dates
from scheduler_integration.platform.records import picked, record
from scheduler_integration.platform.sql import value

# The state of a row for each status of a booking. Other statuses change nothing: a request isn't a booked meeting until
# its host confirms it, and a rescheduled booking waits for its successor.
_STATES = {
	"Scheduled": "Scheduled",
	"Completed": "Completed",
	"No Show": "No Show",
	"Cancelled": "Cancelled",
	# A declined meeting has a row only if it was booked before, and then moved to a time that the host declined.
	"Declined": "Cancelled",
}
# The fields about the report that led to a meeting.
_MATCH_FIELDS = ("matched_by", "from_report", "assessment", "phase", "client", "channel", "click", "clicked_at")
_CAN_BEGIN = (Kind.BOOKED, Kind.CONFIRMED, Kind.RESCHEDULED)


def keep_engagement(changes: Changes) -> dict[str, Fields]:
	"""Write the engagement rows of bookings that a report led to. Runs in the bookings' own transaction.

	A rescheduled meeting is the same meeting: its row moves to the booking that takes the former one's place.
	"""
	now = changes[0].now
	rows: dict[str, frappe._dict] = {}
	if changes[0].kind is not Kind.BOOKED:
		named = {"booking": ["in", [each.former.name for each in changes]]}
		found = frappe.get_all("Scheduler Engagement", named, ["*"], order_by="creation asc")
		rows = {row.booking: row for row in found}
	updates, begun = [], []
	# A series is one conversion: its first date.
	later = later_dates(bookings_of(changes))
	for change in changes:
		booking, row = change.booking, rows.get(change.former.name)
		if row and change.kind is Kind.UNDONE and row.booked_at == change.undone_at:
			# The command that was taken back had confirmed a request.
			frappe.db.delete("Scheduler Engagement", {"name": row.name})
		elif row:
			updates.append((row, {"booking": booking.name, **_meeting_fields(booking, now, row)}))
		elif booking.status == "Scheduled" and change.kind in _CAN_BEGIN and booking.name not in later:
			begun.append(booking)
	update_all(updates)
	_insert_native(begun, now)
	return {}


def keep_external(booking: Document, moment: int) -> None:
	"""Write the engagement row of an Outside Booking. All bookings of external schedulers are tracked, so each has a row.

	The row belongs to a report if the booking can be matched. `moment` is the time of the change, epoch seconds. The webhook
	may come hours later.
	"""
	row = _external_row(booking.name)
	matched = None
	# The browser may report a booking before the webhook brings the attendee's address.
	if not row or not row.matched_by:
		matched = match(booking.reference, booking.attendee_email, [booking.consultant], moment)
	fields = _meeting_fields(booking, moment, row)
	fields |= {
		"meeting_type": booking.meeting_type,
		"contact": booking.contact,
		"scheduler_event_id": booking.external_id,
	}
	if row:
		if row.booked_at:
			# Webhooks come in any order: a change that happened earlier shows that the meeting was booked by then.
			fields["booked_at"] = min(row.booked_at, moment)
		update_row(row, fields | (_matched(matched) if matched else {}))
	else:
		insert_row({"consultant": booking.consultant, "outside_booking": booking.name, **fields, **_matched(matched)})


def pass_on_external(former: str, successor: str) -> None:
	"""Give the row of an Outside Booking to the one that replaces it: a rescheduled meeting is the same meeting.

	If the successor was reported first, it has a row of its own, which takes over the click and the moment of the booking.
	"""
	row, kept = _external_row(former), _external_row(successor)
	if row and not kept:
		update_row(row, {"outside_booking": successor})
	elif row and kept:
		match_fields = {} if kept.matched_by else {field: row.get(field) for field in _MATCH_FIELDS}
		update_row(kept, {"booked_at": min(row.booked_at, kept.booked_at), **match_fields})
		frappe.db.delete("Scheduler Engagement", {"name": row.name})


def _insert_native(bookings: list[Document], now: int) -> None:
	if not bookings:
		return
	consultants = [*bookings[0].host_users()]
	owner = frappe.get_cached_value("Meeting Type", bookings[0].meeting_type, "consultant")
	if owner and owner not in consultants:
		consultants.append(owner)
	people = [(booking.reference, booking.attendee_email) for booking in bookings]
	for booking, matched in zip(bookings, match_all(people, consultants, now), strict=True):
		if matched:
			insert_row(
				{
					**picked(booking, "meeting_type", "contact"),
					"consultant": matched.consultant,
					"booking": booking.name,
					**_meeting_fields(booking, now),
					**_matched(matched),
				}
			)


def _meeting_fields(meeting: Document, now: int, row: Document | None = None) -> Fields:
	"""Return the row's state and time. For each state, the time of the first change to it is stored."""
	state = _STATES.get(meeting.status)
	if not state:
		return {}
	fields: Fields = {"scheduled_for": meeting.starts_at}
	if not row or row.status != state:
		fields |= state_fields(state, now, row.booked_at if row else None)
	return fields


def _matched(matched: Match | None) -> Fields:
	if not matched:
		return {}
	return {
		**picked(matched, "assessment", "phase", "client", "channel", "click", "clicked_at"),
		"matched_by": matched.how,
		"from_report": int(matched.from_report),
	}


def _external_row(name: str) -> Document | None:
	"""Return the locked row of an Outside Booking.

	Two webhooks of one booking wait for each other. After the wait, an ordinary read would still show InnoDB's snapshot
	from before it, and miss the row that the other one has inserted.
	"""
	key = {"outside_booking": name}
	row_name = frappe.db.get_value("Scheduler Engagement", key, "name", order_by="creation", for_update=True)
	return frappe.get_doc("Scheduler Engagement", row_name, for_update=True) if row_name else None


# Finds the report that led to a booking, by the reference that came with it, otherwise by the client's address.

# A booking that is matched by e-mail came from a report if the client clicked a link in it this many seconds before.
CLICK_WINDOW = 90 * 86400


@dataclass(frozen=True, slots=True)
class Match:
	"""The report that led to a booking.

	`phase` is the one at the click, or the present one without a click. `how` is an option of `matched_by`.
	`from_report`: the client followed a link; otherwise only the client is known.
	"""

	how: str
	consultant: str
	assessment: str | None
	phase: str | None
	client: str | None
	channel: str | None
	click: str | None
	clicked_at: int | None
	from_report: bool


def match(reference: str | None, email: str | None, consultants: list[str], before: int) -> Match | None:
	"""Return the match of a booking with one of `consultants` that was made at `before` (epoch seconds), or None."""
	(matches,) = match_all([(reference, email)], consultants, before)
	return matches


def match_all(
	people: Sequence[tuple[str | None, str | None]], consultants: list[str], before: int
) -> list[Match | None]:
	"""Return the matches of several bookings, each by its reference and its attendee's address."""
	matches = [_by_reference(reference, consultants, before) for reference, _email in people]
	emails = {email for (_reference, email), matched in zip(people, matches, strict=True) if email and not matched}
	rows = _assessments_of(emails, consultants, before) if emails else {}
	return [
		matched or (_by_email(rows[email.lower()], before) if email and email.lower() in rows else None)
		for (_reference, email), matched in zip(people, matches, strict=True)
	]


def _by_reference(text: str | None, consultants: list[str], before: int) -> Match | None:
	reference = read(text)
	if not reference:
		return None
	try:
		target = find_target(reference.assessment, reference.meeting_type, phase=reference.phase)
	except ReportLinkNotFound:
		# The assessment or the meeting type was deleted after the click.
		return None
	# A reference of one consultant on another one's booking page is a copied address, not a followed link.
	if target.consultant not in consultants:
		return None
	click = _latest_click(target.consultant, target.assessment, target.meeting_type, before)
	return record(
		Match,
		target,
		how="Reference",
		phase=click.phase if click else target.phase,
		channel=reference.channel,
		click=click and click.name,
		clicked_at=click and click.clicked_at,
		from_report=True,
	)


def _by_email(row: frappe._dict, before: int) -> Match:
	"""Match by the latest click of a client with this address, else by their latest assessment."""
	is_recent = row.clicked_at is not None and row.clicked_at > before - CLICK_WINDOW
	return record(
		Match,
		row,
		how="E-mail",
		from_report=is_recent,
		**({} if is_recent else {"phase": row.primary_phase, "channel": None, "click": None, "clicked_at": None}),
	)


def _assessments_of(emails: Collection[str], consultants: list[str], before: int) -> dict[str, frappe._dict]:
	"""Return each client's assessment with its latest click, else the newest one, by the address in lower case."""
	values = {"emails": tuple(emails), "consultants": tuple(consultants), "before": before}
	# A client may have clicked hundreds of times.
	rows = frappe.db.sql(_assessments_query() + (" limit 1" if len(emails) == 1 else ""), values, as_dict=True)
	return {row.client_email.lower(): row for row in reversed(rows)}


@lru_cache
def _assessments_query() -> str:
	assessment, click = DocType("Client Assessment"), DocType("Scheduler Engagement")
	joined = (click.assessment == assessment.name) & (click.event_type == LINK_CLICKED)
	joined &= click.clicked_at <= value("before")
	return (
		frappe.qb.from_(assessment)
		.left_join(click)
		.on(joined)
		.select(
			assessment.name.as_("assessment"),
			assessment.consultant,
			assessment.primary_phase,
			assessment.client,
			assessment.client_email,
			click.name.as_("click"),
			click.clicked_at,
			click.phase,
			click.channel,
		)
		.where(assessment.client_email.isin(value("emails")) & assessment.consultant.isin(value("consultants")))
		.orderby(click.clicked_at, order=frappe.qb.desc)
		.orderby(assessment.creation, order=frappe.qb.desc)
		.get_sql()
	)


def _latest_click(
	consultant: str, assessment: str | None, meeting_type: str | None, before: int
) -> frappe._dict | None:
	"""Return the latest click on the same link. Without an assessment, it isn't known whose click it was."""
	if not assessment:
		return None
	row = DocType("Scheduler Engagement")
	same = (row.event_type == LINK_CLICKED) & (row.assessment == assessment) & (row.consultant == consultant)
	if meeting_type:
		same &= row.meeting_type == meeting_type
	rows = (
		frappe.qb.from_(row)
		.select(row.name, row.clicked_at, row.phase)
		.where(same & (row.clicked_at <= before))
		.orderby(row.clicked_at, order=frappe.qb.desc)
		.limit(1)
		.run(as_dict=True)
	)
	return rows[0] if rows else None
