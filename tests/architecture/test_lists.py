"""Lists that the docs keep by hand are those of the code."""

import re
from pathlib import Path

import pytest

from scheduler_integration.jobs.outbox import HANDLERS

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "scheduler_integration"
# Frappe's own places for files, which are no rooms.
FRAPPES = {"desktop_icon", "fixtures", "workspace_sidebar"}


def text(path):
	return (ROOT / path).read_text("utf-8")


def folders(path):
	return {each.name for each in path.iterdir() if each.is_dir() and each.name[0] not in "._"}


def test_rooms_were_missing_in_the_readme():
	[part] = re.findall(r"## How it is laid out\n(.*?)\n- beside the app", text("README.md"), re.S)
	[_intro, *rooms] = part.split("\n- ")
	assert set(re.findall(r"`(\w+)/`", " ".join(rooms))) == folders(APP) - FRAPPES


def test_folders_were_missing_in_the_page_on_testing():
	cells = re.findall(r"^\| (`.*?) \|", text("docs/how-to/testing.md"), re.M)
	assert set(re.findall(r"`(\w+)/`", " ".join(cells))) == folders(ROOT / "tests")


@pytest.mark.parametrize("page", ["docs/reference/api.md", "docs/reference/glossary.md"])
def test_kinds_of_outbox_tasks_were_missing(page):
	[sentence] = re.findall(r"(?:`kind` is|Its kinds are) (`email`, .*?)(?:, `status`|\.\n)", text(page), re.S)
	assert set(re.findall(r"`(\w+)`", sentence)) == set(HANDLERS)
