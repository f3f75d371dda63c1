"""A browser window on the tests' server, and a visitor's actions in it."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.server import Server, somebodys_address

SCREENSHOTS = Path(__file__).parent / "screenshots"
PATIENCE = 15
LIGHTEST_PAGE = "/assets/scheduler_integration/images/logo.svg"
# The default settings of a window.
AS_IT_IS = {"media": "screen", "color_scheme": "light", "forced_colors": "none", "reduced_motion": "no-preference"}
NAME, EMAIL = "Ada Lovelace", "ada@guests.example"


@dataclass(frozen=True)
class Screen:
	name: str
	width: int
	height: int


PHONE = Screen("phone", 390, 844)
SMALL_PHONE = Screen("small-phone", 320, 640)
DESK = Screen("desk", 1280, 800)


# Animations jump to their end. Those of what is folded away stand still until it is opened, so waiting for them may never
# end. The pages have no frames, and their style sheets come from this server, so axe-core needn't load them again.
_VIOLATIONS = """async () => {
	document.getAnimations().forEach((one) => one.finish());
	const found = await axe.run({
		// Off unless asked for. Fingers are on phones, and the rule takes a third of axe-core's time.
		rules: { "target-size": { enabled: innerWidth < 500 } },
		resultTypes: ["violations"], selectors: false, iframes: false, preload: false,
	});
	const places = (one) => one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160));
	return found.violations.map((one) => `${one.id}: ${places(one).join(", ")}`);
}"""


def size_of(screen: Screen) -> dict[str, int]:
	"""Return the size as Playwright has it."""
	return {"width": screen.width, "height": screen.height}


def resize(page: Any, screen: Screen) -> None:
	"""Give the window this size. Chromium draws all of a window again for it, so a window that has it is left alone."""
	if page.viewport_size != size_of(screen):
		page.set_viewport_size(size_of(screen))


class Windows:
	"""Chromium's windows, which the tests use one after another.

	A new window starts processes, which costs as much time as opening five pages. So a window that a test closes is
	emptied and kept for the next test that asks for the same language, time zone and so on.
	"""

	def __init__(self, chromium: Any, server: Server):
		self.server = server
		self._chromium = chromium
		self._free: dict[str, list[Any]] = {}

	def take(self, screen: Screen, options: dict[str, Any], media: dict[str, str]) -> Any:
		"""Return a page in an empty window with the options of Playwright's `new_context` and `emulate_media`."""
		free = self._free.setdefault(repr(sorted(options.items())), [])
		# Another size is drawn again, so a window of this size comes first.
		free.sort(key=lambda one: one.viewport_size == size_of(screen))
		page = free.pop() if free else self._chromium.new_context(base_url=self.server.url, **options).new_page()
		# A window behind another one has no focus.
		page.bring_to_front()
		resize(page, screen)
		page.emulate_media(**{**AS_IT_IS, **media})
		page.context.set_extra_http_headers(
			{"X-Frappe-Site-Name": self.server.site.name, "X-Forwarded-For": somebodys_address()}
		)
		return page

	def give_back(self, page: Any, options: dict[str, Any]) -> None:
		"""Empty the window: what the test has stored, and what it has changed in the window itself."""
		context = page.context
		page.unroute_all(behavior="ignoreErrors")
		context.set_offline(False)
		# As Playwright has it.
		context.set_default_timeout(30_000)
		# A page of this server, because Chromium starts another process for a page from elsewhere. A picture is a page too, and
		# comes from the browser's cache.
		page.goto(LIGHTEST_PAGE)
		page.evaluate("localStorage.clear(); sessionStorage.clear()")
		context.clear_cookies()
		self._free[repr(sorted(options.items()))].append(page)


class Browsing:
	"""A window. The test fails if a script of the page fails, or if the page sends a request to another host.

	`options` are Playwright's, of a context or of `emulate_media`. With `keep=False` no other test gets this window: for
	changes that can't be reverted, such as a clock that stands still.
	"""

	# The option --screenshots sets this.
	keeps_screenshots = False

	def __init__(self, windows: Windows, screen: Screen, *, keep: bool = True, **options: Any):
		self.server, self.screen = windows.server, screen
		self._windows, self._keep = windows, keep
		media = {name: options.pop(name) for name in AS_IT_IS if name in options}
		self._options = {"locale": "en-GB", "timezone_id": "Europe/Berlin", **options}
		self.page = windows.take(screen, self._options, media)
		self.context = self.page.context
		# Further origins that the page may ask.
		self.origins: tuple[str, ...] = ()
		self.requests: list[str] = []
		self.problems: list[str] = []
		self._listeners: dict[str, Callable[[Any], None]] = {
			"request": lambda request: self._asked(request.url),
			"pageerror": lambda error: self.problems.append(str(error)),
			"console": self._logged,
			"response": self._answered,
		}
		for event, listener in self._listeners.items():
			self.page.on(event, listener)

	def _asked(self, url: str) -> None:
		self.requests.append(url)
		if not url.startswith((self.server.url, *self.origins, "data:")):
			self.problems.append(f"asked another host: {url}")

	def _answered(self, response: Any) -> None:
		if "/assets/" in response.url and response.status >= 400:
			self.problems.append(f"{response.status} for {response.url}")

	def _logged(self, message: Any) -> None:
		# The browser also logs each refusal (409, 404), which isn't an error of the page.
		if message.type == "error" and "Failed to load resource" not in message.text:
			self.problems.append(message.text)

	def close(self) -> None:
		for event, listener in self._listeners.items():
			self.page.remove_listener(event, listener)
		if self._keep:
			self._windows.give_back(self.page, self._options)
		else:
			self.context.close()
		assert not self.problems, self.problems

	@property
	def on_phone(self) -> bool:
		return self.screen.width < 720

	def turn_into(self, screen: Screen, color_scheme: str | None = None) -> None:
		"""Give the window another size and, if named, other colours. The page stays as it is."""
		self.screen = screen
		resize(self.page, screen)
		if color_scheme:
			self.page.emulate_media(color_scheme=color_scheme)

	def open(self, path: str) -> None:
		self.page.goto(path)

	def follow(self, link: Any) -> None:
		"""Click on what leads to another page, and wait until that page and its scripts are there."""
		with self.page.expect_navigation():
			link.click()

	def api_requests(self) -> list[str]:
		return [url for url in self.requests if "/api/method/" in url]

	def wait_for_requests(self, count: int) -> None:
		"""Wait until the API got this number of requests and the page is idle. It must not send more."""
		deadline = time.monotonic() + PATIENCE
		while len(self.api_requests()) < count and time.monotonic() < deadline:
			self.page.wait_for_timeout(50)
		# The page fetches more when it is idle. A task that is queued later also runs later.
		self.page.evaluate("new Promise((done) => requestIdleCallback(done, { timeout: 1000 }))")
		assert len(self.api_requests()) == count, self.api_requests()

	def choose_day(self, position: int = 0) -> None:
		self.page.wait_for_load_state()
		self.page.locator(".day.is-free").nth(position).click()

	def choose_time(self, position: int = 0) -> str:
		"""Choose a time (on a desktop screen, confirm it too). Returns its label."""
		# Before the page's script runs, a time is a link to the form.
		self.page.wait_for_load_state()
		time = self.page.locator(".time").nth(position)
		label = time.inner_text()
		time.click()
		if not self.on_phone:
			self.page.locator(".confirm").click()
		self.page.locator("#attendee_name").wait_for()
		return label

	def reach_form(self, path: str, time: int = 0) -> str:
		self.open(path)
		if self.on_phone:
			self.choose_day()
		return self.choose_time(time)

	def fill_in(self, name: str = NAME, email: str = EMAIL) -> None:
		self.page.locator("#attendee_name").fill(name)
		self.page.locator("#attendee_email").fill(email)

	def book(self, path: str, time: int = 0) -> str:
		"""Book, from the first page to the confirmation. Returns the label of the chosen time."""
		label = self.reach_form(path, time)
		self.fill_in()
		self.page.locator("#submit").click()
		self.page.wait_for_url(re.compile("/schedule/manage/.*booked=1"))
		return label

	def wait_until(self, script: str, argument: Any = None) -> None:
		"""Wait until the script is true. Playwright's own `wait_for_function` needs `eval`, which the pages forbid."""
		deadline = time.monotonic() + PATIENCE
		while not self.ask(script, argument):
			assert time.monotonic() < deadline, f"never true: {script}"
			self.page.wait_for_timeout(50)

	def ask(self, script: str, argument: Any = None) -> Any:
		"""Return the script's value on the page once it has loaded: a page on its way in has no elements yet."""
		self.page.wait_for_load_state()
		return self.page.evaluate(script, argument)

	def screenshot(self, name: str, full: bool = False) -> None:
		if not self.keeps_screenshots:
			return
		SCREENSHOTS.mkdir(exist_ok=True)
		path = SCREENSHOTS / f"{name}-{self.screen.name}.png"
		# Colours that change slowly after the window was switched to the dark scheme are as they will be.
		self.page.screenshot(path=path, full_page=full, animations="disabled")

	def scrolls_sideways(self) -> bool:
		return self.ask("document.documentElement.scrollWidth > document.documentElement.clientWidth")

	def focused(self) -> str:
		"""Return the id of the focused element, or its text if it has no id."""
		return self.ask("document.activeElement.id || document.activeElement.innerText")

	def violations(self) -> list[str]:
		"""Return the violations that axe-core finds: of WCAG 2.2 A and AA, and of its own best practices."""
		from axe_playwright_python.sync_playwright import Axe

		if not self.ask("Boolean(window.axe)"):
			self.page.evaluate(Axe().axe_script)
		return self.page.evaluate(_VIOLATIONS)
