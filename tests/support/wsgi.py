"""A WSGI application on a free port of this machine, in a thread: a stand-in for another system."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

Application = Callable[[Request], Response]


@contextmanager
def serving(application: Application) -> Iterator[str]:
	"""Yield the base address, such as `http://127.0.0.1:41873`."""
	server = make_server("127.0.0.1", 0, Request.application(application), threaded=True)
	thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
	thread.start()
	try:
		yield f"http://127.0.0.1:{server.server_port}"
	finally:
		server.shutdown()
		thread.join()
		server.server_close()


def trusting(base: str) -> str:
	"""Return the `host:port` of an address, as `scheduling_allowed_hosts` and a guard's `allowed` have it."""
	return base.partition("://")[2].partition("/")[0]
