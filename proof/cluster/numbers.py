"""How many bookings a second a topology takes, and how long one takes. Eight clients book a host each, so nobody waits for a lock."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from benchmarks.load import HOSTS, Hosts, percentile
from proof.cluster.guests import ask

_WARM = 48


@dataclass(frozen=True, slots=True)
class Measured:
	a_second: float
	p50: float
	p95: float
	answers: Counter[str]


def measure(ports: Sequence[int], site: str, hosts: Hosts, bookings: int) -> Measured:
	"""Send so many bookings to the web servers on these ports. Times are in ms."""
	_send(ports, site, hosts, _WARM)
	began = time.perf_counter()
	found = _send(ports, site, hosts, bookings)
	took = time.perf_counter() - began
	seconds = [each for each, _answer in found]
	answers = Counter(answer for _each, answer in found)
	return Measured(answers["201"] / took, percentile(seconds, 0.5), percentile(seconds, 0.95), answers)


def _send(ports: Sequence[int], site: str, hosts: Hosts, count: int) -> list[tuple[float, str]]:
	requests = hosts.bookings(count, HOSTS)

	def one_client(nth: int) -> list[tuple[float, str]]:
		found = []
		for request in requests[nth::HOSTS]:
			began = time.perf_counter()
			answer = ask(ports[nth % len(ports)], site, request.path, request.body)
			found.append((time.perf_counter() - began, f"{answer.status} {answer.json().get('code', '')}".strip()))
		return found

	with ThreadPoolExecutor(HOSTS) as pool:
		return [each for found in pool.map(one_client, range(HOSTS)) for each in found]
