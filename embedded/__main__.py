"""Stands in for the `bench` command: `python -m embedded <command>`, from the repository's root."""

import argparse
import os
import sys
from pathlib import Path

from embedded import ROOT, put_on_path

put_on_path()

import frappe  # noqa: E402

from embedded import lifecycle  # noqa: E402
from embedded.addresses import reachable  # noqa: E402

COMMANDS = {
	"install": "make the site, or bring it up to date",
	"serve": "serve the site",
	"demo": "make a site with a lively demo, and serve it",
	"worker": "run queued jobs from Redis",
	"run-jobs": "run the scheduled jobs that are due, once",
}


def site_folder() -> Path:
	"""Return the folder in SITE_FOLDER, or `.site` in the repository if it isn't set."""
	return Path(os.environ.get("SITE_FOLDER") or ROOT / ".site").resolve()


def connect(folder: Path) -> None:
	frappe.init(folder.name, str(folder.parent), force=True)
	frappe.connect()


def install(folder: Path, time_zone: str = "Asia/Kolkata", config: dict | None = None) -> None:
	if (folder / "site.db").exists():
		connect(folder)
		lifecycle.migrate()
	else:
		lifecycle.new_site(folder, time_zone=time_zone, config=config)


def prepare_demo(folder: Path, address: str) -> None:
	"""Create the demo's site, or migrate it if it exists; then print its addresses and a user to sign in with."""
	from demo import calendar, seed

	is_new = not (folder / "site.db").exists()
	# The demo's calendar is on this machine. Without this setting, addresses that people type may not lead here.
	allowed = [address.partition("://")[2]]
	config = {"scheduling_allowed_hosts": allowed, "scheduler_tick_interval": 60, "mute_emails": 1}
	if not is_new:
		lifecycle.configure(folder, config)
	install(folder, "Europe/Berlin", config)
	if is_new:
		seed.seed()
		calendar.connect(address)
	else:
		calendar.follow(address)
	frappe.db.commit()
	print(f"{address}/  everything that can be tried")
	for page in frappe.get_all("Scheduling Page", {"is_active": 1}, ["slug", "title"], order_by="slug"):
		print(f"{address}/schedule/{page.slug}  {page.title}")
	print(f"{address}/scheduling  for hosts")
	for report in frappe.get_all("Client Assessment", {"status": "Completed"}, ["name", "client"]):
		print(
			f"{address}/login?redirect-to=/client-report/{report.name}  a client's report, to read and print:"
			f" sign in first, as below or as {report.client}"
		)
	print(f"{address}/outbox  the e-mails that would have been sent")
	print(f"{address}{calendar.PATH}  Sam's own calendar: change it, and look at Sam's times")
	print(f"Sign in as {seed.HOSTS[0][0]} / {seed.PASSWORD}, or as Administrator / admin")
	frappe.destroy()


def main(argv: list[str] | None = None) -> None:
	parser = argparse.ArgumentParser(prog="python -m embedded", description=__doc__)
	commands = parser.add_subparsers(dest="command", required=True)
	added = {name: commands.add_parser(name, help=summary) for name, summary in COMMANDS.items()}
	for name in ("serve", "demo"):
		added[name].add_argument("--port", type=int, default=8000)
		added[name].add_argument("--host", default="127.0.0.1")
		added[name].add_argument("--no-scheduler", action="store_true", help="run no scheduled jobs")
		added[name].add_argument("--no-worker", action="store_true", help="run no queued jobs")
	added["worker"].add_argument("--burst", action="store_true", help="stop when nothing waits")
	_run(parser.parse_args(argv), site_folder())


def _run(options: argparse.Namespace, folder: Path) -> None:
	if options.command == "install":
		install(folder)
	elif options.command in ("serve", "demo"):
		from embedded.server import serve

		if options.command == "demo":
			prepare_demo(folder, f"http://{reachable(options.host)}:{options.port}")
		serve(
			folder,
			options.host,
			options.port,
			is_scheduling=not options.no_scheduler,
			is_working=not options.no_worker,
		)
	elif options.command == "worker":
		from frappe.utils.background_jobs import work_on_redis

		connect(folder)
		work_on_redis(options.burst)
	elif options.command == "run-jobs":
		from embedded.scheduler import run_due

		connect(folder)
		run_due()


if __name__ == "__main__":
	sys.exit(main())
