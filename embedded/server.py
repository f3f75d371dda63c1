"""Stands in for `bench start`: the web server, the scheduler and a worker, in one process."""

import gc
import logging
import os
import signal
import sys
from pathlib import Path
from threading import Event, Thread

import frappe
from frappe.app import make_application
from frappe.utils import background_jobs
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from demo import calendar, front, parts
from embedded import lifecycle, outbox, scheduler
from embedded.addresses import reachable


def serve(
	folder: Path, host: str = "127.0.0.1", port: int = 8000, *, is_scheduling: bool = True, is_working: bool = True
) -> None:
	"""Serve until the process is interrupted. Creates the site if it doesn't exist.

	Without `is_scheduling`, scheduled jobs don't run, as on a bench whose scheduler is off. Without `is_working`, queued
	jobs wait, as on a bench without a worker, until somebody asks for `/jobs`.
	"""
	if not (folder / "site.db").exists():
		lifecycle.new_site(folder)
	logging.getLogger("werkzeug").setLevel(logging.WARNING)
	stop = Event()
	pages = {
		"/": front.page,
		"/favicon.ico": front.icon,
		"/robots.txt": front.robots,
		front.SIGN_IN: front.sign_in,
		"/outbox": outbox.page,
		calendar.PATH: calendar.page,
		parts.PATH: parts.page,
	}
	if not is_working:
		pages["/jobs"] = _run_jobs
	application = make_application(folder, lifecycle.APP, pages)
	server = make_server(host, port, application, threaded=True)
	for work in (*([_work] if is_working else []), *([scheduler.run_forever] if is_scheduling else [])):
		Thread(target=work, args=(folder, stop), daemon=True).start()
	address = f"http://{reachable(host)}:{server.server_port}"
	os.environ.setdefault("SITE_URL", address)
	# As Frappe does. Imported modules are never garbage, so the collector needn't look through them.
	gc.set_threshold(7_000, 20, 20)
	gc.freeze()
	print(f"Serving on {address}", flush=True)
	signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
	try:
		server.serve_forever()
	except KeyboardInterrupt:
		pass
	finally:
		stop.set()
		server.server_close()


def _work(folder: Path, stop: Event) -> None:
	"""Run the jobs that requests have queued. With Redis, `python -m embedded worker` runs them instead."""
	frappe.init(folder.name, str(folder.parent), force=True)
	if background_jobs.redis_url():
		print("Jobs wait in Redis for `python -m embedded worker`", flush=True)
		return
	while not stop.is_set():
		background_jobs.run_queued(block_seconds=1)


def _run_jobs(request: Request) -> Response:
	"""Run the jobs that wait in this process, and answer when they have ended, as `bench worker --burst` does."""
	background_jobs.run_queued()
	return Response(status=204)
