"""Methods for hosts and managers: list the outbox tasks of a booking, try one again, or stop it."""

from typing import Any

import frappe

from scheduler_integration.api import serialise
from scheduler_integration.api.answer import json_endpoint
from scheduler_integration.api.signed_in import signed_in
from scheduler_integration.meetings.lookup import find_for_host
from scheduler_integration.outbox import steer
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.platform import clock
from scheduler_integration.platform.jobs_run import do_jobs_run


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@json_endpoint()
def list(booking=None) -> dict[str, Any]:
	"""Return the tasks of one booking."""
	signed_in()
	return _tasks(find_for_host(parse_name(booking), "read").name)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def try_again(name=None) -> dict[str, Any]:
	"""Make a task due now that failed, waits or was skipped. Return the tasks of its booking."""
	signed_in()
	return _tasks(steer.try_again(parse_name(name), clock.now()))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@json_endpoint()
def stop(name=None) -> dict[str, Any]:
	"""Skip a task that waits or failed. Return the tasks of its booking."""
	signed_in()
	return _tasks(steer.stop(parse_name(name), clock.now()))


def _tasks(booking: str) -> dict[str, Any]:
	tasks = [serialise.outbox_task(task) for task in steer.tasks_of(booking, clock.now())]
	return {"tasks": tasks, "jobs_run": do_jobs_run()}
