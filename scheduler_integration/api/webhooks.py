"""Methods that external schedulers call. `?settings=` names the consultant's settings, whose key signs the body.

The arguments that Frappe reads from the body are ignored: what counts is the raw body that was signed.
"""

from collections.abc import Callable
from typing import Any

import frappe

from scheduler_integration import bookings, clock
from scheduler_integration.api.answer import json_endpoint
from scheduler_integration.doors import webhooks
from scheduler_integration.doors.limits import REQUESTS, limited
from scheduler_integration.parsing.outside.acuity import PROVIDER as ACUITY
from scheduler_integration.parsing.outside.acuity import changed_appointment
from scheduler_integration.parsing.outside.calendly import PROVIDER as CALENDLY
from scheduler_integration.parsing.outside.calendly import read_calendly
from scheduler_integration.parsing.outside.change import OutsideChange
from scheduler_integration.parsing.outside.generic import PROVIDER as CUSTOM
from scheduler_integration.parsing.outside.generic import read_generic
from scheduler_integration.parsing.outside.oncehub import PROVIDER as ONCEHUB
from scheduler_integration.parsing.outside.oncehub import read_oncehub


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
@limited(REQUESTS)
def calendly(**_arguments) -> dict[str, Any]:
	"""Take a webhook of Calendly."""
	return _take(CALENDLY, "Calendly-Webhook-Signature", "v1", read_calendly)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
@limited(REQUESTS)
def oncehub(**_arguments) -> dict[str, Any]:
	"""Take a webhook of OnceHub, formerly ScheduleOnce."""
	return _take(ONCEHUB, "Oncehub-Signature", "s", read_oncehub)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
@limited(REQUESTS)
def custom(**_arguments) -> dict[str, Any]:
	"""Take the app's own webhook, for any other scheduler."""
	return _take(CUSTOM, "X-Scheduler-Signature", "v1", read_generic)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
@limited(REQUESTS)
def acuity(**_arguments) -> dict[str, Any]:
	"""Take a webhook of Acuity. The appointment itself is asked from Acuity by a job."""
	now = clock.now()
	sender, form = webhooks.signed_by_acuity(ACUITY)
	appointment = changed_appointment(form)
	if appointment:
		bookings.retried(lambda: bookings.ask_for_appointment(sender.consultant, appointment, now))
	return {"taken": bool(appointment)}


def _take(provider: str, header: str, field: str, read: Callable[[object], OutsideChange | None]) -> dict[str, Any]:
	"""Record the change. A webhook about something else is taken and ignored: an error would make it come again."""
	now = clock.now()
	sender, body = webhooks.signed_by_time(provider, header, field, now)
	change = read(body)
	if change:
		webhooks.record(sender, change, now)
	return {"taken": bool(change)}
