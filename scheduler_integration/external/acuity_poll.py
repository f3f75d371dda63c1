"""Fetches from Acuity the appointments that its webhooks name.

The webhook only stores that the appointment must be fetched. A job fetches it after the commit, and a scheduled job tries
again if that failed. No lock is held while Acuity answers. The outbox isn't used. Its tasks belong to bookings of this
site.
"""

from dataclasses import dataclass, field

import frappe
from frappe import _
from frappe.utils.password import get_decrypted_password

from scheduler_integration.bookings import command
from scheduler_integration.exceptions import InvalidRequest, OutsideError
from scheduler_integration.external.payloads.acuity import read_appointment
from scheduler_integration.external.record import booking_to_ask, record_external
from scheduler_integration.http.addresses import relocated
from scheduler_integration.http.client import Client, Limits
from scheduler_integration.platform.queue import queue_after_commit
from scheduler_integration.platform.transactions import apart, roll_back

JOB = "scheduler_integration.jobs.ask_acuity"
# Seconds between the first two attempts. The pauses double: 2 minutes, then 4, 8, … 128: about four hours in total.
FIRST_PAUSE = 120
ATTEMPTS = 8
_MOST = 200
_SETTINGS = "Consultant Scheduler Settings"


@command
def ask_for_appointment(consultant: str, appointment: str, now: int) -> None:
	"""Store that the appointment must be fetched, and queue the job for after the commit. `now`: epoch seconds."""
	booking = booking_to_ask(consultant, appointment)
	booking.db_set({"fetch_due_at": now, "fetch_attempts": 0, "error": None}, update_modified=False)
	queue_after_commit(JOB, "short", outside_booking=booking.name)


def ask_due(now: int) -> None:
	"""Fetch all appointments that are due at `now`. Commits after each one."""
	booking = frappe.qb.DocType("Outside Booking")
	query = frappe.qb.from_(booking).select(booking.name).where(booking.fetch_due_at <= now)
	for name in query.orderby(booking.fetch_due_at).limit(_MOST).run(pluck=True):
		with apart(f"Outside Booking {name} could not be recorded"):
			ask(name, now)


def ask(name: str, now: int) -> None:
	"""Fetch one appointment and record it. Commits. Does nothing if another job has fetched it meanwhile."""
	claimed = _claim(name, now)
	if not claimed:
		return
	try:
		row = frappe.db.get_value(
			_SETTINGS, {"consultant": claimed.consultant}, ["name", "acuity_user_id"], as_dict=True
		)
		key = row and get_decrypted_password(_SETTINGS, row.name, "webhook_signing_key", raise_exception=False)
		if not row or not row.acuity_user_id or not key:
			raise AcuityUnreachable(_("the user ID or the key is missing in the scheduler settings"), is_final=True)
		account = Account(row.acuity_user_id, key)
		change = read_appointment(fetch_appointment(account, claimed.external_id), now)
	except AcuityUnreachable as error:
		_note(name, claimed, str(error), is_final=error.is_final)
	except InvalidRequest as error:
		_note(name, claimed, f"{error.message} {', '.join(error.details)}", is_final=True)
	else:
		record_external(claimed.consultant, change, now)
		_finish(name, claimed.fetch_due_at)
	frappe.db.commit()


def _claim(name: str, now: int) -> frappe._dict | None:
	"""Move the next attempt into the future, so that no other job fetches it too. Returns None if another job does."""
	fields = ["consultant", "external_id", "fetch_due_at", "fetch_attempts"]
	row = frappe.db.get_value("Outside Booking", {"name": name}, fields, as_dict=True, for_update=True)
	if not row or not row.fetch_due_at or row.fetch_due_at > now:
		roll_back()
		return None
	row.fetch_attempts += 1
	row.fetch_due_at = now + FIRST_PAUSE * 2 ** (row.fetch_attempts - 1)
	_set(name, {"fetch_attempts": row.fetch_attempts, "fetch_due_at": row.fetch_due_at})
	frappe.db.commit()
	return row


def _finish(name: str, due_at: int) -> None:
	"""Mark the appointment as fetched, unless another webhook made it due again while Acuity answered."""
	frappe.db.set_value(
		"Outside Booking", {"name": name, "fetch_due_at": due_at}, "fetch_due_at", None, update_modified=False
	)


def _note(name: str, claimed: frappe._dict, problem: str, *, is_final: bool) -> None:
	_set(name, {"error": _("The appointment couldn't be fetched from Acuity: {0}").format(problem)})
	if is_final or claimed.fetch_attempts >= ATTEMPTS:
		_finish(name, claimed.fetch_due_at)


def _set(name: str, fields: dict) -> None:
	frappe.db.set_value("Outside Booking", name, fields, update_modified=False)


# Fetches an appointment from Acuity's API (developers.acuityscheduling.com: "appointments/:id", "Quick Start").

API = "https://acuityscheduling.com/api/v1"
# No further attempts here: the job itself tries again, with long pauses.
_LIMITS = Limits(whole=20, bytes=1024 * 1024, redirects=0, attempts=1)


@dataclass(frozen=True, slots=True)
class Account:
	"""An Acuity account. The key is left out of messages and logs."""

	user_id: str
	key: str = field(repr=False)


class AcuityUnreachable(Exception):
	"""Acuity sent no answer, or no appointment.

	The message contains no secret. `is_final`: another request would fail too.
	"""

	def __init__(self, message: str, *, is_final: bool = False):
		self.is_final = is_final
		super().__init__(message)


def fetch_appointment(account: Account, appointment: str) -> object:
	"""Return Acuity's JSON of an appointment. Raises AcuityUnreachable."""
	client = Client(auth=(account.user_id, account.key), limits=_LIMITS)
	try:
		answer = client.send("GET", relocated("acuity", f"{API}/appointments/{appointment}"))
		if answer.status == 200:
			return answer.json()
	except OutsideError as error:
		raise AcuityUnreachable(error.message) from None
	finally:
		client.close()
	raise AcuityUnreachable(f"HTTP {answer.status}", is_final=answer.status in (401, 403, 404))
