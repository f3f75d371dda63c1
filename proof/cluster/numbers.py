"""How many bookings a second a topology takes, and how long one takes. Eight clients book a host each, so nobody waits for a lock.

After each booking a client sends a ping to the same web server. Other load on the machine slows both, so the bookings of
two topologies can be compared in pings.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median

from benchmarks.load import HOSTS, PING, Hosts, percentile
from proof.cluster.guests import ask

_WARM = 48


@dataclass(frozen=True, slots=True)
class Sent:
	"""One booking and the ping after it, in seconds, and what answered the booking: "201", or a status and an error's code."""

	booking: float
	ping: float
	answer: str


@dataclass(frozen=True, slots=True)
class Measured:
	"""Bookings a second, the time of one in ms, and the median of a booking in medians of a ping."""

	a_second: float
	p50: float
	p95: float
	pings: float
	answers: Counter[str]


def measure(ports: Sequence[int], site: str, hosts: Hosts, bookings: int) -> Measured:
	"""Send so many bookings to the web servers on these ports. The time of the pings isn't counted."""
	_send(ports, site, hosts, _WARM)
	began = time.perf_counter()
	sent = _send(ports, site, hosts, bookings)
	took = time.perf_counter() - began - sum(each.ping for each in sent) / HOSTS
	times = [each.booking for each in sent]
	answers = Counter(each.answer for each in sent)
	pings = median(times) / median(each.ping for each in sent)
	return Measured(answers["201"] / took, percentile(times, 0.5), percentile(times, 0.95), pings, answers)


def _send(ports: Sequence[int], site: str, hosts: Hosts, count: int) -> list[Sent]:
	requests = hosts.bookings(count, HOSTS)

	def one_client(nth: int) -> list[Sent]:
		port, found = ports[nth % len(ports)], []
		for request in requests[nth::HOSTS]:
			began = time.perf_counter()
			answer = ask(port, site, request.path, request.body)
			booked = time.perf_counter()
			ask(port, site, PING)
			ended = time.perf_counter()
			code = f"{answer.status} {answer.json().get('code', '')}".strip()
			found.append(Sent(booked - began, ended - booked, code))
		return found

	with ThreadPoolExecutor(HOSTS) as pool:
		return [each for found in pool.map(one_client, range(HOSTS)) for each in found]
