"""The scripts' words: each that a script asks for is there, and none is carried for nothing."""

import re
from pathlib import Path

import pytest

from scheduler_integration.pages import strings

SCRIPTS = Path(__file__).parents[2] / "scheduler_integration" / "public" / "js"
BOOKING = {path.name for path in SCRIPTS.glob("*.js")} - {"host.js", "manage.js"}


@pytest.mark.parametrize(
	("scripts", "words"),
	[
		(BOOKING, strings.booking_strings),
		({"manage.js"}, strings.manage_strings),
		({"host.js"}, strings.host_strings),
	],
	ids=["booking", "manage", "host"],
)
def test_scripts_and_their_words_agree(scripts, words):
	source = "\n".join((SCRIPTS / name).read_text() for name in scripts)
	asked = set(re.findall(r"\bt\(\"([a-z_]+)\"", source))
	known = set(words())
	assert asked <= known
	assert {word for word in known if f'"{word}"' not in source} == set()
