"""Methods that external schedulers and gateways for text messages call. `?settings=` names the consultant's settings, whose key signs the body.

The arguments that Frappe reads from the body are ignored. Only the raw body was signed.
"""

from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from scheduler_integration.api.door import Who, door
from scheduler_integration.entry import webhooks
from scheduler_integration.entry.limits import REQUESTS
from scheduler_integration.entry.payments import take_stripe_notice
from scheduler_integration.entry.text_replies import take_text
from scheduler_integration.external.acuity_poll import ask_for_appointment
from scheduler_integration.external.payloads import acuity as from_acuity
from scheduler_integration.external.payloads import calendly as from_calendly
from scheduler_integration.external.payloads import generic as from_custom
from scheduler_integration.external.payloads import oncehub as from_oncehub
from scheduler_integration.external.payloads.change import ExternalChange
from scheduler_integration.platform import clock


@door("POST", who=Who.SENDERS, limit=REQUESTS)
def calendly(**_arguments: Any) -> dict[str, bool]:
	"""Take a webhook of Calendly."""
	return _take(from_calendly.PROVIDER, "Calendly-Webhook-Signature", "v1", from_calendly.read_calendly)


@door("POST", who=Who.SENDERS, limit=REQUESTS)
def oncehub(**_arguments: Any) -> dict[str, bool]:
	"""Take a webhook of OnceHub, formerly ScheduleOnce."""
	return _take(from_oncehub.PROVIDER, "Oncehub-Signature", "s", from_oncehub.read_oncehub)


@door("POST", who=Who.SENDERS, limit=REQUESTS)
def custom(**_arguments: Any) -> dict[str, bool]:
	"""Take the app's own webhook, for any other scheduler."""
	return _take(from_custom.PROVIDER, "X-Scheduler-Signature", "v1", from_custom.read_generic)


@door("POST", who=Who.SENDERS, limit=REQUESTS)
def acuity(**_arguments: Any) -> dict[str, bool]:
	"""Take a webhook of Acuity. The appointment itself is asked from Acuity by a job."""
	now = clock.now()
	sender, form = webhooks.signed_by_acuity(from_acuity.PROVIDER)
	appointment = from_acuity.changed_appointment(form)
	if appointment:
		ask_for_appointment(sender.consultant, appointment, now)
	return {"taken": bool(appointment)}


@door("POST", who=Who.SENDERS, limit=REQUESTS)
def stripe(**_arguments: Any) -> dict[str, bool]:
	"""Take a notice of Stripe about a payment. A job asks Stripe what has become of it."""
	return {"taken": take_stripe_notice()}


@door("POST", who=Who.SENDERS)
def sms(**_arguments: Any) -> Response | dict[str, bool]:
	"""Take an attendee's reply to a text message from the gateway. See `entry/text_replies.py`."""
	return take_text(clock.now())


def _take(provider: str, header: str, field: str, read: Callable[[object], ExternalChange | None]) -> dict[str, bool]:
	"""Verify the signature, which is `field` of the header, and record the change in the body.

	A webhook about something else is accepted and ignored. After an error, the scheduler would send it again.
	"""
	now = clock.now()
	sender, body = webhooks.signed_by_time(provider, header, field, now)
	change = read(body)
	if change:
		webhooks.record(sender, change, now)
	return {"taken": bool(change)}
