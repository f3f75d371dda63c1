"""A page loads little, and nothing from other hosts."""

import gzip
import re
from itertools import chain

import pytest

from scheduler_integration.pages.kit.assets import script_address
from tests.pages.offer import book, host_of, in_three_days, make_offer, meeting_path, path_of, sign_in
from tests.pages.reading import read
from tests.support.modules import scripts_of

BUDGET = 60_900
FIRST_LOAD = 54_600
HOSTS_BUDGET = 30_000


def weight(client, address):
	answer = client.get(address)
	assert answer.status_code == 200, address
	# A page whose scripts were built names no modules.
	return len(gzip.compress(re.sub(rb"<script type=.importmap.>.*?</script>", b"", answer.content, flags=re.S), 6))


def loaded(html, *, later=False):
	"""Return the addresses of the page's sheets and scripts, with the modules that they import if nothing was built."""
	sheets = [link["href"] for link in html.all("link", rel="stylesheet")]
	scripts = [script["src"] for script in html.all("script", src=None)]
	return [*sheets, *chain.from_iterable(with_modules(script, later) for script in scripts)]


def with_modules(address, later):
	source = re.search(r"/bundles/scheduling_(\w+)", address)
	return (
		{f"/assets/scheduler_integration/{path}" for path in scripts_of(source[1], later=later)}
		if source
		else {address}
	)


@pytest.mark.long
def test_the_booking_page_with_all_it_can_load_stays_in_its_budget(client, offer):
	html = read(client.get(path_of(offer)).text)
	at_once = {path_of(offer), *loaded(html)}
	later = {*loaded(html, later=True), *with_modules(script_address("zones"), later=True)} - at_once
	first = sum(weight(client, address) for address in at_once)
	assert first < FIRST_LOAD
	assert first + sum(weight(client, address) for address in later) < BUDGET


@pytest.mark.long
def test_a_hosts_pages_with_fifty_meetings_stay_in_their_budget(client, commit_clean):
	offer = make_offer(seats=60)
	names = [book(offer, in_three_days(9 + number * 0.5)).id for number in range(18) for _each in range(3)]
	sign_in(client, host_of(offer))
	for path in ("/scheduling", meeting_path(names[0], "move"), "/scheduling/book"):
		html = read(client.get(path).text)
		assert sum(weight(client, address) for address in [path, *loaded(html)]) < HOSTS_BUDGET, path


@pytest.mark.long
def test_a_hosts_page_of_hours_stays_in_its_budget(client, offer):
	sign_in(client, host_of(offer))
	html = read(client.get("/scheduling/hours").text)
	assert sum(weight(client, address) for address in ("/scheduling/hours", *loaded(html))) < BUDGET


@pytest.mark.long
def test_nothing_is_asked_of_another_host(client, offer):
	for path in (path_of(offer), path_of(offer).rpartition("/")[0]):
		html = read(client.get(path).text)
		asking = [element for element in html.all() if element.attributes.get("rel") != "canonical"]
		addresses = [element[name] for element in asking for name in ("src", "href") if name in element.attributes]
		assert all(address.startswith(("/", "data:")) and not address.startswith("//") for address in addresses)
		for sheet in loaded(html):
			text = client.get(sheet).text.replace("http://www.w3.org", "")
			assert not re.search(r"@import\b(?! \{)|url\(|https?://", text)  # JSDoc imports types with `@import {`


def test_the_policy_lets_in_what_the_page_needs_and_nothing_else(client, offer):
	policy = client.get(path_of(offer)).headers["Content-Security-Policy"]
	assert "default-src 'none'" in policy
	assert "unsafe" not in policy
	assert "http" not in policy
