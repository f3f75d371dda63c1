"""The morning digest: an e-mail to a host with the meetings of the day, at seven in the host's zone.

A host gets at most one a day. The job can run at any time and twice, because `last_digest_on` has the day of the last
one.
"""

from datetime import timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language
from frappe.utils import get_fullname

from scheduler_integration.catalogue.public import brand_of
from scheduler_integration.engine import Interval, local_date, local_midnight, wall_clock
from scheduler_integration.exceptions import Unreachable
from scheduler_integration.meetings.hosted import by_session, hosted_between
from scheduler_integration.notifications.email import queue_words
from scheduler_integration.notifications.look import plain_look
from scheduler_integration.notifications.readers import host_reader
from scheduler_integration.notifications.templates import Rendered, render_parts
from scheduler_integration.notifications.unsubscribe import DIGEST, Subscription
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.permissions import managers
from scheduler_integration.platform.one_line import header_text
from scheduler_integration.platform.queue import queue_after_commit
from scheduler_integration.platform.site_address import site_url

# Hours of the host's day. If the site was down all morning, no digest is sent at noon any more.
FIRST_HOUR, LAST_HOUR = 7, 12


def wanted_digests() -> list[str]:
	"""Return the Host Preferences of the enabled users who want a digest."""
	preferences, user = frappe.qb.DocType("Host Preferences"), frappe.qb.DocType("User")
	query = frappe.qb.from_(preferences).join(user).on(user.name == preferences.user).select(preferences.name)
	return query.where((preferences.morning_digest == 1) & (user.enabled == 1)).run(pluck=True)


def queue_digest(name: str, now: int) -> bool:
	"""Queue the digest of the host with these preferences, if it is due at `now` (epoch seconds).

	Returns whether an e-mail was queued. It goes out between seven and noon in the host's zone, once a day, and only on
	days with meetings.
	"""
	user = frappe.db.get_value("Host Preferences", name, "user")
	reader = host_reader(user)
	today = local_date(now, reader.zone)
	if not FIRST_HOUR <= wall_clock(now, reader.zone).hour < LAST_HOUR:
		return False
	# The lock makes a second run wait. The second run then reads the date that this run stores.
	if frappe.db.get_value("Host Preferences", name, "last_digest_on", for_update=True) == today:
		return False
	frappe.db.set_value("Host Preferences", name, "last_digest_on", today, update_modified=False)
	day = local_midnight(today, reader.zone), local_midnight(today + timedelta(days=1), reader.zone)
	meetings = by_session(hosted_between(user, *day))
	if not meetings:
		return False
	with print_language(reader.words):
		rows = sorted((_row(sharing, day, reader) for sharing in meetings), key=lambda row: row["start"])
		facts = {
			**plain_look(reader, brand_of(reader.user)),
			"date": reader.date(rows[0]["start"]),
			"timezone": reader.zone_name(rows[0]["start"]),
			"rows": rows,
			"url": site_url("/scheduling"),
			"unsubscribe_url": (digest := Subscription(DIGEST, reader.email)).url,
		}
		subject = _("{0} meetings today, the first at {1}").format(len(rows), rows[0]["time"])
		if len(rows) == 1:
			subject = _("1 meeting today, at {0}").format(rows[0]["time"])
		words = Rendered(header_text(subject), *render_parts("host_digest", facts))
		# With these references, the mail is found and deleted when the bookings are erased.
		queue_words(
			words,
			headers=digest.headers(),
			recipients=[reader.email],
			reference_doctype="Host Preferences",
			reference_name=name,
		)
	return True


def _row(sharing: list[Document], day: Interval, reader: Reader) -> dict:
	"""Return one meeting of the day: a booking, or all bookings of a session."""
	first = sharing[0]
	# A multi-day meeting is shown with the part of this day only.
	start, end = next(part for part in first.parts() if part[0] < day[1] and part[1] > day[0])
	who = ", ".join(booking.attendee_name for booking in sharing)
	about = frappe.get_cached_value("Meeting Type", first.meeting_type, "title")
	if any(booking.status == "Pending" for booking in sharing):
		about = f"{about} · {_('Needs your answer')}"
	return {
		"start": start,
		"time": reader.time(start),
		"end_time": reader.time(end),
		"text": "\n".join(filter(None, (who, about, first.meeting_link or first.location))),
	}


# Tells the managers that a host was disabled who still has meetings to come.

# Nobody reads a longer list in a mail. The page has all of them.
_MOST = 50


def plan_message(user: Document, method: str | None = None) -> None:
	"""Hook for a changed User: after somebody was disabled, a job tells the managers."""
	before = user.get_doc_before_save()
	if before and before.enabled and not user.enabled:
		queue_after_commit("scheduler_integration.jobs.tell_of_left_host", "default", user=user.name)


def tell_managers(user: str, page: str, now: int) -> None:
	"""Mail each manager the coming meetings of the disabled `user`. `page` is the path where they decide about them.

	Does nothing if there are none, or if the user is enabled again. If the site can't send mail, the pages show the same.
	"""
	if frappe.db.get_value("User", user, "enabled") != 0:
		return
	meetings = by_session(hosted_between(user, now))
	for manager in managers() if meetings else ():
		reader = host_reader(manager)
		with print_language(reader.words):
			subject = _("{0} has left: {1} meetings to come need a decision").format(get_fullname(user), len(meetings))
			rows = []
			for sharing in meetings[:_MOST]:
				who = ", ".join(booking.attendee_name for booking in sharing)
				title = frappe.get_cached_value("Meeting Type", sharing[0].meeting_type, "title")
				rows.append((reader.in_short(sharing[0].parts()), f"{who} · {title}"))
			facts = {
				**plain_look(reader),
				"subject": subject,
				"timezone": reader.zone_name(meetings[0][0].starts_at),
				"rows": rows,
				"url": site_url(page),
			}
			words = Rendered(header_text(subject), *render_parts("host_left", facts))
			try:
				# With this reference, the mail is deleted with the digests when the bookings are erased.
				queue_words(words, recipients=[reader.email], reference_doctype="Host Preferences", reference_name=user)
			except Unreachable:
				frappe.log_error(f"A mail about the meetings of {user} was not queued", frappe.get_traceback())
