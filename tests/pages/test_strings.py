"""The sentences of the scripts: each one that a script uses exists, and each one that is sent is used."""

import re
from pathlib import Path

import pytest

from scheduler_integration.pages.kit import strings
from scheduler_integration.pages.kit.assets import imports

PUBLIC = Path(__file__).parents[2] / "scheduler_integration" / "public"


def scripts_of(page):
	"""Return the modules that the page's script loads, at once or later, and the script itself."""
	known, waiting = set(), [f"js/{page}.js"]
	while waiting:
		path = waiting.pop()
		if path not in known:
			known.add(path)
			waiting += [*imports(path, dynamic=False), *imports(path, dynamic=True)]
	return known


@pytest.mark.parametrize(
	("page", "words"),
	[
		("booking", lambda: strings.booking_strings(has_conditions=True)),
		("manage", strings.manage_strings),
		("host", strings.host_strings),
	],
)
def test_scripts_and_their_words_agree(page, words):
	source = "\n".join((PUBLIC / path).read_text() for path in scripts_of(page))
	asked = set(re.findall(r"\bt\(\"([a-z_]+)\"", source))
	known = set(words())
	assert asked <= known
	assert {word for word in known if f'"{word}"' not in source} == set()
