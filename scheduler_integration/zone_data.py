"""Chooses the database of time zones: the newer one of the operating system's and the package tzdata's.

Python reads the operating system's first, however old it is, and takes from the package only names that are missing there.
Browsers bring a recent one of their own. With an old one here, a guest would tap 8:30 and get an invitation for 7:30.
"""

import re
import zoneinfo
from pathlib import Path

import tzdata

# Both name the release in their first line: "# version 2026f", "2026f".
_FILES = ("tzdata.zi", "+VERSION")


def use_newest() -> None:
	"""Let this process read zones from the newer database. The app's package calls this before anything reads one.

	So it is the same for web workers, jobs, the scheduler, the console, tests and the embedded site.
	"""
	if _release_of_system() < tzdata.IANA_VERSION:
		zoneinfo.reset_tzpath(to=())
		zoneinfo.ZoneInfo.clear_cache()


def release() -> str:
	"""Return the release of the database that this process reads, such as "2026f"."""
	return max(_release_of_system(), tzdata.IANA_VERSION)


def _release_of_system() -> str:
	"""Return the release in the first folder that says one, or "": a database that doesn't say it counts as old."""
	for file in (Path(folder, name) for folder in zoneinfo.TZPATH for name in _FILES):
		if file.is_file() and (found := re.search(r"\b\d{4}[a-z]+\b", file.read_text("latin-1")[:100])):
			return found[0]
	return ""
