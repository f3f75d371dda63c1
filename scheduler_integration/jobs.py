"""Queued and scheduled jobs. Each has its own transaction, which Frappe commits at the end, unless it says otherwise."""

from scheduler_integration import bookings, clock
from scheduler_integration.engagement.retention import forget_old_engagement
from scheduler_integration.outbox.awake import keep_awake

# A little less than a minute, after which the next run begins.
RUN_SECONDS = 45


def run_tasks_of(booking: str) -> None:
	"""Runs after the commit of a command: what it planned for the booking and is due now."""
	bookings.run_tasks_of(booking, clock.now)
	keep_awake()


def run_due_tasks() -> None:
	"""Runs every minute: all tasks that are due, those of lost jobs and dead workers too."""
	bookings.run_due_tasks(clock.now, RUN_SECONDS)
	keep_awake()


def release_past_slots() -> None:
	"""Runs daily: deletes the rows of Booking Slot and Booking Seat for times that are over."""
	bookings.release_before(clock.now())


def close_past_bookings() -> None:
	"""Runs every five minutes: completes meetings and declines requests whose time has passed. Commits after each one."""
	now = clock.now()
	bookings.decline_unanswered_requests(now)
	bookings.complete_past_meetings(now)
	bookings.complete_past_outside_bookings(now)


def ask_acuity(outside_booking: str) -> None:
	"""Ask Acuity for an appointment that its webhook named. Runs after the commit of the webhook."""
	bookings.ask(outside_booking, clock.now())


def ask_schedulers() -> None:
	"""Runs every five minutes: asks external schedulers again that didn't answer. Commits after each appointment."""
	bookings.ask_due(clock.now())


def forget_engagement() -> None:
	"""Runs daily: forgets who clicked and booked long ago. The numbers stay."""
	forget_old_engagement(clock.now())
