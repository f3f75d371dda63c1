"""The tests' site: an embedded one, made for the session, or a real one if BENCH and SITE are set."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.forks import Forked
from tests.support.memory import folder_in_memory

ROOT = Path(__file__).resolve().parents[2]
APP = "scheduler_integration"
# Frappe's DocTypes of which the app or a test may commit records.
CORE_DOCTYPES = (
	"User", "Has Role", "Contact", "Contact Email", "Contact Phone", "Dynamic Link", "Event", "Event Participants",
	"Communication", "Communication Link", "Comment", "Email Queue", "Email Queue Recipient", "Error Log", "File", "Role",
	"Custom Field", "DocShare", "Activity Log", "Notification Log", "ToDo", "SMS Parameter", "Notification Settings", "Deleted Document", "Version",
	"Email Template", "Email Unsubscribe", "Email Account", "IMAP Folder",
	# Those of a CRM, where there is one.
	"Lead", "Opportunity", "CRM Lead", "CRM Deal", "CRM Organization", "CRM Task", "FCRM Note", "CRM Contacts",
)  # fmt: skip


@dataclass(frozen=True)
class Site:
	"""A site, with functions that start processes on it."""

	name: str
	sites_path: Path
	is_real: bool

	@property
	def folder(self) -> Path:
		return self.sites_path / self.name

	def connect(self) -> None:
		"""Connect this process or thread to the site."""
		import frappe

		frappe.init(self.name, sites_path=str(self.sites_path), force=True)
		frappe.connect()
		set_test_mode()

	@property
	def environment(self) -> dict[str, str]:
		"""Return a child process's environment: this checkout comes first, and the site is the same."""
		paths = [str(ROOT)] if self.is_real else [str(ROOT), str(ROOT / "embedded")]
		own = {"PYTHONPATH": os.pathsep.join(paths)}
		return {**os.environ, **own} if self.is_real else {**os.environ, **own, "SITE_FOLDER": str(self.folder)}

	@property
	def working_directory(self) -> Path:
		return self.sites_path if self.is_real else ROOT

	def serve_command(self, port: int) -> list[str]:
		if self.is_real:
			return [sys.executable, "-m", "tests.support.real_server", self.name, str(port)]
		# Each test decides when jobs run. The server's own worker might run one while the test's rows are deleted, and
		# the rows that the job inserts would stay for the next test.
		return [sys.executable, "-m", "embedded", "serve", "--no-scheduler", "--no-worker", "--port", str(port)]

	def application(self) -> Callable:
		"""Return the WSGI application of this site, to serve it from this process."""
		if self.is_real:
			from frappe.app import application

			return application
		from frappe.app import make_application

		return make_application(self.folder, APP, {})

	def python(self, code: str, *arguments: str) -> Forked:
		"""Start a process that is connected to this site and runs the code."""
		return Forked(self, code, arguments)

	def forget_jobs(self) -> None:
		"""Empty the queues, which may hold jobs of other tests, and forget that one of them waits for tasks."""
		import frappe

		from scheduler_integration.outbox import wake

		frappe.cache.delete_value(wake.KEY)
		if self.is_real:
			from frappe.utils.background_jobs import get_queues

			for queue in get_queues():
				queue.empty()
		else:
			from frappe.utils.background_jobs import forget_queued

			forget_queued()

	def run_jobs(self, stderr: int | None = None) -> None:
		"""Run queued jobs, as a worker does. `stderr` is that of the worker's process, as in `subprocess`."""
		if self.is_real:
			cli = [
				sys.executable,
				"-m",
				"frappe.utils.bench_helper",
				"frappe",
				"worker",
				"--queue",
				"short,default,long",
			]
			command = [*cli, "--burst", "--quiet"]
			where = {"cwd": self.sites_path, "env": self.environment}
			subprocess.run(command, **where, stderr=stderr, check=True, timeout=120)
		else:
			from frappe.utils.background_jobs import run_queued

			# A real worker is another process, where Frappe isn't in test mode and sends mail.
			set_test_mode(False)
			try:
				run_queued()
			finally:
				set_test_mode()


def set_test_mode(on: bool = True) -> None:
	"""Switch Frappe's test mode, in which it sends no mail. Frappe 16 reads frappe.in_test, Frappe 15 the flag."""
	import frappe

	frappe.flags.in_test = on
	if is_released_16():
		frappe.in_test = on


def is_released_16() -> bool:
	"""Return whether this is a released Frappe 16 (not a preview of it), or the embedded site, which follows it."""
	import frappe

	return hasattr(frappe, "in_test")


def on_real_site() -> bool:
	return bool(os.environ.get("BENCH"))


@contextmanager
def opened() -> Iterator[Site]:
	"""Yield the session's site, connected."""
	if on_real_site():
		sites = Path(os.environ.get("SITES_PATH") or Path(os.environ["BENCH"]).expanduser() / "sites")
		yield from _connected(Site(os.environ["SITE"], sites, is_real=True))
	else:
		where = folder_in_memory()
		with tempfile.TemporaryDirectory(prefix="embedded-site-", dir=where, ignore_cleanup_errors=True) as folder:
			yield from _connected(_new_embedded_site(Path(folder)))


def _connected(site: Site) -> Iterator[Site]:
	import frappe

	site.connect()
	# Frappe lets 60 users be created in an hour.
	frappe.local.conf["throttle_user_limit"] = 10_000
	_ensure_a_system_manager()
	before = _note_that_jobs_ran("9999-01-01") if site.is_real else None
	try:
		yield site
	finally:
		frappe.db.rollback()
		if site.is_real:
			_note_that_jobs_ran(before)
		frappe.destroy()


def _note_that_jobs_ran(when: object) -> object:
	"""Note when the site's jobs ran, and return what was noted. Without it, hosts read that they don't run."""
	import frappe

	job = {"method": "scheduler_integration.jobs.run_due_tasks"}
	before = frappe.db.get_value("Scheduled Job Type", job, "last_execution")
	frappe.db.set_value("Scheduled Job Type", job, "last_execution", when, update_modified=False)
	frappe.db.commit()
	return before


def _ensure_a_system_manager() -> None:
	"""Create a System Manager. Without one beside the Administrator, Frappe 15 promotes the first system user."""
	import frappe

	keeper = "keeper@example.com"
	if not frappe.db.exists("User", keeper):
		roles = [{"role": "System Manager"}]
		values = {"email": keeper, "first_name": "Keeper", "send_welcome_email": 0, "roles": roles}
		frappe.get_doc({"doctype": "User", **values}).insert()
		frappe.db.commit()


# The stand-ins are servers on this machine. Without the last setting, no address may lead there.
_CONFIG = {"allow_tests": True, "lock_wait_timeout": 20, "scheduling_allowed_hosts": ["127.0.0.1"]}


def _new_embedded_site(folder: Path) -> Site:
	from embedded import lifecycle

	site = Site("test.localhost", folder, is_real=False)
	lifecycle.new_site(site.folder, config=_CONFIG)
	return site


# The settings that tests may commit.
_SETTINGS = "(doctype like 'Scheduler%' or doctype = 'SMS Settings')"


@contextmanager
def undoing_commits() -> Iterator[None]:
	"""Delete afterwards the rows that were committed in between, and restore the settings."""
	import frappe

	doctypes = [
		*frappe.get_all("DocType", {"module": "Scheduler Integration", "issingle": 0}, pluck="name"),
		*CORE_DOCTYPES,
	]
	stored = set(frappe.db.get_tables())
	tables = [doctype for doctype in doctypes if f"tab{doctype}" in stored]
	before = _rows(tables)
	secrets_before = _secrets()
	singles = frappe.db.sql(f"select doctype, field, value from `tabSingles` where {_SETTINGS}", as_dict=True)
	frappe.db.rollback()
	try:
		yield
	finally:
		frappe.db.rollback()
		frappe.set_user("Administrator")
		created: dict[str, list[str]] = {}
		for table, name in _rows(tables) - before:
			created.setdefault(table, []).append(name)
		# MariaDB from 11.6 on refuses to delete a row that changed after this transaction's first read, and an RQ worker may
		# still be at work.
		frappe.db.rollback()
		for table, names in created.items():
			frappe.db.delete(table, {"name": ["in", names]})
		for secret in _secrets() - secrets_before:
			frappe.db.sql("delete from `__Auth` where doctype = %s and name = %s and fieldname = %s", secret)
		frappe.db.sql(f"delete from `tabSingles` where {_SETTINGS}")
		for row in singles:
			frappe.db.sql("insert into `tabSingles` (doctype, field, value) values (%s, %s, %s)", tuple(row.values()))
		frappe.db.commit()
		_forget()


def _forget() -> None:
	"""Forget cached documents and roles, and the counts of rate limits.

	Frappe's clear_cache() would do this too, but then the server would work for a second after every test.
	"""
	import frappe

	for prefix in ("document_cache::", "rl:", "login_failed_count"):
		frappe.cache.delete_keys(prefix)
	frappe.cache.delete_value(["roles", "user_permissions", "enabled_users"])
	frappe.cache.delete_value(
		[
			"scheduling_automations",
			"scheduling_domains",
			"scheduling_users_with_devices",
			"scheduling_webhook_subscriptions",
			"scheduler_integration_waitlists",
		]
	)
	frappe.db.value_cache.clear()


def _secrets() -> set[tuple[str, str, str]]:
	"""Return where the site keeps passwords and tokens: DocType, name and field. Users' own passwords aren't meant."""
	import frappe

	query = "select doctype, name, fieldname from `__Auth` where doctype != 'User'"
	return {tuple(row) for row in frappe.db.sql(query)}


def _rows(tables: list[str]) -> set[tuple[str, str]]:
	"""Return the table and the name of each row. One statement: each test that commits asks twice."""
	import frappe

	query = " union all ".join(f"select '{table}', cast(name as char) from `tab{table}`" for table in tables)
	return {tuple(row) for row in frappe.db.sql(query)}
