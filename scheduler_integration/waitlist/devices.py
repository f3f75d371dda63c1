"""The devices on which somebody who waits is told of offers, by web push. They belong to the entry, and are forgotten with it."""

from __future__ import annotations

from scheduler_integration.exceptions import WaitlistOver
from scheduler_integration.parsing.device import Subscription
from scheduler_integration.platform.records import picked
from scheduler_integration.waitlist import records
from scheduler_integration.waitlist.links import find_entry

# With another one, the oldest is forgotten.
MOST = 3


def add_device(token: str, device: Subscription) -> None:
	"""Let the device show the offers to the entry of this token. Raises WaitlistEntryNotFound and WaitlistOver."""
	entry = find_entry(token, for_update=True)
	if entry.status != records.WAITING:
		raise WaitlistOver
	keys = picked(device, "endpoint", "p256dh", "auth")
	others = [each for each in entry.devices if each["endpoint"] != device.endpoint]
	records.keep_devices(entry.name, [*others, keys][-MOST:])


def forget_device(token: str, endpoint: str) -> None:
	"""Send nothing to the device any more. Raises WaitlistEntryNotFound."""
	entry = find_entry(token, for_update=True)
	records.keep_devices(entry.name, [each for each in entry.devices if each["endpoint"] != endpoint])
