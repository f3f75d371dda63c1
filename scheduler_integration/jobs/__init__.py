"""Queued and scheduled jobs. Each has its own transaction, which Frappe commits at the end, unless it says otherwise."""

import random
from contextlib import suppress
from urllib.parse import urlencode

import frappe
from babel.dates import format_date
from frappe import _
from frappe.translate import print_language

from scheduler_integration import bookings
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.calendars.leaving import leave, left_connections
from scheduler_integration.calendars.mirror.calendar_changes import note_told, untold_changes
from scheduler_integration.calendars.notices import tell_of_change, tell_of_trouble
from scheduler_integration.calendars.push import keep_channels, was_pushed_since
from scheduler_integration.calendars.queue import claim_due, enqueue_sync, leave_soon, queue_due
from scheduler_integration.calendars.sync import sync
from scheduler_integration.catalogue.booking_links import forget_old_links
from scheduler_integration.catalogue.places import all_places
from scheduler_integration.conferencing.connect import leave as leave_account
from scheduler_integration.conferencing.notices import tell, tell_of_waiting_calls
from scheduler_integration.domains.keep import all_claims, check
from scheduler_integration.domains.names import readable
from scheduler_integration.domains.words import sentences
from scheduler_integration.engagement.retention import forget_old_engagement
from scheduler_integration.engine import local_date
from scheduler_integration.entry.your_data import new_code_for
from scheduler_integration.exceptions import OutsideError
from scheduler_integration.external import acuity_poll, record
from scheduler_integration.insights import export_files, history, page_stats
from scheduler_integration.insights.offered import store_offered
from scheduler_integration.jobs import outbox
from scheduler_integration.notifications.code_mail import forget_codes, mail_code, mail_data_code
from scheduler_integration.notifications.devices import Notification, notify
from scheduler_integration.notifications.digest import queue_digest, tell_managers, wanted_digests
from scheduler_integration.outbox.wake import keep_awake
from scheduler_integration.payments.records import forget_notices
from scheduler_integration.permissions import managers
from scheduler_integration.platform import clock
from scheduler_integration.platform.language import current_locale, language_of
from scheduler_integration.platform.queue import queue_job
from scheduler_integration.platform.transactions import apart
from scheduler_integration.privacy.requests import erase, finish_requests
from scheduler_integration.replies.mails import read_waiting
from scheduler_integration.replies.rows import forget_old as forget_old_replies
from scheduler_integration.waitlist import looks, retention

# Long enough that the start of a job, which takes up to a second of a processor, hardly counts, and short enough that
# other apps' jobs get their turn. Far below the 300 seconds after which RQ ends a job of the queue "short". Tasks that are
# committed meanwhile don't wait for the end: both jobs claim them too, before the tasks that were planned for later.
RUN_SECONDS = 45
# The same for calendars. A reading that begins within this time is ended: together far below the 300 seconds after which RQ
# ends a job of the queue "default".
READ_SECONDS = 30
NEXT_RUN = "scheduler_integration.jobs.run_due_tasks"


def run_new_tasks() -> None:
	"""Runs soon after commands were committed: the tasks of all bookings that are due. See `outbox/wake.py`."""
	is_all = outbox.run_new_tasks(clock.now, RUN_SECONDS)
	keep_awake()
	if not is_all:
		_run_the_rest()


def run_due_tasks(turn: int = 0) -> None:
	"""Runs every minute: all tasks that are due, also those of lost jobs and dead workers.

	`turn` is 1 for every other one of the runs that follow each other because much is due.
	"""
	began = clock.now()
	outbox.run_due_tasks(clock.now, RUN_SECONDS)
	keep_awake()
	if clock.now() - began >= RUN_SECONDS:
		_run_the_rest(1 - turn)


def _run_the_rest(turn: int = 0) -> None:
	"""Queue another run on the queue "long": workers take jobs from "short" first, so other apps' jobs come before it.

	While a job runs, Frappe doesn't queue another one with the same id. So two ids take turns.
	"""
	queue_job(NEXT_RUN, "long", turn=turn, job_id=f"{NEXT_RUN} {turn}", deduplicate=True)


def sync_calendars(connection: str, full: bool = False) -> None:
	"""Read the calendars of a connection. If pages are left or something changed meanwhile, queue another reading."""
	began = clock.now()
	outcome = sync(connection, began, full=full)
	if not outcome.was_read:
		return  # Another worker reads them, and will see what was pushed.
	if outcome.error is not None:
		return  # The connection says when it is tried again.
	keep_channels(connection, clock.now())
	if not outcome.is_complete or was_pushed_since(connection, began):
		enqueue_sync(connection)


def read_due_calendars() -> None:
	"""Read connections that are due, one after the other. If one fails, the others are still read."""
	began = clock.now()
	while clock.now() - began < READ_SECONDS and (connection := claim_due(clock.now())):
		with apart(f"The calendars of {connection} were not read"):
			sync_calendars(connection)


def poll_calendars() -> None:
	"""Runs every minute: queues the reading of the calendars that are due, and tells hosts what is wrong outside."""
	now = clock.now()
	queue_due(now)
	for connection in left_connections(now):
		leave_soon(connection)
	tell_of_trouble(now)
	tell_of_waiting_calls(now)
	follow_calendars(now)


def keep_waitlists() -> None:
	"""Runs every minute: ends offers of waitlists that nobody answered, and offers what is free."""
	looks.keep_waitlists(clock.now())


def follow_calendars(now: int) -> None:
	"""Tell hosts where their calendars differ from the bookings, and change a booking too if its host wants that."""
	for change in untold_changes(now):
		followed = change.acts and bookings.follow_calendar(change, now)
		tell_of_change(change, followed=followed)
		note_told(change.name, now)
		frappe.db.commit()


def leave_calendar(connection: str) -> None:
	"""Runs after somebody disconnected an account: removes its events, revokes its tokens, deletes its records."""
	leave(connection, clock.now())


def send_digests() -> None:
	"""Runs every quarter of an hour: queues the morning digests that are due. If one fails, the others are still queued."""
	now = clock.now()
	for name in wanted_digests():
		frappe.db.savepoint("digest")
		try:
			queue_digest(name, now)
		except Exception:
			frappe.db.rollback(save_point="digest")
			frappe.log_error(f"The morning digest {name} failed", frappe.get_traceback())


def release_past_slots() -> None:
	"""Runs daily: deletes the rows of Booking Slot and Booking Seat for times that are over, and old notices of payments."""
	bookings.release_before(clock.now())
	forget_notices(clock.now())


def close_past_bookings() -> None:
	"""Runs every five minutes: completes past meetings, declines past requests, cancels what nobody confirms. Commits after each."""
	now = clock.now()
	bookings.decline_unanswered_requests(now)
	bookings.complete_past_meetings(now)
	bookings.release_unconfirmed_meetings(now)
	record.complete_past(now)
	bookings.look_at_missed_payments(now)


def look_at_refunds() -> None:
	"""Runs hourly: looks for refunds that somebody made at the payment provider and that no notice told. Commits after each."""
	bookings.look_at_missed_refunds(clock.now())


def keep_page_stats() -> None:
	"""Runs every five minutes: stores how far visitors of booking pages came. Commits after each day."""
	page_stats.keep(clock.now())


def keep_daily_stats() -> None:
	"""Runs every five minutes: counts yesterday, soon after midnight, and each past day that changed since.

	Commits after each day. Once a day, the numbers of yesterday and of a random week are compared with the bookings.
	"""
	history.keep(clock.now, RUN_SECONDS)
	for day in history.check(clock.now(), random.Random()) or ():
		frappe.log_error(f"The daily stats of {day} differed from the bookings", _("They are counted again."))
		for manager in managers():
			with print_language(language_of(manager)):
				subject = _("The figures of {0} differed from the bookings").format(day)
				text = _("The day is counted again by itself. If this happens more than once, look at the Error Log.")
			tell(manager, "Scheduling Stat Day", str(day), subject, text)


def make_export(export: str) -> None:
	"""Make a large file of figures, and tell the person who asked for it. Commits after each batch of rows."""
	made = export_files.make(export, clock.now)
	if not made:
		return
	with print_language(language_of(made.user)):
		subject, text = _("Your file could not be made"), export_files.trouble(made.reason)
		if made.address:
			last = format_date(local_date(made.ends_at, timezone_of(made.user)), "long", locale=current_locale())
			subject = _("Your file is ready: {0} rows").format(made.rows)
			text = _("You can download it until {0}.").format(last)
	tell(made.user, export_files.DOCTYPE, export, subject, text, made.address or "/scheduling/insights")


def keep_exports() -> None:
	"""Runs every five minutes: deletes old files of figures, and finds those whose job died or was never queued."""
	export_files.keep(clock.now())


def ask_acuity(outside_booking: str) -> None:
	"""Ask Acuity for an appointment that its webhook named. Runs after the commit of the webhook."""
	acuity_poll.ask(outside_booking, clock.now())


def ask_schedulers() -> None:
	"""Runs every five minutes: repeats the requests that external schedulers didn't answer.

	Commits after each appointment.
	"""
	acuity_poll.ask_due(clock.now())


def forget_engagement() -> None:
	"""Runs daily: erases who clicked and booked long ago. The numbers of clicks and bookings stay."""
	forget_old_engagement(clock.now())


def forget_links() -> None:
	"""Runs daily: deletes booking links that expired long ago. Meetings that were booked with them stay."""
	forget_old_links(clock.now())


def read_mail_replies() -> None:
	"""Runs every five minutes, and after a mail came: acts on answers to invitations. Commits after each one."""
	read_waiting(clock.now())


def forget_replies() -> None:
	"""Runs daily: forgets whose replies to text messages and invitations were those of long ago."""
	forget_old_replies(clock.now())


def store_offered_time() -> None:
	"""Runs daily: stores how much time hosts offered on the days that are over. Commits after each batch of hosts."""
	store_offered(clock.now())


def send_data_code(address: str, network: str, language: str, form: str) -> None:
	"""Runs after somebody asked for their data: sends the code, if anything is held about the address."""
	if code := new_code_for(address, network, form, clock.now()):
		mail_data_code(address, code, language)


def erase_person(address: str) -> None:
	"""Runs after Frappe deleted a User at their own request: erases what this app holds about them too."""
	erase(address, clock.now())


def tell_of_left_host(user: str) -> None:
	"""Runs after a User was disabled: mails managers the meetings that somebody must decide about."""
	tell_managers(user, f"/scheduling/leaving?{urlencode({'user': user})}", clock.now())


def leave_video(name: str) -> None:
	"""Runs after the User of a Video Connection was deleted or disabled: revokes and deletes its tokens."""
	leave_account(name)


def tell_where(meeting_type: str) -> None:
	"""Runs when a meeting type without a place gets one: gives it to its coming meetings. Commits after each.

	A meeting that fails is logged, and the others go on.
	"""
	for place in all_places(frappe.get_doc("Meeting Type", meeting_type))[:1]:
		for name in bookings.without_place(meeting_type, clock.now()):
			with apart(f"Booking {name} got no place"):
				bookings.take_place(name, place, clock.now())


def finish_privacy_requests() -> None:
	"""Runs every five minutes: erases the meetings for which people's requests wait, and messages with old codes.

	Commits after each request.
	"""
	finish_requests(clock.now())
	forget_codes(clock.now())


def check_domains() -> None:
	"""Runs daily: asks the DNS about each custom domain, and tells the host if one was switched off. Commits after each."""
	for claim in all_claims():
		checked = check(claim, clock.now())
		if checked.is_lost:
			with print_language(language_of(checked.user)):
				subject = _("{0} no longer leads to your booking page").format(readable(checked.domain))
				text = " ".join(sentences(checked.status, checked.troubles, was_checked=True))
			tell(checked.user, "Scheduling Domain", checked.name, subject, text)
		frappe.db.commit()


def forget_bookings() -> None:
	"""Runs daily: erases personal data from old bookings, if Scheduler Settings say so, and those who wait no longer.

	Commits after each batch.
	"""
	bookings.forget_past_bookings(clock.now())
	retention.forget_ended_waiting(clock.now())


def send_code(address: str, code: str, language: str, assistant_wants: str = "") -> None:
	"""Runs when an attendee must confirm an address. Commits before it talks to the mail server."""
	mail_code(address, code, language, assistant_wants)


def tell_of_proposal(user: str, title: str, body: str, path: str) -> None:
	"""Runs when a host's assistant has proposed something. It isn't tried again: the assistant has the link too."""
	with suppress(OutsideError):
		notify(user, Notification(title, body, path, about=path), clock.now())
