"""The choices of a host: a private link to the calendar feed, the morning digest, hints. Host Preferences keeps them.

The link's token is `<record>.<signature>`, as in a manage link. A new `feed_key` makes earlier links invalid.
"""

import hmac
from dataclasses import dataclass

import frappe
from frappe.model.document import Document

from scheduler_integration.exceptions import FeedNotFound
from scheduler_integration.meetings.tokens import new_manage_key, signature, split_token
from scheduler_integration.platform.site_address import site_url

_PATH = "/api/method/scheduler_integration.api.public.host_calendar"


@dataclass(frozen=True, slots=True)
class Preferences:
	"""`feed_url` is the address of the host's calendar feed, None if the host has no link.

	`hides_setup`: the host has dismissed the list of what is left to set up. `has_tested`: the host has booked a test.
	"""

	feed_url: str | None = None
	morning_digest: bool = False
	hides_setup: bool = False
	has_tested: bool = False


def preferences_of(user: str) -> Preferences:
	"""Return the user's choices, or the defaults."""
	fields = ["name", "feed_key", "morning_digest", "hides_setup", "has_tested"]
	row = frappe.db.get_value("Host Preferences", {"user": user}, fields, as_dict=True)
	if not row:
		return Preferences()
	token = f"{row.name}.{signature(row.name, row.feed_key)}" if row.feed_key else None
	return Preferences(
		token and site_url(f"{_PATH}?token={token}"),
		bool(row.morning_digest),
		bool(row.hides_setup),
		bool(row.has_tested),
	)


def renew_feed(user: str) -> None:
	"""Give the user a new link. The earlier one becomes invalid."""
	_change(user, feed_key=new_manage_key())


def stop_feed(user: str) -> None:
	"""Make the user's link invalid."""
	_change(user, feed_key=None)


def choose_digest(user: str, is_wanted: bool) -> None:
	"""Turn the user's morning digest on or off."""
	_change(user, morning_digest=int(is_wanted))


def hide_setup(user: str) -> None:
	"""Hide the list of what the user has left to set up."""
	_change(user, hides_setup=1)


def note_test(user: str) -> None:
	"""Note that the user has booked a test, which keeps nothing itself."""
	if not preferences_of(user).has_tested:
		_change(user, has_tested=1)


def stop_digest(address: str) -> None:
	"""Turn off the morning digest that goes to this address. A person who has its link needn't be signed in."""
	for user in frappe.get_all("User", {"email": address}, pluck="name"):
		frappe.db.set_value("Host Preferences", {"user": user}, "morning_digest", 0)


def feed_owner(token: str) -> str:
	"""Return the user whose feed the token opens. Raises FeedNotFound if it opens none, or the user is disabled."""
	name, signed = split_token(token)
	row = name and frappe.db.get_value("Host Preferences", name, ["user", "feed_key"], as_dict=True)
	if not row or not row.feed_key or not hmac.compare_digest(signed, signature(name, row.feed_key)):
		raise FeedNotFound
	if not frappe.db.get_value("User", row.user, "enabled"):
		raise FeedNotFound
	return row.user


def _change(user: str, **fields: object) -> None:
	"""Change the user's record with the permissions of the signed-in user. A missing record is created."""
	name = frappe.db.get_value("Host Preferences", {"user": user})
	record: Document = (
		frappe.get_doc("Host Preferences", name, for_update=True) if name else frappe.new_doc("Host Preferences")
	)
	record.update({"user": user, **fields})
	record.save() if name else record.insert()
