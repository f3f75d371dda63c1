"""A stand-in for Acuity's API: appointments that a test changes, and the requests that were made."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


class Acuity:
	"""`appointments` maps an ID to its JSON, `status` replaces the answer's, `asked` has the IDs that were asked for."""

	def __init__(self, user_id: str, key: str):
		self.credentials = base64.b64encode(f"{user_id}:{key}".encode()).decode()
		self.appointments: dict[str, dict[str, Any]] = {}
		self.status = 200
		self.asked: list[str] = []
		self.url = ""


@contextmanager
def running_acuity(user_id: str, key: str) -> Iterator[Acuity]:
	acuity = Acuity(user_id, key)

	class Handler(BaseHTTPRequestHandler):
		def do_GET(self) -> None:
			number = self.path.rpartition("/")[2]
			acuity.asked.append(number)
			status, answer = acuity.status, acuity.appointments.get(number, {})
			if self.headers.get("Authorization") != f"Basic {acuity.credentials}":
				status, answer = 401, {"status_code": 401, "message": "Unauthorized"}
			elif not answer:
				status = 404
			body = json.dumps(answer).encode()
			self.send_response(status)
			self.send_header("Content-Type", "application/json")
			self.send_header("Content-Length", str(len(body)))
			self.end_headers()
			self.wfile.write(body)

		def log_message(self, *_: Any) -> None:
			pass

	server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
	acuity.url = f"http://127.0.0.1:{server.server_port}/api/v1"
	thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
	thread.start()
	try:
		yield acuity
	finally:
		server.shutdown()
		server.server_close()
		thread.join()
