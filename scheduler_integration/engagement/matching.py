"""Finds the report that led to a booking, by the reference that came with it, otherwise by the client's address."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import frappe
from frappe.query_builder import DocType

from scheduler_integration.engagement.references import read
from scheduler_integration.engagement.rows import LINK_CLICKED
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.exceptions import ReportLinkNotFound
from scheduler_integration.platform.records import record
from scheduler_integration.platform.sql import value

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
		phase=row.phase if is_recent else row.primary_phase,
		channel=row.channel if is_recent else None,
		click=row.click if is_recent else None,
		clicked_at=row.clicked_at if is_recent else None,
		from_report=is_recent,
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
