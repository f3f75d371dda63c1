"""Time-outs, caps, retries, redirects and logs of the HTTP client."""

import gzip
import logging
import socket
import threading
import time
from contextlib import contextmanager

import frappe
import pytest

from scheduler_integration.exceptions import AnswerTooLarge, TooManyRequests, UnexpectedAnswer, Unreachable
from scheduler_integration.http.client import Budget, Client, Limits
from scheduler_integration.http.masking import masked
from scheduler_integration.http.waiting import backoff, retry_after
from tests.support.wsgi import Response, serving


class Scripted:
	"""Answers with the responses in turn, and with the last one from then on."""

	def __init__(self, *responses):
		self.responses, self.requests = list(responses), []

	def __call__(self, request):
		self.requests.append((request.method, request.path, request.get_data()))
		return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]


@pytest.fixture(autouse=True)
def waits(monkeypatch):
	"""The seconds that clients wait before they ask again. The tests don't wait."""
	seen = []
	monkeypatch.setattr("scheduler_integration.http.client.sleep", seen.append)
	return seen


def test_a_server_that_fails_for_a_moment_is_asked_again(waits):
	script = Scripted(Response(status=502), Response(status=503, headers={"Retry-After": "2"}), Response("fine"))
	with serving(script) as url:
		assert Client().send("GET", url).text == "fine"
	assert len(waits) == 2
	assert 0 <= waits[0] <= 0.5
	assert 2 <= waits[1] <= 3


def test_a_long_wait_is_the_callers_matter(waits):
	script = Scripted(Response(status=429, headers={"Retry-After": "120"}))
	with serving(script) as url, pytest.raises(TooManyRequests) as raised:
		Client().send("GET", url)
	assert raised.value.after == 120
	assert waits == []


def test_a_post_is_sent_once():
	script = Scripted(Response(status=502), Response("created twice"))
	with serving(script) as url, pytest.raises(Unreachable):
		Client().send("POST", url, json={"title": "Meeting"})
	assert len(script.requests) == 1


def test_nothing_is_tried_after_the_budget():
	ticks = iter([0, 0, 59.9, 59.9, 59.9, 61])
	budget = Budget(60, clock=lambda: next(ticks, 61))
	with serving(Scripted(Response(status=502))) as url, pytest.raises(Unreachable):
		Client(budget=budget).send("GET", url)


def test_bytes_are_counted_after_decompression():
	bomb = Response(gzip.compress(b"0" * 20_000_000), headers={"Content-Encoding": "gzip"})
	with serving(Scripted(bomb)) as url, pytest.raises(AnswerTooLarge):
		Client(limits=Limits(bytes=1_000_000)).send("GET", url)


def test_a_server_that_drips_is_cut():
	"""Each byte comes in time, but the whole answer takes too long."""
	with dripping() as url:
		began = time.monotonic()
		with pytest.raises(Unreachable):
			Client(limits=Limits(read=5, whole=0.3, attempts=1)).send("GET", url)
		assert time.monotonic() - began < 3


def test_no_answer_is_unreachable():
	with socket.create_server(("127.0.0.1", 0)) as free:
		port = free.getsockname()[1]
	with pytest.raises(Unreachable) as raised:
		Client().send("GET", f"http://127.0.0.1:{port}/secret-path")
	assert "secret-path" not in repr(raised.value)
	assert raised.value.__cause__ is None


def test_redirects_keep_the_method_of_webdav():
	def application(request):
		if request.path == "/":
			return Response(status=301, headers={"Location": "/dav/"})
		return Response(f"{request.method} {request.get_data(as_text=True)}", status=207)

	with serving(application) as url:
		answer = Client().send("PROPFIND", url + "/", body="<propfind/>", headers={"Depth": "0"})
	assert (answer.status, answer.text) == (207, "PROPFIND <propfind/>")
	assert answer.url.endswith("/dav/")


def test_a_circle_of_redirects_ends():
	circle = Scripted(Response(status=302, headers={"Location": "/again"}))
	with serving(circle) as url, pytest.raises(UnexpectedAnswer):
		Client().send("GET", url)


def test_other_answers_are_returned_and_can_be_expected():
	with serving(Scripted(Response("no such thing", status=404))) as url:
		answer = Client().send("GET", url)
	assert answer.status == 404
	with pytest.raises(UnexpectedAnswer) as raised:
		answer.expect(200)
	assert (raised.value.status, raised.value.body) == (404, "no such thing")


def test_logs_have_no_path_and_no_secret(caplog, monkeypatch):
	# Frappe's loggers don't pass their messages on to the root.
	own = frappe.logger("scheduling.outside")
	monkeypatch.setattr(own, "level", logging.INFO)
	monkeypatch.setattr(own, "handlers", [caplog.handler])
	monkeypatch.setattr(own, "propagate", False)
	with serving(Scripted(Response("ok"))) as url, caplog.at_level("DEBUG"):
		Client(auth=("jane", "hunter2")).send("GET", url + "/private-abc/basic.ics", params={"token": "s3cret"})
	logged = "\n".join(each.getMessage() for each in caplog.records if each.name != "werkzeug")
	assert "GET 127.0.0.1 200" in logged
	assert "private-abc" not in logged
	assert "s3cret" not in logged
	assert "hunter2" not in logged


def test_masked():
	text = 'GET https://cal.example/private-1/x.ics?a=b failed: {"refresh_token": "1//abc"} Bearer ya29.x pw'
	assert masked(text, ["pw"]) == 'GET https://cal.example/*** failed: {"***"} *** ***'


def test_retry_after():
	assert retry_after("120", 0) == 120
	assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT", 1445412400) == 80
	assert retry_after("soon", 0) is None
	assert retry_after(None, 0) is None
	assert retry_after("999999999", 0) == 24 * 3600


def test_backoff_grows_and_ends():
	assert max(backoff(3, first=1, most=60) for _ in range(200)) <= 4
	assert max(backoff(50, first=1, most=60) for _ in range(200)) <= 60


@contextmanager
def dripping():
	listening = socket.create_server(("127.0.0.1", 0))
	done = threading.Event()

	def drip():
		connection, _peer = listening.accept()
		with connection:
			connection.recv(1000)
			connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
			while not done.wait(0.05):
				try:
					connection.sendall(b".")
				except OSError:
					return

	thread = threading.Thread(target=drip, daemon=True)
	thread.start()
	try:
		yield f"http://127.0.0.1:{listening.getsockname()[1]}"
	finally:
		done.set()
		thread.join(5)
		listening.close()
