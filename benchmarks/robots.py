"""`python -m benchmarks.robots [bookings] [addresses]`: robots that book one page, and people beside them.

The robot check is Adaptive. First robots without proofs send 4,000 bookings from 400 addresses, while somebody books with a
telephone's browser, four times slower than this machine. Then robots solve each challenge with OpenSSL and book until they
are asked for a code. Last, one thread of OpenSSL and one worker of the browser solve the same challenges.

Prints how many robots got through, how long the person had to wait after the last click until the booking was sent, and
what a proof costs whom. Needs Chromium.
"""

import json
import random
import re
import shutil
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import altcha
import frappe
from playwright.sync_api import Browser, sync_playwright

from scheduler_integration.trust.proofs import Subject, new_challenge
from tests.pages.offer import make_offer, path_of
from tests.support.factories import fresh, page_of
from tests.support.server import Client, Server, running, somebodys_address
from tests.support.site import opened, undoing_commits

PUBLIC = "scheduler_integration.api.public"
THREADS = 4
PEOPLE = 5
SLOWER = 4
PAYING = 60


def main(bookings: int = 4000, addresses: int = 400) -> None:
	with opened() as site, undoing_commits(), running(site) as server, sync_playwright() as playwright:
		path = shutil.which("chromium") or shutil.which("chromium-headless-shell")
		browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
		_choose(captcha_mode="Adaptive", bookings_per_hour=0, site_bookings_per_hour=0, site_requests_per_minute=0)
		_without_proofs(server, browser, bookings, addresses)
		_with_proofs(server)
		_costs(browser, server)


def _choose(**fields: Any) -> None:
	for name, value in fields.items():
		frappe.db.set_single_value("Scheduler Settings", name, value)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	frappe.db.commit()


def _without_proofs(server: Server, browser: Browser, bookings: int, addresses: int) -> None:
	offer = make_offer()
	wish, starts = _wish(server, offer)
	networks = [f"198.{18 + each // 250}.{each % 250}.7" for each in range(addresses)]
	answers: Counter[int] = Counter()
	under_attack = threading.Event()

	def robot(number: int) -> None:
		client = server.client()
		client.headers["X-Forwarded-For"] = networks[number % addresses]
		answers[_book(client, wish, starts)] += 1
		if number > bookings // 10:
			under_attack.set()

	with ThreadPoolExecutor(THREADS) as pool:
		began = time.monotonic()
		robots = [pool.submit(robot, number) for number in range(bookings)]
		under_attack.wait()
		waits = [_person(browser, server, path_of(offer)) for _each in range(PEOPLE)]
		still = sum(not each.done() for each in robots)
		for each in robots:
			each.result()
	print(
		f"{bookings} robots without proofs from {addresses} addresses, {time.monotonic() - began:.0f} s: {dict(answers)}"
	)
	print(f"through: {answers[201] / bookings:.2%}; {still} robots were still to come when the last person had booked")
	print(
		f"people: {PEOPLE} of {PEOPLE} booked in one try; after the last click they waited {_ms(waits)} (median, most)"
	)


def _person(browser: Browser, server: Server, path: str) -> float:
	"""Book as a person, and return the seconds between the click on the button and the request that books."""
	headers = {"X-Frappe-Site-Name": server.site.name, "X-Forwarded-For": somebodys_address()}
	context = browser.new_context(
		base_url=server.url, viewport={"width": 390, "height": 844}, extra_http_headers=headers
	)
	context.set_default_timeout(120_000)
	page = context.new_page()
	context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
	statuses: list[int] = []
	sent: list[float] = []
	page.on("request", lambda each: sent.append(time.monotonic()) if "public.book" in each.url else None)
	page.on("response", lambda each: statuses.append(each.status) if "public.book" in each.url else None)
	page.goto(path)
	page.wait_for_load_state()
	page.locator(".day.is-free").nth(random.randrange(3)).click()
	page.locator(".time").nth(random.randrange(3)).click()
	page.locator("#attendee_name").press_sequentially("Ada Lovelace", delay=120)
	page.locator("#attendee_email").press_sequentially(f"{fresh('ada')}@guests.example", delay=120)
	clicked = time.monotonic()
	page.locator("#submit").click()
	page.wait_for_url(re.compile("booked=1"))
	context.close()
	assert statuses == [201], statuses
	return sent[0] - clicked


def _with_proofs(server: Server) -> None:
	offer = make_offer()
	wish, starts = _wish(server, offer)
	seconds, booked, needed = [], 0, Counter()
	for each in range(PAYING):
		client = server.client()
		client.headers["X-Forwarded-For"] = f"198.20.{each}.7"
		where = {"slug": wish["slug"], "meeting_type": wish["meeting_type"]}
		challenge = client.call(f"{PUBLIC}.get_challenge", "GET", **where).json()["data"]["challenge"]
		proof = {}
		if challenge:
			began = time.thread_time()
			proof = {"proof": _solved(challenge)}
			seconds.append(time.thread_time() - began)
		answer = client.call(f"{PUBLIC}.book", **_wished(wish, starts), **proof)
		booked += answer.status_code == 201
		needed[answer.json().get("code", "booked")] += 1
	print(f"{PAYING} robots that solve each challenge: {booked} booked, {dict(needed)}")
	print(f"processor time for a proof: {min(seconds):.2f} s at first, {max(seconds):.2f} s later")


def _costs(browser: Browser, server: Server) -> None:
	"""One worker of the browser against one thread of OpenSSL, with the same challenges, in turn."""
	page = browser.new_page(base_url=server.url, extra_http_headers={"X-Frappe-Site-Name": server.site.name})
	page.goto("/assets/scheduler_integration/bundles/scheduling_solver.bundle.js")
	native, in_browser = [], []
	for _each in range(7):
		challenge = new_challenge(Subject("page", "type", "book"), 1, int(time.time()))
		tries = page.evaluate(_IN_WORKER, challenge["parameters"])
		in_browser.append(tries["seconds"] / (tries["counter"] + 1))
		began = time.monotonic()
		found = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
		native.append((time.monotonic() - began) / (found.counter + 1))
	print(
		f"a key: {median(in_browser) * 1000:.1f} ms in the browser's worker, {median(native) * 1000:.1f} ms with OpenSSL"
	)
	print(f"a native solver is {median(in_browser) / median(native):.1f} times as fast")


_IN_WORKER = """(parameters) => new Promise((done) => {
	const worker = new Worker(location.href);
	const began = performance.now();
	worker.onmessage = ({ data }) => done({ ...data, seconds: (performance.now() - began) / 1000 });
	worker.postMessage({ ...parameters, start: 0, step: 1 });
})"""


def _wish(server: Server, offer: Any) -> tuple[dict[str, Any], list[str]]:
	where = {"slug": page_of(offer).slug, "meeting_type": offer.slug}
	days = server.client().call(f"{PUBLIC}.next_slots", "GET", **where).json()["data"]["days"]
	return where, [slot["start"] for day in sorted(days)[4:] for slot in days[day]]


def _wished(wish: dict[str, Any], starts: list[str]) -> dict[str, Any]:
	name = {"attendee_name": "Robot", "attendee_email": f"{fresh('r')}@robots.example"}
	return {**wish, **name, "start": random.choice(starts)}


def _book(client: Client, wish: dict[str, Any], starts: list[str]) -> int:
	return client.call(f"{PUBLIC}.book", **_wished(wish, starts)).status_code


def _solved(challenge: dict[str, Any]) -> str:
	asked = altcha.Challenge.from_dict(challenge)
	solution = altcha.solve_challenge(asked)
	return altcha.Payload(asked, solution).to_base64()


def _ms(seconds: list[float]) -> str:
	return json.dumps([round(median(seconds) * 1000), round(max(seconds) * 1000)]) + " ms"


if __name__ == "__main__":
	main(*map(int, sys.argv[1:]))
