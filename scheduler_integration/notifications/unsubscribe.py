"""Lets people stop messages that nobody needs to hold a meeting: follow-ups after it, a host's morning digest, a waitlist.

Confirmations, changes and reminders are no such messages. Mail programs show a button of their own for messages with the
headers of RFC 8058, and send a POST to the address in it, without cookies. The address has a token:
`<kind>.<address>.<signature>`, with the address in base64url, signed with the site's encryption key. A GET changes nothing,
because mail scanners open every link.

If somebody stops follow-ups, an HMAC of the address is kept, not the address. So the choice outlives an erasure.
"""

import base64
from dataclasses import dataclass

import frappe

from scheduler_integration.domains.links import guest_url
from scheduler_integration.exceptions import SubscriptionNotFound
from scheduler_integration.notifications.preferences import stop_digest
from scheduler_integration.platform.signing import keyed_hash, payload_of, signed

DOCTYPE = "Mail Opt Out"
FOLLOW_UPS, DIGEST, WAITLIST = "follow-ups", "digest", "waitlist"
_KINDS = (FOLLOW_UPS, DIGEST, WAITLIST)
_PURPOSE = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Subscription:
	"""Messages of one kind to one address. `page` is the Scheduling Page under whose domain the link is.

	The `address` of a WAITLIST is the name of the Waitlist Entry. Its person stops the messages by leaving the list, which is
	up to `commands.leave_waitlist`.
	"""

	kind: str
	address: str
	page: str | None = None

	@property
	def url(self) -> str:
		"""The absolute address at which the messages can be stopped."""
		payload = f"{self.kind}.{base64.urlsafe_b64encode(self.address.lower().encode()).decode()}"
		return guest_url(self.page, f"/schedule/unsubscribe/{signed(payload, _PURPOSE)}")

	def headers(self) -> dict[str, str]:
		"""Return the headers of a message that mail programs can stop (RFC 2369, RFC 8058)."""
		return {"List-Unsubscribe": f"<{self.url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}

	def stop(self) -> None:
		"""Stop the messages. Doing it twice changes nothing."""
		if self.kind == DIGEST:
			stop_digest(self.address)
		elif not self.is_stopped():
			# The person with the link isn't signed in.
			frappe.get_doc({"doctype": DOCTYPE, "person": _person(self.address)}).insert(ignore_permissions=True)

	def is_stopped(self) -> bool:
		"""Whether the follow-ups were stopped. The digest has a switch of its own."""
		return self.kind == FOLLOW_UPS and bool(frappe.db.exists(DOCTYPE, {"person": _person(self.address)}))


def subscription_of(token: str) -> Subscription:
	"""Return the subscription of a token. Raises SubscriptionNotFound if it is forged."""
	kind, _dot, address = (payload_of(token, _PURPOSE) or "").partition(".")
	if kind not in _KINDS:
		raise SubscriptionNotFound
	return Subscription(kind, base64.urlsafe_b64decode(address).decode())


def _person(address: str) -> str:
	return keyed_hash(address.lower(), "opt out")
