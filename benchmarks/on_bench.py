"""`make bench-site`: the benchmarks on a real site, with this checkout's app. The site keeps what they fill it with.

    make bench-site BENCH=~/frappe-bench SITE=test.localhost
    make bench-site BENCH=~/frappe-bench SITE=test.localhost ARGS="crowded_site 1000000 2000"

If the first argument names a module, only that one runs, with the other arguments.
"""

import sys
from pathlib import Path

from tests.support.bench import run_on_bench

if __name__ == "__main__":
	bench, site, *arguments = sys.argv[1:]
	module = ["benchmarks", *arguments]
	if arguments and arguments[0].isidentifier():
		module = [f"benchmarks.{arguments[0]}", *arguments[1:]]
	sys.exit(run_on_bench(Path(bench).expanduser().resolve(), site, module))
