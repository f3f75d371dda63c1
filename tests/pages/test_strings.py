"""The sentences of the scripts: each one that a script uses exists, and each one that is sent is used."""

import re
from pathlib import Path

import pytest

from scheduler_integration.pages.kit import strings

SCRIPTS = Path(__file__).parents[2] / "scheduler_integration" / "public" / "js"
BOOKING = {"booking.js", "view.js", *(path.relative_to(SCRIPTS) for path in SCRIPTS.glob("*/*.js"))}


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
