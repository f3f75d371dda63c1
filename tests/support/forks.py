"""Processes that run code on the tests' site, forked from a server process that has imported everything already.

A fresh interpreter needs more than a second to import Frappe and the app; twelve of them would need fifteen. The server
process has no connection and no site: each forked process connects by itself.
"""

import logging
import multiprocessing
import os
import sys
import traceback
import warnings
from functools import cache
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from types import ModuleType
from typing import Any, TextIO

_APP = Path(__file__).resolve().parents[2] / "scheduler_integration"
# The server process imports these once: Frappe, and what a booking, a run of the outbox or a job uses. It skips what this
# kind of site doesn't have.
PRELOADED = [
	"frappe",
	"frappe.model.document",
	"frappe.core.controllers",
	"frappe.database.database",
	"frappe.hooks",
	"frappe.email.email_queue",
	"frappe.email.doctype.email_queue.email_queue",
	"babel.numbers",
	"tests.support.warm",
	"scheduler_integration.hooks",
	"scheduler_integration.entry.commands",
	"scheduler_integration.jobs",
	"scheduler_integration.conferencing.handler",
	"scheduler_integration.calendars.providers.caldav",
	"scheduler_integration.calendars.providers.google",
	"scheduler_integration.calendars.providers.outlook",
	"scheduler_integration.client_reports.jinja",
	*(
		".".join(path.relative_to(_APP.parent).with_suffix("").parts)
		for path in sorted(_APP.glob("*/doctype/*/*.py"))
		if path.stem == path.parent.name
	),
]
_context = multiprocessing.get_context("forkserver")


class Forked:
	"""A running process. Has the parts of `subprocess.Popen` that the tests use."""

	def __init__(self, site: Any, code: str, arguments: tuple[str, ...]):
		out, child_out = _context.Pipe(duplex=False)
		error, child_error = _context.Pipe(duplex=False)
		_ensure_server(site)
		self._process = _context.Process(target=_run, args=(site, code, arguments, child_out, child_error), daemon=True)
		self._process.start()
		child_out.close()
		child_error.close()
		self.stdout, self.stderr = _text(out), _text(error)

	@property
	def pid(self) -> int | None:
		return self._process.pid

	@property
	def returncode(self) -> int | None:
		"""Return the exit code: negative for the signal that killed the process, None while it runs."""
		return self._process.exitcode

	def poll(self) -> int | None:
		return self._process.exitcode

	def kill(self) -> None:
		self._process.kill()

	def communicate(self, timeout: float | None = None) -> tuple[str, str]:
		"""Wait for the end of the process, and return its standard output and standard error."""
		self._process.join(timeout)
		if self._process.is_alive():
			self.kill()
			raise TimeoutError(f"still running after {timeout} seconds")
		return self.stdout.read(), self.stderr.read()


@cache
def _ensure_server(site: Any) -> None:
	"""Start the server process, with the path from which it can import Frappe. It skips modules that it can't import."""
	_context.set_forkserver_preload(PRELOADED)
	before = os.environ.get("PYTHONPATH")
	os.environ["PYTHONPATH"] = site.environment["PYTHONPATH"]
	try:
		forkserver.ensure_running()
	finally:
		os.environ.pop("PYTHONPATH")
		if before is not None:
			os.environ["PYTHONPATH"] = before


def _text(connection: Connection) -> TextIO:
	"""Return the pipe as a text stream, which closes it."""
	return os.fdopen(os.dup(connection.fileno()), encoding="utf-8")


def _run(site: Any, code: str, arguments: tuple[str, ...], out: Connection, error: Connection) -> None:
	os.dup2(out.fileno(), 1)
	os.dup2(error.fileno(), 2)
	sys.stdout, sys.stderr = os.fdopen(1, "w", encoding="utf-8"), os.fdopen(2, "w", encoding="utf-8")
	sys.argv = ["-c", *arguments]
	os.environ.update(site.environment)
	os.chdir(site.working_directory)
	# Google's library warns that a Python version is old. A test that reads standard error must not see that.
	warnings.simplefilter("ignore", FutureWarning)
	# Frappe 15 writes mails with styles of which its library for them complains.
	logging.getLogger("CSSUTILS").disabled = True
	try:
		site.connect()
		main = sys.modules["__main__"] = ModuleType("__main__")
		exec(compile(code, "<test>", "exec"), main.__dict__)  # noqa: S102 (the test's own code)
	except BaseException:
		traceback.print_exc()
		_leave(1)
	_leave(0)


def _leave(status: int) -> None:
	"""Exit at once, without the functions that the parent's modules have registered to run at exit."""
	sys.stdout.flush()
	sys.stderr.flush()
	os._exit(status)
