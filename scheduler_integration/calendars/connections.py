"""Shows hosts their connected calendars, and changes them."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.busy_times import Distrust, distrust, stale_seconds
from scheduler_integration.calendars import listing
from scheduler_integration.calendars.accounts import account_of, load_account, secret
from scheduler_integration.calendars.addresses import checked_address, refused_sentence
from scheduler_integration.calendars.mirror.plan import ask_soon
from scheduler_integration.calendars.provider import Account, ProviderCalendar, ProviderKind
from scheduler_integration.calendars.providers.registry import PROVIDERS, open_account
from scheduler_integration.calendars.queue import leave_soon, sync_soon
from scheduler_integration.exceptions import (
	AccessRevoked,
	AddressRefused,
	ConnectionNotFound,
	InvalidRequest,
	OutsideError,
)
from scheduler_integration.outbox.failures import waiting_at
from scheduler_integration.parsing.calendar_fields import AddressForm
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.records import record

_DOCTYPE = "Calendar Connection"
_ROW = "Connected Calendar"
SWITCHES = ("ignore_tentative", "ignore_focus_time", "invites", "delete_cancels", "move_reschedules")
_FIELDS = [
	"name", "user", "provider", "account_name", "status", "is_active", "last_error", "sync_error_count",
	"when_unreadable", *SWITCHES,
]  # fmt: skip
_ROW_FIELDS = [
	"name", "parent", "calendar_name", "calendar_id", "check_conflicts", "write_bookings", "can_write", "state",
	"synced_at", "unreadable", "shadow",
]  # fmt: skip
CLOSE, OFFER = "Close my times", "Offer my times all the same"


@dataclass(frozen=True, slots=True)
class CalendarChoice:
	"""A calendar of an account. `is_read`: its busy times count. `is_written`: bookings go there."""

	name: str
	title: str
	is_read: bool
	is_written: bool
	can_write: bool
	is_gone: bool
	unreadable: int

	@property
	def is_used(self) -> bool:
		return self.is_read or self.is_written


@dataclass(frozen=True, slots=True)
class ConnectionSummary:
	"""A connected account. `distrust` is why its calendars aren't trusted now. Instants are epoch seconds.

	`last_read`: all calendars were read then or later. `error` is the sentence of the last error. `unwritten` is how many
	changes of meetings aren't in the calendar yet. `being_read` are calendars that are being read as a whole.
	"""

	name: str
	user: str
	provider: str
	account: str
	status: str
	is_active: bool
	distrust: Distrust | None
	last_read: int | None
	error: str | None
	error_count: int
	unwritten: int
	closes: bool
	switches: dict[str, bool]
	calendars: tuple[CalendarChoice, ...]
	being_read: tuple[CalendarChoice, ...]

	@property
	def kind(self) -> ProviderKind:
		"""The provider's abilities."""
		return PROVIDERS[self.provider]

	@property
	def is_new(self) -> bool:
		"""Whether it is being read for the first time at this moment, which is no trouble."""
		return self.is_active and self.distrust is Distrust.UNREAD and not self.error_count


def connections_of(user: str | None, now: int) -> list[ConnectionSummary]:
	"""Return the user's connections. With None, for managers: everybody's, connections with an error first."""
	filters = {"leaving": ("is", "not set"), **({"user": user} if user else {})}
	rows = frappe.get_all(_DOCTYPE, filters, _FIELDS, order_by="creation asc")
	calendars: dict[str, list[frappe._dict]] = {row.name: [] for row in rows}
	for calendar in frappe.get_all(_ROW, {"parent": ("in", list(calendars))}, _ROW_FIELDS, order_by="idx asc"):
		calendars[calendar.parent].append(calendar)
	waiting = waiting_at(list(calendars), now)
	summaries = [_summary(row, calendars[row.name], waiting.get(row.name, 0), now) for row in rows]
	return (
		summaries if user else sorted(summaries, key=lambda each: (each.distrust is None, -each.error_count, each.user))
	)


def connect_by_address(user: str, form: AddressForm) -> str:
	"""Connect an account with its app password or a feed by its address, and return the name of the connection.

	If the user has a connection of this account already, that one is connected again: its meetings are in the calendar.

	The server is asked at once, so that the form can show a wrong address or password. Raises InvalidRequest, and
	NotPermitted if the user may not have connections.
	"""
	frappe.has_permission(_DOCTYPE, "create", user=user, throw=True)
	form = replace(form, address=checked_address(form.address))
	unset = ["is", "not set"]
	same = {"user": user, "provider": form.provider, "login": form.login or unset, "leaving": unset}
	for name in frappe.get_all(_DOCTYPE, same, pluck="name"):
		if secret(name, "address") == form.address:
			reconnect(name, user, form.password, form.address)
			return name
	calendars = _calendars_at(account_of(user, form))
	doc = frappe.get_doc({"doctype": _DOCTYPE, "user": user, **asdict(form)}).insert()
	listing.store_calendars(doc.name, calendars)
	return doc.name


def reconnect(name: str, user: str, password: str, address: str = "") -> None:
	"""Give an account its new app password, or a feed its new address, and try it at once. Raises InvalidRequest."""
	_check_own(name, user)
	given = {"password": password, "address": checked_address(address) if address else ""}
	given = {field: text for field, text in given.items() if text}
	calendars = _calendars_at(replace(load_account(name), **given))
	doc = _own(name, user)
	doc.update(given).save()
	listing.store_calendars(doc.name, calendars)


def update(
	name: str,
	user: str,
	*,
	read: Collection[str] | None = None,
	written: str | None = None,
	switches: dict[str, bool] | None = None,
	closes: bool | None = None,
) -> None:
	"""Change a connection: which calendars are read, which one is written ('' for none), and the switches.

	None leaves a setting as it is. Raises ConnectionNotFound and InvalidRequest.
	"""
	doc = _own(name, user)
	for row in doc.calendars:
		if read is not None:
			row.check_conflicts = int(row.name in read)
		if written is not None:
			row.write_bookings = int(row.name == written)
	doc.update({field: int(value) for field, value in (switches or {}).items() if field in SWITCHES})
	if closes is not None:
		doc.when_unreadable = CLOSE if closes else OFFER
	doc.save()


def sync_now(name: str, user: str, now: int, *, full: bool = False) -> None:
	"""Queue a reading of the connection's calendars, and the events that wait. Raises ConnectionNotFound.

	With `full` everything is read again, and not only what has changed since the last time.
	"""
	connection = _own(name, user).name
	sync_soon(connection, full=full)
	ask_soon(connection, now)


def disconnect(name: str, user: str, *, keeps_events: bool) -> None:
	"""Disconnect an account: its busy times are deleted at once, and a job revokes its tokens.

	`keeps_events`: the events that were written stay in the calendar. Raises ConnectionNotFound.
	"""
	doc = _own(name, user)
	frappe.db.set_value(
		_DOCTYPE,
		doc.name,
		{
			"is_active": 0,
			"leaving": "Keep events" if keeps_events else "Delete events",
			# From now on, these count the attempts to delete the events.
			"failing_since": None,
			"sync_error_count": 0,
			"next_sync_at": 0,
		},
	)
	leave_soon(doc.name)


def _own(name: str, user: str) -> Document:
	"""Return the connection, locked, if it is the user's or the user is a manager."""
	_check_own(name, user)
	return frappe.get_doc(_DOCTYPE, name, for_update=True)


def _check_own(name: str, user: str) -> None:
	row = frappe.db.get_value(_DOCTYPE, {"name": name}, ["user", "leaving"], as_dict=True)
	if not row or row.leaving or (row.user != user and not is_manager(user)):
		raise ConnectionNotFound


def _calendars_at(account: Account) -> list[ProviderCalendar]:
	"""Ask the server which calendars there are. If it refuses, the form shows a sentence beside the field.

	Nothing is locked meanwhile, because nothing has been written yet. The transaction is ended first, so that later reads
	show the state after the answer.
	"""
	frappe.db.commit()
	provider = open_account(account)
	try:
		calendars = provider.calendars()
	except AccessRevoked:
		if PROVIDERS[account.provider].access == "password":
			refused = {"password": _("The server refuses this user name or password. Make a new app password there.")}
		else:
			refused = {"address": _("The server refuses access to this address. Copy the calendar's address again.")}
		raise InvalidRequest(details=refused) from None
	except OutsideError as error:
		if error.code in ("UNEXPECTED_ANSWER", "CALENDAR_GONE"):
			no_calendar = _("There is no calendar at this address.")
		elif error.code == "UNREACHABLE":
			no_calendar = _("This server can't be reached. Check the address.")
		else:
			no_calendar = refused_sentence(error) if isinstance(error, AddressRefused) else error.message
		raise InvalidRequest(details={"address": no_calendar}) from None
	finally:
		provider.close()
	if not calendars:
		raise InvalidRequest(details={"address": _("There is no calendar at this address.")})
	return calendars


def _summary(doc: frappe._dict, calendars: list[frappe._dict], unwritten: int, now: int) -> ConnectionSummary:
	chosen = [*filter(listing.is_used, calendars)]
	reasons = [distrust(doc.status, row.state, row.synced_at, now, stale_seconds()) for row in chosen]
	if not calendars and doc.status == "New":
		reasons = [Distrust.UNREAD]
	return record(
		ConnectionSummary,
		doc,
		account=doc.account_name or doc.provider,
		distrust=next(filter(None, reasons), None),
		last_read=min((row.synced_at or 0 for row in chosen), default=0) or None,
		error=doc.last_error or None,
		error_count=doc.sync_error_count or 0,
		unwritten=unwritten,
		closes=doc.when_unreadable != OFFER,
		switches={field: bool(doc.get(field)) for field in SWITCHES},
		calendars=tuple(_choice(row) for row in calendars),
		being_read=tuple(_choice(row) for row in chosen if row.shadow and doc.is_active and not doc.sync_error_count),
	)


def _choice(row: frappe._dict) -> CalendarChoice:
	return record(
		CalendarChoice,
		row,
		title=row.calendar_name or row.calendar_id,
		is_read=bool(row.check_conflicts),
		is_written=bool(row.write_bookings),
		is_gone=row.state == "Gone",
	)
