"""A browser window on the tests' server, and a visitor's actions in it."""

import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.server import Server, somebodys_address

SCREENSHOTS = Path(__file__).parent / "screenshots"
PATIENCE = 15
NAME, EMAIL = "Ada Lovelace", "ada@guests.example"


@dataclass(frozen=True)
class Screen:
	name: str
	width: int
	height: int


PHONE = Screen("phone", 390, 844)
SMALL_PHONE = Screen("small-phone", 320, 640)
DESK = Screen("desk", 1280, 800)


class Browsing:
	"""A window. The test fails if a script of the page fails, or if the page sends a request to another host."""

	# The option --screenshots sets this.
	keeps_screenshots = False

	def __init__(self, chromium: Any, server: Server, screen: Screen, **options: Any):
		self.server, self.screen = server, screen
		self.context = chromium.new_context(
			viewport={"width": screen.width, "height": screen.height},
			extra_http_headers={"X-Frappe-Site-Name": server.site.name, "X-Forwarded-For": somebodys_address()},
			**{"locale": "en-GB", "timezone_id": "Europe/Berlin", "base_url": server.url, **options},
		)
		self.page = self.context.new_page()
		self.requests: list[str] = []
		self.problems: list[str] = []
		self.page.on("request", lambda request: self._asked(request.url))
		self.page.on("pageerror", lambda error: self.problems.append(str(error)))
		self.page.on("console", self._logged)
		self.page.on("response", self._answered)

	def _asked(self, url: str) -> None:
		self.requests.append(url)
		if not url.startswith((self.server.url, "data:")):
			self.problems.append(f"asked another host: {url}")

	def _answered(self, response: Any) -> None:
		if "/assets/" in response.url and response.status >= 400:
			self.problems.append(f"{response.status} for {response.url}")

	def _logged(self, message: Any) -> None:
		# The browser also logs each refusal (409, 404), which isn't an error of the page.
		if message.type == "error" and "Failed to load resource" not in message.text:
			self.problems.append(message.text)

	def close(self) -> None:
		self.context.close()
		assert not self.problems, self.problems

	@property
	def on_phone(self) -> bool:
		return self.screen.width < 720

	def open(self, path: str) -> None:
		self.page.goto(path)

	def api_requests(self) -> list[str]:
		return [url for url in self.requests if "/api/method/" in url]

	def wait_for_requests(self, count: int) -> None:
		"""Wait until the API got this number of requests and the page is idle: it must not send more."""
		deadline = time.monotonic() + PATIENCE
		while len(self.api_requests()) < count and time.monotonic() < deadline:
			self.page.wait_for_timeout(50)
		# The page fetches more when it is idle. A task that is queued later also runs later.
		self.page.evaluate("new Promise((done) => requestIdleCallback(done, { timeout: 1000 }))")
		assert len(self.api_requests()) == count, self.api_requests()

	def choose_day(self, position: int = 0) -> None:
		self.page.locator(".day.is-free").nth(position).click()

	def choose_time(self, position: int = 0) -> str:
		"""Choose a time (on a desktop screen, confirm it too). Returns its label."""
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
		while not self.page.evaluate(script, argument):
			assert time.monotonic() < deadline, f"never true: {script}"
			self.page.wait_for_timeout(50)

	def screenshot(self, name: str, full: bool = False) -> None:
		if not self.keeps_screenshots:
			return
		SCREENSHOTS.mkdir(exist_ok=True)
		self.page.screenshot(path=SCREENSHOTS / f"{name}-{self.screen.name}.png", full_page=full)

	def scrolls_sideways(self) -> bool:
		return self.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

	def focused(self) -> str:
		"""Return the id of the focused element, or its text if it has no id."""
		return self.page.evaluate("document.activeElement.id || document.activeElement.innerText")

	def violations(self) -> list[str]:
		"""Return the violations that axe-core finds: of WCAG 2.2 A and AA, and of its own best practices."""
		from axe_playwright_python.sync_playwright import Axe

		self.page.evaluate("Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))")
		found = Axe().run(self.page).response["violations"]
		return [f"{one['id']}: {[node['html'][:160] for node in one['nodes']][:3]}" for one in found]
