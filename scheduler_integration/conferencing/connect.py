"""Connects a host's account at a provider, lists the accounts, and disconnects them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.places import location_label
from scheduler_integration.catalogue.video import CALLS, CONNECTED, WITH_ACCOUNT
from scheduler_integration.conferencing.log import Entry, logged, note
from scheduler_integration.conferencing.plan import KIND, plan_again, plan_cleanup_of
from scheduler_integration.conferencing.provider import Account
from scheduler_integration.conferencing.providers import ACCOUNTS
from scheduler_integration.conferencing.records import REMOVING
from scheduler_integration.conferencing.tokens import CONNECTION
from scheduler_integration.exceptions import InvalidRequest, NotPermitted, OutsideError
from scheduler_integration.http.oauth import consent, tokens
from scheduler_integration.http.oauth.consent import Asker
from scheduler_integration.http.oauth.tokens import Holder
from scheduler_integration.http.oauth.vendors import is_set_up
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.failures import waiting_at
from scheduler_integration.outbox.wake import wake
from scheduler_integration.permissions import has_app_permission, is_manager
from scheduler_integration.platform.queue import queue_after_commit
from scheduler_integration.platform.site_address import site_url

_MOST = 500
LEAVE = "scheduler_integration.jobs.leave_video"
CALLBACK = "/api/method/scheduler_integration.api.video.callback"


@dataclass(frozen=True, slots=True)
class VideoAccount:
	"""A host's account. `status` is Connected or Reconnect Needed; `trouble` is the reason for Reconnect Needed.

	`waiting` is how many calls are still to be made or deleted there, because the account couldn't be used.
	"""

	name: str
	provider: str
	label: str
	account: str
	status: str
	is_default: bool
	trouble: str | None
	waiting: int


@dataclass(frozen=True, slots=True)
class VideoProvider:
	"""A provider. `is_set_up` says whether an administrator has entered the app's client id and secret."""

	provider: str
	label: str
	is_set_up: bool


def begin(provider: str, asker: Asker) -> str:
	"""Return the address of the provider's page. Raises InvalidRequest, NotPermitted and VendorNotSetUp."""
	_check_host()
	provider = next((name for name in ACCOUNTS if name.lower() == provider.lower()), provider)
	if provider not in ACCOUNTS:
		raise InvalidRequest(details={"provider": _("Must be one of: {0}.").format(", ".join(ACCOUNTS))})
	kind = ACCOUNTS[provider]
	return consent.begin(kind.VENDOR, kind.SCOPES, asker, site_url(CALLBACK), {"provider": provider})


def _check_host() -> None:
	if not has_app_permission():
		raise NotPermitted


def finish(params: Mapping[str, Any], asker: Asker, now: int) -> str:
	"""Store the account that the provider granted, and return the Video Connection. `now` is in epoch seconds.

	Bookings that wait for the account get their calls. Raises NotPermitted, and the errors of `consent.finish` and
	`consent.require`.
	"""
	_check_host()
	started, grant = consent.finish(params, asker, now)
	provider = started.context["provider"]
	consent.require(started.vendor, ACCOUNTS[provider].NEEDED, grant)
	entry = Entry(action="Connect", provider=provider, user=asker.user)
	account_id, account_name = logged(entry, lambda: ACCOUNTS[provider].owner_of(grant))
	# The connection of this account, new if it wasn't connected before.
	account = {"user": asker.user, "provider": provider, "account_id": account_id}
	name = frappe.db.get_value(CONNECTION, account)
	doc = frappe.get_doc(CONNECTION, name) if name else frappe.get_doc({"doctype": CONNECTION, **account})
	doc.update({"account_name": account_name, "status": CONNECTED, "error": None})
	# No role may write these fields by hand. Their values come from the provider.
	doc.save(ignore_permissions=True) if name else doc.insert(ignore_permissions=True)
	tokens.store(Holder(CONNECTION, doc.name), grant)
	replan_host(asker.user, now)
	return doc.name


def accounts(user: str, now: int) -> list[VideoAccount]:
	"""Return the user's accounts: the preferred one, then the oldest. `now` is in epoch seconds."""
	rows = frappe.get_all(
		CONNECTION,
		{"user": user},
		["name", "provider", "account_name", "status", "is_default", "error"],
		order_by="is_default desc, creation asc",
	)
	labels = {row.name: Account(row.provider, user).label for row in rows}
	waiting = waiting_at(list(labels.values()), now)
	return [
		VideoAccount(
			row.name,
			row.provider,
			location_label(row.provider) or row.provider,
			row.account_name or "",
			row.status,
			bool(row.is_default),
			row.error or None,
			waiting.get(labels[row.name], 0),
		)
		for row in rows
	]


def providers() -> list[VideoProvider]:
	"""Return the providers at which accounts can be connected."""
	return [
		VideoProvider(each, location_label(each) or each, is_set_up(kind.VENDOR)) for each, kind in ACCOUNTS.items()
	]


def prefer(name: str, user: str) -> None:
	"""Make this account the one for meeting types that name no provider. Raises NotPermitted unless it is the user's own."""
	if not frappe.db.exists(CONNECTION, {"name": name, "user": user}):
		raise NotPermitted
	for row in frappe.get_all(CONNECTION, {"user": user}, pluck="name"):
		frappe.db.set_value(CONNECTION, row, "is_default", int(row == name), update_modified=False)


def disconnect(name: str, user: str) -> None:
	"""Delete a Video Connection and its tokens, on this site and at the provider. Links that were sent still work.

	Raises NotPermitted unless it is the user's own, or the user is a manager.
	"""
	row = frappe.db.get_value(CONNECTION, name, ["user", "provider"], as_dict=True)
	if not row or (row.user != user and not is_manager(user)):
		raise NotPermitted
	_leave(name, row)


def leave(name: str) -> None:
	"""Do the same for a User who was deleted or disabled. Does nothing if the connection is gone."""
	if row := frappe.db.get_value(CONNECTION, name, ["user", "provider"], as_dict=True):
		_leave(name, row)


def _leave(name: str, row: frappe._dict) -> None:
	vendor, entry = ACCOUNTS[row.provider].VENDOR, Entry(action="Disconnect", provider=row.provider, user=row.user)
	try:
		logged(entry, lambda: tokens.revoke(vendor, Holder(CONNECTION, name)))
	except OutsideError:
		# The error is in the log. This site deletes the tokens in any case.
		frappe.clear_messages()
	forget(name)


def forget_user(user: Document, method: str | None = None) -> None:
	"""Hook for a User who is deleted or disabled: a job revokes and deletes the user's tokens."""
	if method == "on_update" and user.enabled:
		return
	for name in frappe.get_all(CONNECTION, {"user": user.name}, pluck="name"):
		queue_after_commit(LEAVE, "default", name=name)


def forget(name: str) -> None:
	"""Delete a Video Connection with its tokens."""
	tokens.forget(Holder(CONNECTION, name))
	# Permissions are ignored: a notice from Zoom may ask for this, and then no user is signed in.
	frappe.delete_doc(CONNECTION, name, ignore_permissions=True, force=True, delete_permanently=True)


def note_deauthorisation(provider: str, user: str) -> None:
	"""Note in the log that the host removed the app at the provider."""
	note(Entry(action="Disconnect", provider=provider, user=user), "Success")


def replan_host(user: str, now: int) -> None:
	"""Plan the calls and the deletions that wait for an account of this host. `now` is in epoch seconds."""
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(booking).select(booking.name).where((booking.host == user) & (booking.ends_at > now))
	query = query.where((booking.status == "Scheduled") & booking.location_type.isin(CALLS))
	for name in query.where(booking.video_status.isin(["Waiting", "Failed"])).limit(_MOST).run(pluck=True):
		plan_again(name, now)
	for name in frappe.get_all("Video Meeting", {"user": user, "status": REMOVING}, pluck="booking", limit=_MOST):
		if frappe.db.exists("Booking", name):
			plan_cleanup_of(name, user, now, now)
	outages.ask_soon(KIND, [Account(provider, user).label for provider in WITH_ACCOUNT], now)
	wake()
