"""Real calendar servers on free ports of this machine, each with its own folder."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.util import find_spec
from pathlib import Path
from typing import IO

import pytest
import requests

from tests.support.bench import ROOT, SERVERS
from tests.support.memory import folder_in_memory


@dataclass(frozen=True)
class CalendarServer:
	"""A running server with one calendar. `address` is what a person types, `calendar` the calendar's own address."""

	name: str
	address: str
	calendar: str
	login: str = "jane"
	password: str = "app-password-ä"

	def put(self, name: str, text: str) -> None:
		"""Store an event as another program would. `text` are its lines between BEGIN:VEVENT and END:VEVENT."""
		self.put_raw(name, calendar_of(f"BEGIN:VEVENT\nUID:{name}\nDTSTAMP:20261101T000000Z\n{text}\nEND:VEVENT"))

	def put_raw(self, name: str, body: str) -> None:
		self._request("PUT", f"{name}.ics", data=body.encode()).raise_for_status()

	def delete(self, name: str) -> None:
		self._request("DELETE", f"{name}.ics").raise_for_status()

	def get(self, name: str) -> str | None:
		answer = self._request("GET", f"{name}.ics")
		return answer.text if answer.ok else None

	def names(self) -> list[str]:
		"""Return the names of the stored resources, without `.ics`."""
		import re

		headers = {"Depth": "1", "Content-Type": "application/xml"}
		answer = self._request("PROPFIND", "", headers=headers)
		return sorted(re.findall(r"([\w.@%-]+)\.ics<", answer.text))

	def has_between(self, start: int, end: int) -> bool:
		"""Whether the server itself, which expands rules, finds an event between two instants (RFC 4791, 7.8.1)."""
		since, until = (f"{datetime.fromtimestamp(each, timezone.utc):%Y%m%dT%H%M%SZ}" for each in (start, end))
		body = (
			'<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:prop><D:getetag/></D:prop>'
			'<C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">'
			f'<C:time-range start="{since}" end="{until}"/></C:comp-filter></C:comp-filter></C:filter></C:calendar-query>'
		)
		headers = {"Depth": "1", "Content-Type": "application/xml"}
		answer = self._request("REPORT", "", data=body, headers=headers)
		answer.raise_for_status()
		return ".ics<" in answer.text

	def _request(self, method: str, name: str, **options) -> requests.Response:
		login = (self.login, self.password.encode())
		return requests.request(method, self.calendar + name, auth=login, timeout=20, **options)


def calendar_of(*components: str) -> str:
	lines = "\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Somebody//EN", *components, "END:VCALENDAR", ""])
	return lines.replace("\n", "\r\n")


def times(start: int, end: int) -> str:
	"""Return DTSTART and DTEND of two instants."""
	written = [f"{datetime.fromtimestamp(instant, timezone.utc):%Y%m%dT%H%M%SZ}" for instant in (start, end)]
	return f"DTSTART:{written[0]}\nDTEND:{written[1]}"


@contextmanager
def radicale() -> Iterator[CalendarServer]:
	python = python_with("radicale")
	with tempfile.TemporaryDirectory(prefix="radicale-", dir=folder_in_memory(), ignore_cleanup_errors=True) as folder:
		port = _free_port()
		server = CalendarServer("Radicale", f"http://127.0.0.1:{port}/", f"http://127.0.0.1:{port}/jane/diary/")
		Path(folder, "users").write_text(f"{server.login}:{server.password}\n", encoding="utf-8")
		Path(folder, "config").write_text(
			f"[server]\nhosts = 127.0.0.1:{port}\n"
			f"[auth]\ntype = htpasswd\nhtpasswd_filename = {folder}/users\nhtpasswd_encryption = plain\ndelay = 0\n"
			f"[storage]\nfilesystem_folder = {folder}/collections\n"
			"[logging]\nlevel = warning\n"
		)
		with _running([python, "-m", "radicale", "--config", f"{folder}/config"], port):
			_make_calendar(server)
			yield server


@contextmanager
def xandikos() -> Iterator[CalendarServer]:
	python = python_with("xandikos")
	with tempfile.TemporaryDirectory(prefix="xandikos-", dir=folder_in_memory(), ignore_cleanup_errors=True) as folder:
		port = _free_port()
		base = f"http://127.0.0.1:{port}/"
		server = CalendarServer("Xandikos", base, f"{base}user/calendars/calendar/", login="user")
		options = ["--defaults", "-d", folder, "-l", "127.0.0.1", "-p", str(port)]
		with _running([python, "-m", "xandikos", *options], port):
			yield server


def python_with(module: str) -> str:
	"""Return the Python that has this server: that of their own environment beside a bench, or else this one."""
	own = ROOT / ".bench" / SERVERS / "bin" / "python"
	if own.exists():
		return str(own)
	if not find_spec(module):
		pytest.skip(f"{module} comes with requirements/servers.txt")
	return sys.executable


def _make_calendar(server: CalendarServer) -> None:
	auth = (server.login, server.password.encode())
	body = (
		'<mkcalendar xmlns="urn:ietf:params:xml:ns:caldav" xmlns:D="DAV:"><D:set><D:prop>'
		"<D:displayname>Work</D:displayname></D:prop></D:set></mkcalendar>"
	)
	requests.request("MKCALENDAR", server.calendar, data=body, auth=auth, timeout=20).raise_for_status()


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
	# A file: a pipe that nobody reads stops the server when it is full.
	with tempfile.TemporaryFile() as log:
		process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
		try:
			_wait_for(port, process, log)
			yield
		finally:
			process.terminate()
			process.wait(20)


def _wait_for(port: int, process: subprocess.Popen, log: IO[bytes]) -> None:
	until = time.monotonic() + 30
	while time.monotonic() < until:
		if process.poll() is not None:
			log.seek(0)
			raise AssertionError(log.read().decode(errors="replace"))
		with socket.socket() as probe:
			if probe.connect_ex(("127.0.0.1", port)) == 0:
				return
		time.sleep(0.05)
	raise AssertionError("the calendar server didn't start")


def _free_port() -> int:
	with socket.create_server(("127.0.0.1", 0)) as free:
		return free.getsockname()[1]
