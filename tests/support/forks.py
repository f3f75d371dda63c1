"""Processes that run a piece of code on the tests' site, forked from one that has imported everything already.

A fresh interpreter needs more than a second for Frappe and the app; a race of twelve would import for fifteen. The server
they are forked from knows no connection and no site: each process connects by itself.
"""

import multiprocessing
import os
import sys
import traceback
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any, TextIO

# Imported once, by the server: Frappe, and what most of the code uses.
PRELOADED = ["frappe", "frappe.model.document", "scheduler_integration.doors.commands"]
_context = multiprocessing.get_context("forkserver")


class Forked:
	"""A running process, with those parts of `subprocess.Popen` that the tests use."""

	def __init__(self, site: Any, code: str, arguments: tuple[str, ...]):
		out, child_out = _context.Pipe(duplex=False)
		error, child_error = _context.Pipe(duplex=False)
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
		"""The exit code, negative for the signal that killed it; None while it runs."""
		return self._process.exitcode

	def poll(self) -> int | None:
		return self._process.exitcode

	def kill(self) -> None:
		self._process.kill()

	def communicate(self, timeout: float | None = None) -> tuple[str, str]:
		"""What it said on standard output and on standard error, once it has ended."""
		self._process.join(timeout)
		if self._process.is_alive():
			self.kill()
			raise TimeoutError(f"still running after {timeout} seconds")
		return self.stdout.read(), self.stderr.read()


def preload() -> None:
	"""Names what the server imports when the first process is asked for."""
	_context.set_forkserver_preload(PRELOADED)


def _text(connection: Connection) -> TextIO:
	"""The pipe as a text stream that closes it."""
	return os.fdopen(os.dup(connection.fileno()), encoding="utf-8")


def _run(site: Any, code: str, arguments: tuple[str, ...], out: Connection, error: Connection) -> None:
	os.dup2(out.fileno(), 1)
	os.dup2(error.fileno(), 2)
	sys.stdout, sys.stderr = os.fdopen(1, "w", encoding="utf-8"), os.fdopen(2, "w", encoding="utf-8")
	sys.argv = ["-c", *arguments]
	os.environ.update(site.environment)
	os.chdir(site.working_directory)
	try:
		site.connect()
		main = sys.modules["__main__"] = ModuleType("__main__")
		exec(compile(code, "<test>", "exec"), main.__dict__)  # noqa: S102 (the test's own code)
	except BaseException:
		traceback.print_exc()
		_leave(1)
	_leave(0)


def _leave(status: int) -> None:
	"""At once: what the parent's modules registered to run at exit is none of this process's business."""
	sys.stdout.flush()
	sys.stderr.flush()
	os._exit(status)
