"""The database of time zones that a process reads: the newer one of the system's and the package's."""

import os
import subprocess
import sys
from importlib import resources
from pathlib import Path

import pytest
import tzdata

ROOT = Path(__file__).parents[2]
# A job imports its module first, a web worker the hooks. Both are in the app's package.
ASK = (
	"from datetime import datetime; from zoneinfo import ZoneInfo; ZoneInfo('Europe/Lisbon');"
	" from scheduler_integration import engine, zone_data;"
	" print(zone_data.release(), engine.zone('Europe/Lisbon').utcoffset(datetime(2026, 1, 1)),"
	" ZoneInfo('Europe/Lisbon').utcoffset(datetime(2026, 1, 1)))"
)


@pytest.fixture
def ask(tmp_path):
	"""Ask a new process on a machine whose own database has this release, and Berlin's clocks in Lisbon."""
	folder = tmp_path / "Europe"
	folder.mkdir()
	berlin = resources.files("tzdata").joinpath("zoneinfo", "Europe", "Berlin").read_bytes()
	folder.joinpath("Lisbon").write_bytes(berlin)

	def answer(**marks):
		for name, text in marks.items():
			tmp_path.joinpath(name).write_text(text)
		env = {**os.environ, "PYTHONTZPATH": str(tmp_path)}
		run = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, env=env, capture_output=True, text=True, check=True)
		return run.stdout.split()

	return answer


def test_an_old_database_of_the_system_moved_a_meeting_by_an_hour(ask):
	assert ask(**{"tzdata.zi": "# version 2020a\n"}) == [tzdata.IANA_VERSION, "0:00:00", "0:00:00"]


def test_a_database_that_does_not_say_its_release_counts_as_old(ask):
	assert ask() == [tzdata.IANA_VERSION, "0:00:00", "0:00:00"]


@pytest.mark.parametrize("mark", [{"tzdata.zi": "# version 2999b\nR A\n"}, {"+VERSION": "2999b\n"}])
def test_a_newer_database_of_the_system_is_used(ask, mark):
	assert ask(**mark) == ["2999b", "1:00:00", "1:00:00"]
