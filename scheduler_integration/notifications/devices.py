"""The devices of hosts that show notifications: web push (RFC 8030, 8291 and 8292).

A host turns notifications on in a browser. The browser returns the address of its maker's push service and two keys, and
a record `Host Device` keeps them. Notifications are encrypted with these keys, so the push service can't read them.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

import frappe
import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from frappe.model.document import Document

from scheduler_integration.exceptions import AddressRefused, OutsideError, UnexpectedAnswer
from scheduler_integration.http.addresses import site_guard
from scheduler_integration.http.client import Client, Limits
from scheduler_integration.parsing.device import Subscription
from scheduler_integration.platform.records import picked
from scheduler_integration.platform.signing import keyed_hash
from scheduler_integration.platform.site_address import site_url

_DOCTYPE = "Host Device"
_CACHE = "scheduling_users_with_devices"
# A host's devices. With another one, the oldest is forgotten.
_MOST = 10
# Seconds for which a push service keeps a notification for a device that is switched off, and those of a signature.
_KEPT, _SIGNED_FOR = 12 * 3600, 6 * 3600
# Push services take 4,096 bytes, encryption included.
_LONGEST_TEXT = 900
# A device whose notifications were turned off in the browser (RFC 8030, 7.3).
_GONE = (404, 410)
# The number of the private keys of the curve P-256 (FIPS 186-4, D.1.2.3).
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class Notification:
	"""A notification on a device. `path` opens on a tap. It replaces an earlier one with the same `about`."""

	title: str
	body: str
	path: str
	about: str

	def payload(self) -> bytes:
		shown = {"title": self.title[:120], "body": self.body[:_LONGEST_TEXT], "path": self.path, "about": self.about}
		return json.dumps(shown, ensure_ascii=False).encode()


def public_key() -> str:
	"""Return the site's public key for push services, base64url. It stays the same while the site has its encryption key."""
	point = _private_key().public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
	return base64.urlsafe_b64encode(point).decode().rstrip("=")


def add_device(user: str, subscription: Subscription) -> None:
	"""Let the device show the user's notifications. One that another user had before changes its owner."""
	_delete({"name": _name(subscription.endpoint)})
	devices = _devices(user)
	for old in devices[: max(0, len(devices) - _MOST + 1)]:
		_delete({"name": old.name})
	keys = picked(subscription, "endpoint", "p256dh", "auth")
	device = frappe.get_doc({"doctype": _DOCTYPE, "user": user, **keys})
	# Nobody writes these records by hand, not even their owner. The same device may be added twice at the same moment.
	device.insert(ignore_permissions=True, ignore_if_duplicate=True, set_name=_name(subscription.endpoint))
	_forget_cache()


def forget_device(endpoint: str, user: str) -> None:
	"""Send nothing to this device of the user any more."""
	_delete({"name": _name(endpoint), "user": user})


def is_device_of(endpoint: str, user: str) -> bool:
	"""Whether the device shows the user's notifications."""
	return bool(frappe.db.exists(_DOCTYPE, {"name": _name(endpoint), "user": user}))


def has_devices(user: str) -> bool:
	"""Whether one of the user's devices shows notifications. Costs no statement."""
	return user in frappe.cache.get_value(_CACHE, _users)


def notify(user: str, notification: Notification, now: int) -> int:
	"""Send the notification to the user's devices, and return how many took it. `now` is in epoch seconds.

	Devices that don't exist any more are forgotten. Raises OutsideError if there are others and none of them could be reached.
	"""
	devices = [Subscription(each.endpoint, each.p256dh, each.auth) for each in _devices(user)]
	return notify_each(devices, notification, now, lambda gone: forget_device(gone.endpoint, user))


def notify_each(
	devices: Iterable[Subscription], notification: Notification, now: int, forget: Callable[[Subscription], None]
) -> int:
	"""Do the same for these devices. `forget` is called with each that doesn't exist any more."""
	reached, trouble = 0, None
	client = Client(guard=site_guard(), limits=Limits(read=10, whole=15, attempts=1))
	try:
		for device in devices:
			try:
				is_there = _send(client, device, notification, now)
			except OutsideError as error:
				trouble = error
				continue
			reached += is_there
			if not is_there:
				forget(device)
	finally:
		client.close()
	if trouble and not reached:
		raise trouble
	return reached


def forget_user(user: Document, method: str | None = None) -> None:
	"""Hook for a User who is deleted or disabled: nothing is sent to their devices any more."""
	if method != "on_update" or not user.enabled:
		_delete({"user": user.name})


def _send(client: Client, device: Subscription, notification: Notification, now: int) -> bool:
	"""Send it, and return whether the device exists."""
	body = http_ece.encrypt(
		notification.payload(),
		private_key=ec.generate_private_key(ec.SECP256R1()),
		dh=_bytes(device.p256dh),
		auth_secret=_bytes(device.auth),
		version="aes128gcm",
	)
	parts = urlsplit(device.endpoint)
	# The push service may write to this contact about the site (RFC 8292, 2.1). Apple takes no address without https.
	site = urlsplit(site_url())
	contact = f"https://{site.netloc}" if site.scheme == "https" else f"mailto:postmaster@{site.hostname}"
	claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now + _SIGNED_FOR, "sub": contact}
	token = jwt.encode(claims, _private_key(), algorithm="ES256")
	headers = {
		"Authorization": f"vapid t={token}, k={public_key()}",
		"Content-Encoding": "aes128gcm",
		"Content-Type": "application/octet-stream",
		"TTL": str(_KEPT),
		"Urgency": "high",
		"Topic": keyed_hash("push topic", notification.about)[:32],
	}
	try:
		answer = client.send("POST", device.endpoint, body=body, headers=headers, redirect_methods=())
	except AddressRefused:
		return False
	if answer.status in _GONE:
		return False
	if not 200 <= answer.status < 300:
		raise UnexpectedAnswer(answer.status, host=answer.host)
	return True


def _private_key() -> ec.EllipticCurvePrivateKey:
	"""Return the site's key, which is derived from its encryption key. So nobody has to make, store or guard another one."""
	return ec.derive_private_key(int(keyed_hash("push key"), 16) % (_ORDER - 1) + 1, ec.SECP256R1())


def _devices(user: str) -> list[Document]:
	"""Return the user's devices, the oldest first."""
	fields = ["name", "endpoint", "p256dh", "auth"]
	return frappe.get_all(_DOCTYPE, {"user": user}, fields, order_by="creation asc")


def _users() -> list[str]:
	return sorted(set(frappe.get_all(_DOCTYPE, pluck="user")))


def _delete(filters: dict[str, str]) -> None:
	frappe.db.delete(_DOCTYPE, filters)
	_forget_cache()


def _forget_cache() -> None:
	frappe.cache.delete_value(_CACHE)
	frappe.db.after_commit.add(lambda: frappe.cache.delete_value(_CACHE))


def _name(endpoint: str) -> str:
	"""Return the name of the device's record. Addresses are too long for a unique index."""
	return hashlib.sha256(endpoint.encode()).hexdigest()[:32]


def _bytes(text: str) -> bytes:
	return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
