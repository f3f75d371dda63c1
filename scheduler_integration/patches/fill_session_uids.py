"""Gives the sessions that exist already a UID of their own.

Before, the UID of a session's entry in a host's calendar was made of meeting type, start and host. With type and start as
`session_uid`, the UID stays the same, so hosts keep their entries (`meetings.sessions.session_uid_for`).
"""

import frappe
from frappe.query_builder.functions import Coalesce


def execute() -> None:
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(booking).select(booking.meeting_type, booking.starts_at).distinct()
	unnamed = (Coalesce(booking.session, "") != "") & (Coalesce(booking.session_uid, "") == "")
	for meeting_type, start in query.where(unnamed).run():
		same = (booking.meeting_type == meeting_type) & (booking.starts_at == start)
		frappe.qb.update(booking).set(booking.session_uid, f"{meeting_type}\n{start}").where(unnamed & same).run()
