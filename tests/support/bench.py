"""`make test-bench`: runs the tests on a real site with this checkout's app, and leaves the bench unchanged.

Only the site's database changes and, if packages are missing, the bench's virtual environment. Calendar servers get an
environment of their own: Radicale's libpass writes into the folder of passlib, which Frappe uses. This
checkout gets a `sites` folder of its own (in `.bench/`) that links to the bench's one and adds the app to it: apps.txt,
the assets, the logs. So several checkouts can use one bench, and the app needn't be installed in the bench. Its
configuration has one value more. The site may call servers of this machine, which stand in for calendars.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = "scheduler_integration"
CONFIG = "common_site_config.json"
# In .bench/. The benches of one checkout share it.
SERVERS = "calendar-servers"


def main(bench: Path, site: str, arguments: list[str]) -> int:
	chosen = arguments if any(map(_is_path, arguments)) else ["tests", *arguments]
	tests = [_absolute(argument) for argument in chosen]
	pytest = ["pytest", "-p", "no:cacheprovider", "--rootdir", ROOT, "-c", ROOT / "pyproject.toml"]
	return run_on_bench(bench, site, [*pytest, *tests])


def run_on_bench(bench: Path, site: str, module: list[str | Path]) -> int:
	"""Install the app on the site, or migrate it, and run a Python module with its arguments there."""
	sites = shadow_of(bench)
	python = bench / "env" / "bin" / "python"
	add_packages(python)
	add_servers(python)
	environment = environment_of(bench, site, sites)

	def frappe(*command: str) -> str:
		run = [python, "-m", "frappe.utils.bench_helper", "frappe", "--site", site, *command]
		done = subprocess.run(run, cwd=sites, env=environment, text=True, stdout=subprocess.PIPE)
		if done.returncode:
			# Frappe prints some errors to stdout. It is captured, and shown if something fails.
			sys.exit(f"{done.stdout}\n`{' '.join(command)}` failed with exit code {done.returncode}")
		return done.stdout

	if APP in frappe("list-apps"):
		frappe("migrate", "--skip-search-index")
	else:
		# An interrupted installation leaves its module behind. --force installs over it.
		frappe("install-app", "--force", APP)
	return subprocess.run([python, "-m", *module], cwd=sites, env=environment).returncode


def main_on_bench(module: str, run: Callable[[list[str]], None]) -> None:
	"""Run the program `module` with the command line's BENCH and SITE: `run` there gets the other arguments."""
	# The run on the bench has a sites folder of its own.
	if os.environ.get("SITES_PATH"):
		run(sys.argv[1:])
	else:
		bench, site, *arguments = sys.argv[1:]
		sys.exit(run_on_bench(Path(bench).expanduser().resolve(), site, [module, *arguments]))


def environment_of(bench: Path, site: str, sites: Path) -> dict[str, str]:
	own = {"PYTHONPATH": str(ROOT), "BENCH": str(bench), "SITE": site, "SITES_PATH": str(sites)}
	return {**{name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}, **own}


def _absolute(argument: str) -> str:
	"""Make a test's path absolute: people name it from the repository's root, but pytest starts in the sites folder."""
	return str(ROOT / argument) if _is_path(argument) else argument


def _is_path(argument: str) -> bool:
	return not argument.startswith("-") and (ROOT / argument.partition("::")[0]).exists()


def shadow_of(bench: Path) -> Path:
	"""Create a sites folder that links to the bench's sites and assets and lists the app too."""
	home = ROOT / ".bench" / bench.name
	sites = home / "sites"
	(sites / "assets").mkdir(parents=True, exist_ok=True)
	(home / "logs").mkdir(exist_ok=True)
	(ROOT / ".bench" / ".gitignore").write_text("*\n")
	for real in (bench / "sites").iterdir():
		if real.name not in ("assets", "apps.txt", CONFIG):
			_link(sites / real.name, real)
	for real in (bench / "sites" / "assets").iterdir():
		if real.name != APP:
			_link(sites / "assets" / real.name, real)
	_link(sites / "assets" / APP, ROOT / APP / "public")
	apps = (bench / "sites" / "apps.txt").read_text().split()
	(sites / "apps.txt").write_text("\n".join(dict.fromkeys([*apps, APP])) + "\n")
	_write_config(bench / "sites" / CONFIG, sites / CONFIG)
	return sites


def _write_config(real: Path, ours: Path) -> None:
	config = json.loads(real.read_text()) if real.exists() else {}
	ours.unlink(missing_ok=True)  # It may be a link to the bench's.
	ours.write_text(json.dumps({**config, "scheduling_allowed_hosts": ["127.0.0.1"]}, indent=1))


def _link(link: Path, target: Path) -> None:
	if not link.is_symlink():
		link.symlink_to(target)


def add_packages(python: Path) -> None:
	"""Install packages that the app and its tests need, without changing a version that the bench already has."""
	pip = [python, "-m", "pip"]
	pinned = subprocess.run(
		[*pip, "freeze", "--exclude-editable"], check=True, text=True, stdout=subprocess.PIPE
	).stdout
	constraints = ROOT / ".bench" / "constraints.txt"
	constraints.write_text("\n".join(line for line in pinned.splitlines() if "==" in line and " @ " not in line))
	wanted = ["-c", constraints, "-r", ROOT / "requirements" / "app.txt", "-r", ROOT / "requirements" / "tests.txt"]
	subprocess.run([*pip, "install", "--quiet", "--disable-pip-version-check", *wanted], check=True)


def add_servers(python: Path) -> None:
	"""Install the calendar servers that the tests start into a virtual environment of their own, once."""
	wanted = ROOT / "requirements" / "servers.txt"
	home = ROOT / ".bench" / SERVERS
	done = home / "installed.txt"
	if done.exists() and done.read_text() == wanted.read_text():
		return
	subprocess.run([python, "-m", "venv", "--clear", home], check=True)
	pip = [home / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
	subprocess.run([*pip, "-r", wanted], check=True)
	done.write_text(wanted.read_text())


if __name__ == "__main__":
	if len(sys.argv) < 3:
		sys.exit("usage: python tests/support/bench.py BENCH SITE [pytest arguments]")
	sys.exit(main(Path(sys.argv[1]).expanduser().resolve(), sys.argv[2], sys.argv[3:]))
