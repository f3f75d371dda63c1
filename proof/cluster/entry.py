"""What a web server of the proof runs: Frappe's application, with a fault or a wrong clock if its environment asks for one.

PROOF_FAULT names a fault of `faults.py`. PROOF_CLOCK says how many seconds the server's clock is ahead.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta

import frappe.utils.data
from frappe.app import application as application  # what gunicorn serves

from proof.cluster.faults import FAULTS
from proof.faults import planted
from scheduler_integration.platform import clock

_planted = ExitStack()


def _set_clock(seconds: int) -> None:
	now, site_now = clock.now, frappe.utils.data.now_datetime

	def shifted() -> object:
		return site_now() + timedelta(seconds=seconds)

	clock.now = lambda: now() + seconds
	frappe.utils.now_datetime = frappe.utils.data.now_datetime = shifted


def _prepare(environment: Callable[[str, str], str]) -> None:
	if seconds := int(environment("PROOF_CLOCK", "0")):
		_set_clock(seconds)
	if name := environment("PROOF_FAULT", ""):
		_planted.enter_context(planted([fault for fault in FAULTS if fault.name == name]))


_prepare(os.environ.get)
