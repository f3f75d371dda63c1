"""Counts clicks on the links of reports."""

from dataclasses import dataclass

import frappe

from scheduler_integration.engagement.rows import LINK_CLICKED, insert_row
from scheduler_integration.engagement.targets import Target
from scheduler_integration.platform.records import picked
from scheduler_integration.platform.signing import keyed_hash

# A second click of the same visitor within this many seconds doesn't count again: a reload, a double click.
REPEAT = 30 * 60


@dataclass(frozen=True, slots=True)
class Visit:
	"""The person who clicked, with the facts that are known and may be stored.

	`network` is an address or a network as text; only a hash of it is stored. `user` is the signed-in user, if any.
	`user_agent` and `referrer` are checked text.
	"""

	network: str = ""
	user_agent: str = ""
	referrer: str = ""
	user: str | None = None


def record_click(target: Target, channel: str, visit: Visit, now: int) -> bool:
	"""Store a click, unless the visitor clicked the same link within REPEAT seconds. Returns whether it was stored.

	A click of the consultant isn't counted: they look at their own report.
	"""
	if visit.user == target.consultant:
		return False
	ip_hash = address_hash(visit.network)
	row = frappe.qb.DocType("Scheduler Engagement")
	same = (row.event_type == LINK_CLICKED) & (row.ip_hash == ip_hash) & (row.consultant == target.consultant)
	for field in ("assessment", "meeting_type"):
		value = getattr(target, field)
		same &= row[field] == value if value else row[field].isnull()
	recent = (row.clicked_at > now - REPEAT) & (row.clicked_at <= now)
	if frappe.qb.from_(row).select(row.name).where(same & recent).limit(1).run():
		return False
	# A signed-in user, unless that is staff who looks at a client's report.
	is_client = visit.user and frappe.get_cached_value("User", visit.user, "user_type") == "Website User"
	try:
		# A value that two requests of one click share: the column is unique.
		parts = (target.consultant, target.assessment or "", target.meeting_type or "", ip_hash, str(now // REPEAT))
		visit_key = _keyed_hash("visit", "\n".join(parts))
		insert_row(
			{
				**picked(target, "consultant", "assessment", "contact", "meeting_type", "phase"),
				"event_type": LINK_CLICKED,
				**picked(visit, "user_agent", "referrer"),
				"client": target.client or (visit.user if is_client else None),
				"channel": channel,
				"from_report": 1,
				"clicked_at": now,
				"ip_hash": ip_hash,
				"visit": visit_key,
			}
		)
	except frappe.UniqueValidationError:
		# The same click came twice at the same moment, and the other request has stored the row.
		frappe.clear_messages()
		return False
	return True


def address_hash(network: str) -> str:
	"""Return a hash of a network address. The salt is the site's encryption key. Nobody else can try all addresses."""
	return _keyed_hash("visitor", network)


def _keyed_hash(purpose: str, text: str) -> str:
	return keyed_hash(f"scheduler {purpose}", text)
