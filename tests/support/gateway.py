"""A gateway for text messages, or another receiver of requests, that stands in for the real one."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from werkzeug.wrappers import Response

from tests.support.wsgi import serving


class Receiver:
	"""Keeps what it is sent, and answers with `answers` in turn, by default with 200.

	It doesn't answer the next `silent` requests before the test ends.
	"""

	def __init__(self):
		self.requests, self.answers = [], []
		self.silent, self.over = 0, threading.Event()

	def __call__(self, request):
		request.get_data()
		if self.silent:
			self.silent -= 1
			self.over.wait(30)
		self.requests.append(request)
		return self.answers.pop(0) if self.answers else Response("OK")


@contextmanager
def receiving() -> Iterator[tuple[Receiver, str]]:
	receiver = Receiver()
	with serving(receiver) as url:
		try:
			yield receiver, url
		finally:
			receiver.over.set()


def use_gateway(url: str) -> None:
	"""Let the site send its text messages through the gateway at this address. The caller commits."""
	settings = frappe.get_doc("SMS Settings")
	settings.update(
		{
			"sms_gateway_url": f"{url}/send",
			"message_parameter": "text",
			"receiver_parameter": "to",
			"use_post": 1,
			"parameters": [
				{"parameter": "X-Key", "value": "k3y", "header": 1},
				{"parameter": "from", "value": "Us"},
			],
		}
	)
	settings.flags.ignore_mandatory = True
	settings.save()
	frappe.db.set_single_value("Scheduler Settings", "sms_enabled", 1)
