"""A real HTTP server on the tests' site, and a client that behaves like a browser."""

import re
import secrets
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

import requests

from tests.support.contract import check_answer
from tests.support.site import Site


class Client(requests.Session):
	"""Takes paths instead of URLs. After signing in, it sends the session's CSRF token.

	A GET follows redirects, a POST doesn't. Each client has an address in its own network, in the header that a proxy
	would set, because requests are counted per network.
	"""

	def __init__(self, base_url: str, site_name: str):
		super().__init__()
		self.base_url = base_url
		self.headers["X-Frappe-Site-Name"] = site_name
		self.headers["X-Forwarded-For"] = somebodys_address()

	def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> requests.Response:
		kwargs.setdefault("timeout", 60)
		kwargs.setdefault("allow_redirects", False)
		return super().request(method, urljoin(self.base_url, url), *args, **kwargs)

	def call(self, function: str, http_method: str = "POST", **arguments: Any) -> requests.Response:
		"""Call a whitelisted function. A GET sends the arguments in the query, any other method as JSON."""
		where = {"params": arguments} if http_method == "GET" else {"json": arguments}
		answer = self.request(http_method, f"/api/method/{function}", **where)
		if answer.headers.get("Content-Type", "").startswith("application/json"):
			check_answer(function, answer.status_code, answer.json())
		return answer

	def login(self, user: str, password: str) -> requests.Response:
		return self.post("/api/method/login", data={"usr": user, "pwd": password})

	def take_csrf_token(self, page: str) -> str:
		"""Read the session's token from a page, and send it from now on."""
		token = re.search(r"csrf_token[\"']?\s*[:=]\s*[\"']([0-9a-f]+)[\"']", self.get(page).text)[1]
		self.headers["X-Frappe-CSRF-Token"] = token
		return token


class Server:
	def __init__(self, site: Site, port: int, process: subprocess.Popen, log: Any):
		self.site, self.process, self.log = site, process, log
		self.url = f"http://127.0.0.1:{port}"

	def client(self) -> Client:
		return Client(self.url, self.site.name)

	def run_jobs(self) -> None:
		"""Run the jobs that requests have queued, as a worker does."""
		if self.site.is_real:
			self.site.run_jobs()
		else:
			self.client().post("/jobs").raise_for_status()

	def output(self) -> str:
		"""Return the server's output so far, for the message of a failed test."""
		self.log.seek(0)
		return self.log.read()


@contextmanager
def running(site: Site) -> Iterator[Server]:
	port = free_port()
	with tempfile.TemporaryFile("w+") as log:
		process = subprocess.Popen(
			site.serve_command(port), cwd=site.working_directory, env=site.environment, stdout=log, stderr=log
		)
		server = Server(site, port, process, log)
		try:
			_wait_for(server)
			yield server
		finally:
			process.terminate()
			process.wait(timeout=20)


def somebodys_address() -> str:
	"""Return an IP address in a network of its own, because requests are counted per network."""
	return f"2001:db8:{secrets.randbelow(1 << 16):x}:{secrets.randbelow(1 << 16):x}::1"


def free_port() -> int:
	with socket.socket() as listener:
		listener.bind(("127.0.0.1", 0))
		return listener.getsockname()[1]


def _wait_for(server: Server) -> None:
	deadline = time.monotonic() + 60
	while time.monotonic() < deadline:
		if server.process.poll() is not None:
			break
		try:
			if server.client().get("/api/method/ping").ok:
				return
		except requests.ConnectionError:
			time.sleep(0.1)
	raise RuntimeError(f"The server didn't start:\n{server.output()}")
