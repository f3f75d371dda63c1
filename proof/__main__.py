"""`make proof`: searches the model, then all orders of the real commands' steps, kills, random histories and planted faults.

    make proof                                          5 minutes
    make proof ARGS="--seconds 3600 --seed 7"           an hour, other random histories
    make proof ARGS="--history 7.41"                    repeats one random history exactly
    make proof-bench BENCH=~/frappe-bench SITE=test.localhost

The exit code is 1 if a double booking was possible, or if a planted fault wasn't found.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field

from proof import model
from proof.real import Proof
from tests.support.bench import main_on_bench
from tests.support.site import opened, undoing_commits

SECONDS = 300
# The share of the time for each part that could go on forever.
_ORDERS, _KILLS, _HISTORIES = 0.25, 0.1, 0.15
# So many orders are tried to find a planted fault in one scenario.
ORDERS_FOR_A_FAULT = 60


@dataclass(slots=True)
class Report:
	"""The findings. `failures` are sentences, each with what repeats it."""

	failures: list[str] = field(default_factory=list)
	orders: int = 0

	def show(self, *columns: object) -> None:
		widths = (48, 10, 10, 18)
		cells = [str(each) for each in columns]
		line = "".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)) + "  ".join(cells[4:])
		sys.stdout.write(line.rstrip() + "\n")
		sys.stdout.flush()

	def fail(self, sentence: str) -> None:
		self.failures.append(sentence)
		self.show(f"  FAILED: {sentence}")


def main(arguments: list[str]) -> int:
	options = _options(arguments)
	report = Report()
	parts = options.parts.split(",")
	if "model" in parts and not options.history:
		_search_model(report)
	with opened() as site, undoing_commits(), closing(Proof(site)) as proof:
		if options.history:
			proof.history(options.history, report, show=True)
			return _end(report)
		if "orders" in parts:
			_search_orders(proof, report, options.seconds * _ORDERS)
		if "kills" in parts:
			proof.kills(report, time.monotonic() + options.seconds * _KILLS)
		if "histories" in parts:
			proof.histories(report, options.seed, time.monotonic() + options.seconds * _HISTORIES)
		if "faults" in parts:
			proof.faults(report, ORDERS_FOR_A_FAULT)
	return _end(report)


def _options(arguments: list[str]) -> argparse.Namespace:
	parser = argparse.ArgumentParser(prog="make proof")
	parser.add_argument("--seconds", type=float, default=SECONDS, help="about how long to search")
	parser.add_argument("--seed", type=int, default=1, help="of the random histories")
	parser.add_argument("--parts", default="model,orders,kills,histories,faults", help="which parts to run")
	parser.add_argument("--history", default="", help="repeat the history of this number only")
	return parser.parse_args(arguments)


def _search_model(report: Report) -> None:
	report.show("Model", "states", "", "orders", "")
	for level in model.LEVELS:
		found = model.search_all(level)
		report.orders += found.orders
		report.show(
			f"  {level}", found.states, "", f"{found.orders:,}", f"{found.worlds} worlds, {found.violations} violations"
		)
		if found.violations:
			report.fail(f"the model allows {found.example}")
	for missing, level in model.REDUNDANT:
		example = model.find(missing, level)
		report.show(f"  with {missing} ({level})", "", "", "", "the time is kept" if not example else "NOT KEPT")
		if example:
			report.fail(f"with {missing} the model allows {example}")
	for fault, level in model.FAULTS:
		example = model.find(fault, level)
		report.show(f"  with {fault}", "", "", "", "found" if example else "NOT FOUND")
		if not example:
			report.fail(f"the model doesn't notice {fault}")


def _search_orders(proof: Proof, report: Report, seconds: float) -> None:
	report.show(f"\nReal commands on {proof.database}", "runs", "classes", "orders", "")
	proof.orders(report, time.monotonic() + seconds)
	if proof.database == "MariaDB":
		report.show("The same under REPEATABLE READ", "runs", "classes", "orders", "")
		proof.orders(report, time.monotonic() + seconds, snapshots=True)


def _end(report: Report) -> int:
	report.show(f"\n{report.orders:,} orders of statements, {len(report.failures)} failures")
	return int(bool(report.failures))


def _run(arguments: list[str]) -> None:
	sys.exit(main(arguments))


if __name__ == "__main__":
	if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
		main_on_bench("proof", _run)
	else:
		_run(sys.argv[1:])
