"""Real processes: killed between any two steps, two at once, and mail servers that refuse, hang and die."""

import json
import socket
import threading
from contextlib import contextmanager

import frappe
import pytest

from scheduler_integration.outbox import claims, runner, wake
from scheduler_integration.outbox.claims import LEASE_SECONDS
from scheduler_integration.outbox.tasks import Planned, plan
from scheduler_integration.platform.clock import now
from tests.support import door
from tests.support.factories import fresh, make_meeting_type, make_page, payload
from tests.support.outbox import actions, status_of, tasks
from tests.support.smtp import sending_to_inbox

pytestmark = pytest.mark.usefixtures("commit_clean")

DAY = 86400
# The mail server's silence lasts a second and not two minutes.
RUN = """
import smtplib, sys
from functools import partialmethod
smtplib.SMTP._get_socket = partialmethod(
	lambda self, host, port, timeout, known: known(self, host, port, 1), known=smtplib.SMTP._get_socket
)
from scheduler_integration.jobs import outbox
from scheduler_integration.platform import clock
from tests.support.site import set_test_mode
set_test_mode(False)
outbox.run_due_tasks(lambda: clock.now() + int(sys.argv[1]), 60)
"""
# Kills itself with the signal that nobody can catch, before or after the commit of this number.
RUN_AND_DIE = """
import os, signal, sys
import frappe
commit, commits = frappe.db.commit, 0
def counted():
	global commits
	commits += 1
	if sys.argv[3] == "before" and commits == int(sys.argv[2]):
		os.kill(os.getpid(), signal.SIGKILL)
	commit()
	if sys.argv[3] == "after" and commits == int(sys.argv[2]):
		os.kill(os.getpid(), signal.SIGKILL)
frappe.db.commit = counted
""" + RUN.replace("run_due_tasks", "run_new_tasks")
# Each task adds a line to a file, as if the file were the world outside.
RUN_WITH_A_FILE = """
import sys
from scheduler_integration.platform import clock
from scheduler_integration.outbox.handlers import Handler
from scheduler_integration.outbox.outcomes import Done
from scheduler_integration.outbox.runner import Runner
def write(task, now):
	with open(sys.argv[1], "a") as file:
		file.write(task.key + "\\n")
	return Done()
runner = Runner({"sms": Handler(write)}, clock.now, print, print)
getattr(runner, sys.argv[2])(60)
"""


@pytest.fixture
def inbox(site):
	with sending_to_inbox(site) as box:
		yield box


@pytest.fixture
def attendee_alone():
	"""Hosts get no messages. Each booking has one confirmation and one reminder."""
	rows = frappe.get_all("Meeting Automation", {"built_in": ["in", ["host_confirmed", "host_reminder"]]}, pluck="name")
	for is_active in (0, 1):
		for name in rows:
			frappe.get_doc("Meeting Automation", name).update({"is_active": is_active}).save()
		frappe.db.commit()
		if not is_active:
			yield


def offer():
	hours = {day: ["00:00-00:00"] for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")}
	page = make_page(hours=hours)
	return page, make_meeting_type(page, reminders="1440")


def book(page, meeting_type, index=0):
	monday = (now() // DAY // 7 + 2) * 7 * DAY + 4 * DAY
	booking = door.book(payload(page, meeting_type, monday + index * 1800), now())
	frappe.db.commit()
	return booking


def run(site, shift=0, code=RUN):
	site.python(code, str(shift)).communicate(timeout=60)
	frappe.db.rollback()


def arrived(inbox, booking):
	"""Return the ids of the booking's messages that arrived. A real site may send others' mail meanwhile."""
	came = [inbox.arrived.get()[1] for _each in range(inbox.arrived.qsize())]
	keys = {task.key for task in (*tasks(booking.id), *actions(booking.id))}
	return [key for key in (str(message["Message-Id"]).strip("<>") for message in came) if key in keys]


def seconds_to_reminders(booking):
	return booking.start - DAY + 1 - now()


def status_of_due(booking):
	"""Return the statuses of the messages at booking and of the reminders, but not of what comes after the meeting."""
	return [task.status for task in (*tasks(booking.id), *actions(booking.id, due_at=["<", booking.start]))]


@pytest.mark.long
def test_killed_between_any_two_steps_nothing_is_lost_and_nothing_sent_twice(site, inbox, attendee_alone):
	"""Confirmations and reminders. Only a message that the mail server took just before the kill may come twice."""
	commit, completed, offered = 0, False, offer()
	while not completed:
		commit += 1
		for moment in ("before", "after"):
			booking = book(*offered, 2 * commit + (moment == "after"))
			shift = seconds_to_reminders(booking)
			process = site.python(RUN_AND_DIE, str(shift), str(commit), moment)
			process.communicate(timeout=60)
			completed = process.returncode == 0
			before = arrived(inbox, booking)
			frappe.db.rollback()
			known = frappe.get_all("Email Queue", {"reference_name": booking.id, "status": "Sent"}, pluck="name")
			run(site, shift + LEASE_SECONDS + 1)
			after = arrived(inbox, booking)
			assert status_of_due(booking) == ["Sent", "Sent"], (commit, moment)
			assert len({*before, *after}) == 2, (commit, moment)
			unsure = len(before) - len(known)
			assert len(before) + len(after) - 2 <= unsure <= 1, (commit, moment)
	assert commit > 10


@pytest.mark.long
def test_two_workers_at_once_do_each_task_once(site, tmp_path):
	booking, out = fresh("booking"), tmp_path / "ran"
	wanted = [
		Planned(kind="sms", purpose="test", target=f"+{index % 7}", key=fresh("key"), due_at=now() - 10)
		for index in range(300)
	]
	plan(booking, wanted, now())
	frappe.db.commit()
	workers = [site.python(RUN_WITH_A_FILE, str(out), run) for run in ("run_new", "run_new", "run_all")]
	for worker in workers:
		_output, error = worker.communicate(timeout=60)
		assert worker.returncode == 0, error
	frappe.db.rollback()
	assert sorted(out.read_text().split()) == sorted(task.key for task in wanted)
	assert set(status_of(booking)) == {"Sent"}


def test_a_worker_whose_tasks_were_all_taken_looks_again(monkeypatch):
	booking, known = fresh("booking"), claims._candidates
	wanted = [
		Planned(kind="sms", purpose="test", target=f"+{index}", key=fresh("key"), due_at=now() - 10)
		for index in range(4)
	]
	plan(booking, wanted, now())
	frappe.db.commit()

	def taken_meanwhile(*arguments):
		names = known(*arguments)
		frappe.db.set_value("Outbox Task", {"name": ["in", names]}, {"status": "Sending", "lease_until": now() + 60})
		frappe.db.commit()
		monkeypatch.setattr(claims, "_candidates", known)
		return names

	monkeypatch.setattr(claims, "_candidates", taken_meanwhile)
	mine = claims.claim(now(), 2, claims.Wanted(booking))
	assert len(mine) == 2
	assert sorted(status_of(booking)) == ["Sending"] * 4


@pytest.mark.long
def test_without_redis_the_next_run_sends_the_messages(site, inbox, monkeypatch):
	known = frappe.enqueue

	def down(method, *args, **kwargs):
		if method == wake.JOB:
			raise ConnectionError("Redis is down")
		return known(method, *args, **kwargs)

	monkeypatch.setattr(frappe, "enqueue", down)
	booking = book(*offer())
	assert status_of(booking.id) == ["Pending", "Pending"]
	run(site)
	assert len(arrived(inbox, booking)) == 2
	assert status_of(booking.id) == ["Sent", "Sent"]


@pytest.mark.long
def test_a_confirmation_passes_hundreds_of_reminders(site, inbox, monkeypatch):
	monkeypatch.setattr(runner, "PAUSE", 0.01)
	older = fresh("booking")
	wanted = [
		Planned(kind="email", purpose="test", target=f"{index}@guests.example", key=fresh("key"), due_at=now() - 60)
		for index in range(300)
	]
	plan(older, wanted, now())
	frappe.db.set_value("Outbox Task", {"booking": older}, "modified", "2020-01-01", update_modified=False)
	frappe.db.commit()
	booking = book(*offer())
	site.run_jobs()
	frappe.db.rollback()
	assert len(arrived(inbox, booking)) == 2
	done = {task.name for task in tasks(booking.id)}
	reminders = frappe.get_all(
		"Outbox Task", {"booking": older, "status": ["!=", "Pending"]}, "done_at", order_by="done_at"
	)
	assert len(done) == 2
	assert all(task.done_at <= reminders[0].done_at for task in tasks(booking.id))


@contextmanager
def mail_server(site, speak):
	"""A mail server that speaks these lines and then hangs up, or falls silent if the last one is None."""
	listener = socket.create_server(("127.0.0.1", 0))
	stop = threading.Event()

	def serve():
		while not stop.is_set():
			try:
				connection, _address = listener.accept()
			except OSError:
				return
			with connection:
				for line in speak:
					if line is None:
						stop.wait(20)
						break
					connection.sendall(line)
					connection.recv(65536)

	thread = threading.Thread(target=serve, daemon=True)
	thread.start()
	config = site.folder / "site_config.json"
	before = config.read_text()
	mail = {"mail_server": "127.0.0.1", "mail_port": listener.getsockname()[1], "disable_mail_smtp_authentication": 1}
	config.write_text(json.dumps({**json.loads(before), **mail, "auto_email_id": "scheduler@site.example"}))
	try:
		yield
	finally:
		config.write_text(before)
		stop.set()
		listener.close()


# The mail server's silence lasts for half a second.
RUN_HASTILY = RUN.replace("host, port, 1)", "host, port, 0.5)")
GREETING, WELCOME, OK, GO_ON = b"220 mail\r\n", b"250 mail\r\n", b"250 OK\r\n", b"354 go on\r\n"
SILENCE = None


@pytest.mark.long
@pytest.mark.parametrize(
	"speak",
	[
		pytest.param([b"421 too busy\r\n"], id="turns everybody away"),
		pytest.param([GREETING], id="hangs up after its greeting"),
		pytest.param([GREETING, None], id="falls silent"),
		pytest.param([GREETING, WELCOME, OK, OK, GO_ON], id="dies in the middle of the message"),
		pytest.param([SILENCE], id="never greets"),
		pytest.param([GREETING, WELCOME, OK, OK, SILENCE], id="hangs before the message"),
		pytest.param([GREETING, WELCOME, OK, OK, GO_ON, SILENCE], id="hangs after the message"),
	],
)
def test_a_mail_server_in_trouble_costs_no_message(site, speak):
	with mail_server(site, speak):
		booking = book(*offer())
		run(site, code=RUN_HASTILY)
	found = tasks(booking.id)
	assert [task.status for task in found] == ["Pending", "Pending"]
	# The server was asked once. The other message keeps all its attempts.
	assert sorted(task.attempts for task in found) == [0, 1]
	with sending_to_inbox(site) as inbox:
		run(site, 120)
		assert len(arrived(inbox, booking)) == 2
	assert status_of(booking.id) == ["Sent", "Sent"]
