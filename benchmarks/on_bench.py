"""`make bench-site`: the benchmarks on a real site, with this checkout's app. The site keeps what they fill it with."""

import sys
from pathlib import Path

from tests.support.bench import run_on_bench

if __name__ == "__main__":
	bench, site, *arguments = sys.argv[1:]
	sys.exit(run_on_bench(Path(bench).expanduser().resolve(), site, ["benchmarks", *arguments]))
