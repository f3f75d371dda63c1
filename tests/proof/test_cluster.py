"""The parts of `make proof-cluster` that run by themselves: the router anywhere, the nodes where Galera is installed."""

import shutil
import socket
import socketserver
import threading
from contextlib import ExitStack, suppress

import pytest

from proof.cluster.faults import PLANTED
from proof.cluster.router import Router
from proof.faults import changed_code, function_of, importlib

FAULTS = [each.fault for each in PLANTED if each.fault]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_still_has_its_line(fault):
	module = importlib.import_module(f"scheduler_integration.{fault.module}")
	function = function_of(module, fault.function)
	assert changed_code(module, function, fault) != function.__code__


class Named(socketserver.BaseRequestHandler):
	"""Says its server's name, and then waits for the end of the connection."""

	def handle(self):
		self.request.sendall(self.server.name)
		self.request.recv(1)


@pytest.fixture
def nodes():
	"""Three servers that say their number, and the numbers of those that are ready."""
	with ExitStack() as stack:
		servers = []
		for number in range(3):
			server = stack.enter_context(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Named))
			server.daemon_threads, server.name = True, str(number).encode()
			threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
			stack.callback(server.shutdown)
			servers.append(server)
		yield [server.server_address[1] for server in servers], {0, 1, 2}


@pytest.fixture
def router(nodes):
	ports, ready = nodes
	router = Router(ports, ready.__contains__)
	yield router
	router.close()


def connected(router):
	connection = socket.create_connection(("127.0.0.1", router.port), timeout=20)
	return connection, connection.recv(1)


def asked_until(router, wanted):
	"""Connect until the router leads to the wanted server, or to none."""
	for _each in range(100_000):
		connection, name = connected(router)
		connection.close()
		if name == wanted:
			return True
	return False


class TestRouter:
	def test_all_connections_go_to_one_node(self, router):
		assert [connected(router)[1] for _each in range(3)] == [b"0"] * 3

	def test_the_next_node_takes_over_and_open_connections_end(self, router, nodes):
		connection, name = connected(router)
		nodes[1].discard(0)
		with suppress(ConnectionResetError):
			assert connection.recv(1) == b""
		assert (name, asked_until(router, b"1")) == (b"0", True)

	def test_a_node_that_comes_back_waits_for_its_turn(self, router, nodes):
		nodes[1].discard(0)
		assert asked_until(router, b"1")
		nodes[1].add(0)
		assert connected(router)[1] == b"1"
		nodes[1].discard(1)
		assert asked_until(router, b"2")

	def test_without_a_node_connections_end_at_once(self, router, nodes):
		nodes[1].clear()
		assert asked_until(router, b"")
		nodes[1].add(2)
		assert asked_until(router, b"2")

	def test_it_moves_when_it_is_told(self, router):
		router.prefer(2)
		assert asked_until(router, b"2")


@pytest.mark.long
def test_three_nodes_lose_one_and_get_it_back(monkeypatch):
	pytest.importorskip("pymysql", reason="the nodes need PyMySQL, which Frappe brings")
	from proof.cluster.nodes import Cluster, data_folder, wait_until, why_not

	if reason := why_not():
		pytest.skip(reason)
	with data_folder() as folder:
		cluster = Cluster(folder)
		# Making a new server's data deleted the temporary tables of the machine's other servers.
		shared = folder / "shared"
		shared.mkdir()
		shutil.chown(shared, "mysql", "mysql")
		(shared / "#sql-temptable-1-2-3.MAI").touch()
		monkeypatch.setenv("TMPDIR", str(shared))
		try:
			cluster.start_first(lambda node: node.query("create database kept"))
			assert [file.name for file in shared.iterdir()] == ["#sql-temptable-1-2-3.MAI"]
			cluster.join_others()
			cluster.wait_until_whole()
			first, second, third = cluster.nodes
			first.query("create table kept.numbers (number int primary key)")
			first.kill()
			wait_until(second.is_ready, "the others didn't go on", second)
			wait_until(lambda: second.size_of_cluster() == 2, "the dead node still counts", second)
			second.query("insert into kept.numbers values (7)")
			third.query("set global wsrep_provider_options = 'gmcast.isolate=1'")
			wait_until(lambda: not third.is_ready(), "a node without the others still takes statements", third)
			third.query("set global wsrep_provider_options = 'gmcast.isolate=0'")
			wait_until(third.is_ready, "the node didn't come back", third)
			cluster.start_again(first)
			cluster.wait_until_whole()
			assert [node.query("select number from kept.numbers") for node in cluster.nodes] == [[(7,)]] * 3
		finally:
			cluster.stop()
