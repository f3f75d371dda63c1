"""A Galera cluster of three nodes on this machine, and guests who book while its parts fail: `make proof-cluster`.

- `nodes.py` starts and stops the nodes, and `router.py` is the proxy in front of them.
- `servers.py` starts the web servers, the RQ worker and Redis. `entry.py` is what a web server runs.
- `guests.py` are the guests, and `checks.py` says what must hold on every node afterwards.
- `troubles.py` kills, stops and cuts off parts while the guests book. `faults.py` are faults in the code that must be found.

docs/explanation/guard.md says what holds on which topology.
"""
