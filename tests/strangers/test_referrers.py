"""A referrer that a stranger made up stays harmless text."""

import re

import pytest

from scheduler_integration.entry.visits import clean_referrer
from tests.client_reports.hostile import ADDRESSES, EMBED_CODES, TEXTS

# The form of a stored referrer: a web address of a host, without anything that HTML or a spreadsheet could read.
HARMLESS = re.compile(r"(https?://[a-z0-9.-]+(:\d+)?(/[A-Za-z0-9/%:@!$&()*+,;=~._-]*)?)?")


@pytest.mark.parametrize(
	"before", ["", "https://x.example/", "https://", "https://x.example:80@", "https://x.example/?q="]
)
def test_hostile_referrers_are_cut_down_or_left_out(before):
	kept = [clean_referrer(before + str(text)) for text in (*ADDRESSES, *EMBED_CODES, *TEXTS)]
	assert [text for text in kept if not HARMLESS.fullmatch(text)] == []
	assert all(len(text) <= 500 for text in kept)


@pytest.mark.parametrize(
	("given", "kept"),
	[
		("https://financialrise.com/client/reports/a1b2c3d4", "https://financialrise.com/client/reports/a1b2c3d4"),
		("https://x.example:8443/a%20b?token=secret#part", "https://x.example:8443/a%20b"),
		("https://jane:secret@x.example/report", "https://x.example/report"),
		("https://x.example", "https://x.example"),
		("android-app://com.google.android.gm/", ""),
		(None, ""),
		(7, ""),
	],
)
def test_a_referrer_loses_its_secrets(given, kept):
	assert clean_referrer(given) == kept
