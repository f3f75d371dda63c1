"""The sentences of the scripts: each one that a script uses exists, and each one that is sent is used."""

import re

import pytest

from scheduler_integration.pages.host.house import host_strings
from scheduler_integration.pages.kit import strings
from tests.support.modules import PUBLIC, scripts_of


@pytest.mark.parametrize(
	("bundles", "words"),
	[
		(
			("booking", "zones", "booked", "asked_after"),
			lambda: strings.booking_strings(has_conditions=True, has_taken=True),
		),
		(("manage",), strings.manage_strings),
		(("host",), host_strings),
	],
)
def test_scripts_and_their_words_agree(bundles, words):
	source = "\n".join((PUBLIC / path).read_text() for bundle in bundles for path in scripts_of(bundle))
	asked = set(re.findall(r"\bt\(\"([a-z_]+)\"", source))
	known = set(words())
	assert asked <= known
	assert {word for word in known if f'"{word}"' not in source} == set()
