"""A real Chromium, which opens pages of the tests' server."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.browser.desk import Desk
from tests.browser.elsewhere import Elsewhere, elsewhere
from tests.browser.screens import DESK, PHONE, Browsing, Screen, Windows
from tests.pages.offer import TeamOffer, make_offer
from tests.support.server import Server
from tests.support.site import Site

HOW_TO_GET_IT = "no Chromium here: apt-get install chromium, and pip install playwright axe-playwright-python"

# Debian's `chromium-headless-shell` draws the same pages with less around them.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
# Features of Chromium that no page needs and that cost the tests processor time.
UNUSED = (
	# A process for the next page, started in advance.
	"SpareRendererForSitePerProcess",
	# The address bar's suggestions: a page and a process of its own in each window, which take longer than a test's page.
	"PreloadTopChromeWebUI",
	"WebUIOmniboxPopup",
	"WebUIOmniboxAimPopup",
	"HttpsUpgrades",
	"MediaRouter",
	"OptimizationHints",
	"PaintHolding",
)
ARGUMENTS = [
	"--no-sandbox",
	"--disable-gpu",
	"--disable-quic",
	"--no-first-run",
	"--disable-background-networking",
	"--disable-component-update",
	"--disable-sync",
	# Host names of pages (tests/browser/test_domains.py) lead to the tests' server.
	"--host-resolver-rules=MAP *.example.test 127.0.0.1",
	f"--disable-features={','.join(UNUSED)}",
	# Tools of pages for assistants: the browser makes them of forms (tests/browser/test_one_contract.py).
	"--enable-features=WebMCP",
]


def pytest_configure(config: pytest.Config) -> None:
	config.addinivalue_line("markers", "journey: the way through a page that `make test` makes too")
	config.addinivalue_line("markers", "picture: checks nothing new, and runs only with --screenshots")
	Browsing.keeps_screenshots = config.getoption("--screenshots")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
	here = Path(__file__).parent
	for item in items:
		if here in item.path.parents:
			item.add_marker(pytest.mark.browser)
			if not item.get_closest_marker("journey"):
				item.add_marker(pytest.mark.long)
	if not Browsing.keeps_screenshots:
		pictures = [item for item in items if item.get_closest_marker("picture")]
		config.hook.pytest_deselected(items=pictures)
		items[:] = [item for item in items if item not in pictures]


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
	sync_api = pytest.importorskip("playwright.sync_api", reason=HOW_TO_GET_IT)
	with sync_api.sync_playwright() as started:
		yield started


def launched(playwright: Any, names: Sequence[str], how_to_get_it: str = HOW_TO_GET_IT) -> Iterator[Any]:
	"""Yield the first of these browsers that is here. Without one, skip the test."""
	executable = next(filter(None, map(shutil.which, names)), None)
	if not executable:
		pytest.skip(how_to_get_it)
	browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
	yield browser
	browser.close()


@pytest.fixture(scope="session")
def chromium(playwright: Any) -> Iterator[Any]:
	yield from launched(playwright, BROWSERS)


@pytest.fixture(scope="session")
def windows(chromium: Any, server: Server) -> Windows:
	return Windows(chromium, server)


@pytest.fixture
def browse(windows: Windows, commit_clean: None) -> Iterator[Callable[..., Browsing]]:
	"""Open a new window: `browse(DESK)` or `browse(PHONE, timezone_id="Asia/Tokyo")`."""
	opened: list[Browsing] = []

	def open_window(screen: Screen = PHONE, **options: Any) -> Browsing:
		window = Browsing(windows, screen, **options)
		opened.append(window)
		return window

	yield open_window
	for window in opened:
		window.close()


@pytest.fixture
def desk(windows: Windows, site: Site, commit_clean: None) -> Iterator[Callable[..., Desk]]:
	"""Open a window in which this user has signed in: `desk(user)`. Options are those of `browse`."""
	if not site.is_real:
		pytest.skip("only a real site has a desk: make test-bench")
	if not (site.sites_path / "assets" / "assets.json").exists():
		pytest.skip("this bench's desk was never built: bench build")
	opened: list[Desk] = []

	def open_desk(user: str, **options: Any) -> Desk:
		# Frappe 16 copies by a method of browsers that asks headless ones for a permission.
		window = Desk(windows, DESK, permissions=["clipboard-write"], **options)
		opened.append(window)
		window.sign_in(user)
		return window

	yield open_desk
	for window in opened:
		window.close()


@pytest.fixture
def team(commit_clean: None) -> TeamOffer:
	return TeamOffer()


@pytest.fixture
def web(server: Server, commit_clean: None) -> Iterator[Elsewhere]:
	"""Another website, which the site allows to embed."""
	import frappe

	with elsewhere(server) as made:
		settings = frappe.get_doc("Scheduler Settings")
		settings.allowed_embed_hosts = made.host
		settings.save()
		frappe.db.commit()
		yield made


@pytest.fixture
def offer(commit_clean):
	return make_offer()
