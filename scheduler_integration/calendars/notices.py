"""Tells hosts, and after a day managers, that a calendar can't be read and their times are closed, or that it can't be
written."""

from collections.abc import Collection, Iterable

import frappe
from babel import Locale
from babel.dates import format_datetime
from frappe import _
from frappe.translate import print_language
from frappe.utils import escape_html, get_fullname

from scheduler_integration import engine
from scheduler_integration.availability.busy_times import stale_seconds
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.calendars.mirror.calendar_changes import CalendarChange
from scheduler_integration.calendars.mirror.plan import KIND
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.failures import waiting_at
from scheduler_integration.permissions import managers
from scheduler_integration.platform.clock import utc
from scheduler_integration.platform.language import current_locale, language_of
from scheduler_integration.platform.site_address import site_url

_DOCTYPE = "Calendar Connection"
_REVOKED, _FAILING = "Reconnect needed", "Failing"
_DAY = 86400


def tell_of_trouble(now: int) -> None:
	"""Mail each host once whose calendar isn't trusted or hasn't been written for hours, and managers after another day.

	There is one mail for one trouble. If a calendar can be neither read nor written, it says both. Each mail is in its
	reader's language.
	"""
	unwritten = {each.account: each.reason for each in outages.untold(KIND, now - stale_seconds())}
	rows = _in_trouble(now, list(unwritten))
	waiting = waiting_at([row.name for row in rows], now)
	for row in rows:
		row.reason = row.last_error or unwritten.get(row.name)
		row.waiting = waiting.get(row.name, 0)
		if not row.told_host_at and (_is_unread(row, now) or (row.name in unwritten and row.waiting)):
			_tell(row.user, row)
			_note(row.name, "told_host_at", now)
		elif row.told_host_at and _is_unread(row, now) and now - row.told_host_at >= _DAY:
			for manager in managers():
				_tell(manager, row)
			_note(row.name, "told_managers_at", now)
		if row.told_host_at or row.waiting:
			outages.note_told(KIND, row.name, now)


def tell_of_change(change: CalendarChange, *, followed: bool) -> None:
	"""Mail the host the change in the calendar. `followed`: the booking was cancelled or moved too."""
	with print_language(language_of(change.user)):
		sentences = [change.title, change_sentence(change, timezone_of(change.user), current_locale())]
		if change.starts_at is not None or change.is_deleted:
			sentences.append(_("The booking follows.") if followed else _("The booking stays as it was made."))
		link = f'<a href="{site_url("/scheduling")}">{_("Open your meetings")}</a>'
		subject = _("In your calendar: {0}").format(change.title)
		_send(change.user, subject, sentences, link, ("Booking", change.booking))


def change_sentence(change: CalendarChange, zone: str, locale: Locale) -> str:
	"""Return a sentence about the change of the event, in the current language, with its time in the zone."""
	if change.is_deleted:
		return _("The event was deleted in the calendar {0}.").format(change.account)
	if change.starts_at is not None:
		when = format_datetime(utc(change.starts_at), "medium", tzinfo=engine.zone(zone), locale=locale)
		return _("The event was moved in the calendar {0}, to {1}.").format(change.account, when)
	return _("Declined by {0}.").format(change.declined_by)


def _in_trouble(now: int, unwritten: Collection[str]) -> list[frappe._dict]:
	"""Return the connections that can't be read, and those among `unwritten`, unless the managers know already.

	Nobody can connect the account of a disabled user.
	"""
	connection, user = frappe.qb.DocType(_DOCTYPE), frappe.qb.DocType("User")
	is_revoked = connection.status == _REVOKED
	is_stale = (connection.status == _FAILING) & (connection.failing_since < now - stale_seconds())
	return (
		frappe.qb.from_(connection)
		.join(user)
		.on((user.name == connection.user) & (user.enabled == 1))
		.select(
			connection.name,
			connection.user,
			connection.account_name,
			connection.provider,
			connection.status,
			connection.failing_since,
			connection.last_error,
			connection.when_unreadable,
			connection.told_host_at,
			connection.told_managers_at,
		)
		.where((connection.is_active == 1) & connection.told_managers_at.isnull())
		.where(is_revoked | is_stale | connection.name.isin([*unwritten, ""]))
		.run(as_dict=True)
	)


def _is_unread(row: frappe._dict, now: int) -> bool:
	"""Whether the calendar isn't trusted any more, because it couldn't be read for too long or access was refused."""
	return row.status == _REVOKED or (row.status == _FAILING and row.failing_since < now - stale_seconds())


def _tell(user: str, row: frappe._dict) -> None:
	account = row.account_name or row.provider
	is_closed = row.when_unreadable != "Offer my times all the same"
	with print_language(language_of(user)):
		sentences = [row.reason or ""]
		if row.status in (_REVOKED, _FAILING):
			sentences.insert(0, _("The calendar {0} of {1} can't be read.").format(account, get_fullname(row.user)))
			closed = _("Until it can, nobody can book these times.")
			sentences.append(closed if is_closed else _("Times are offered all the same."))
		if row.waiting:
			unwritten = _("Meetings that aren't in the calendar {0} of {1} as they were booked: {2}.")
			sentences.append(unwritten.format(account, get_fullname(row.user), row.waiting))
			sentences.append(_("That is put right by itself as soon as the calendar can be written."))
		link = f'<a href="{site_url("/scheduling/calendars")}">{_("Open your calendars")}</a>'
		subject = _("Your calendar {0} needs your attention").format(account)
		_send(user, subject, sentences, link, (_DOCTYPE, row.name))


def _send(user: str, subject: str, sentences: Iterable[str], link: str, reference: tuple[str, str]) -> None:
	"""Queue a mail with a paragraph for each sentence, and the link.

	If the site can't send mail, for example without a mail account, the host's pages show the same. No error is raised. The
	job must go on with the calendars of other hosts.
	"""
	frappe.db.savepoint("notice")
	try:
		# The user's e-mail address. It differs from the user's name for Administrator and Guest.
		address_of = frappe.db.get_value("User", user, "email") or user
		frappe.sendmail(
			recipients=[address_of],
			subject=subject,
			message="".join(f"<p>{escape_html(sentence)}</p>" for sentence in sentences if sentence) + f"<p>{link}</p>",
			reference_doctype=reference[0],
			reference_name=reference[1],
		)
	except Exception as error:
		frappe.db.rollback(save_point="notice")
		if isinstance(error, frappe.OutgoingEmailError):
			frappe.clear_last_message()
		frappe.log_error(f"A mail about {reference[0]} {reference[1]} was not queued", frappe.get_traceback())


def _note(connection: str, field: str, now: int) -> None:
	frappe.db.set_value(_DOCTYPE, connection, field, now, update_modified=False)
