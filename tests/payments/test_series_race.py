"""Processes that pay for a series, cancel dates of it, look for its money and hear of it at the same moment."""

import frappe
import pytest

from scheduler_integration.meetings.tokens import pay_token
from tests.bookings.racing import START, WITH_SNAPSHOTS, race_processes
from tests.payments.conftest import NOW
from tests.payments.test_series import book, kept, make_series_type, run_all
from tests.payments.world import hear, press_pay

pytestmark = pytest.mark.usefixtures("commit_clean", "at_now")

_ACT = """
from scheduler_integration.entry import payments as entry
from scheduler_integration.jobs import outbox
from scheduler_integration.payments.provider import Notice
frappe.local.conf.update(wish["conf"])
clock.now = lambda: wish["now"]
frappe.set_user("Administrator")

def act():
	if wish["what"] == "press":
		return entry.checkout_address(wish["token"]).rpartition("/")[2]
	if wish["what"] == "hear":
		return bookings.heed_notice(Notice("evt_1", "charge.updated", ()), "Stripe", clock.now())
	if wish["what"] == "run":
		return outbox.run_due_tasks(clock.now, 60, wish["name"])
	return bookings.cancel_by_host(wish["name"], "", clock.now()).id

race(act)
"""


def racing(site, stripe, wishes, code):
	frappe.db.commit()
	conf = {"scheduling_vendors": {"stripe": stripe.url}}
	answers = race_processes(site, [{**each, "conf": conf, "now": NOW} for each in wishes], code)
	frappe.db.rollback()
	return answers


@pytest.mark.long
@pytest.mark.parametrize("code", [START + _ACT, WITH_SNAPSHOTS + _ACT], ids=["newest", "snapshots"])
def test_the_links_of_all_dates_pressed_at_once_lead_to_one_checkout(site, stripe, code):
	dates = book(make_series_type(), 4)
	answers = racing(site, stripe, [{"what": "press", "token": pay_token(each)} for each in dates], code)
	assert {status for status, _session in answers} == {200}, answers
	assert len({session for _status, session in answers}) == len(stripe.sessions) == 1


@pytest.mark.long
@pytest.mark.parametrize("code", [START + _ACT, WITH_SNAPSHOTS + _ACT], ids=["newest", "snapshots"])
def test_a_series_that_is_paid_and_cancelled_at_once_is_one_of_both(site, stripe, code):
	dates = book(make_series_type(), 4)
	stripe.pay(press_pay(dates[0]))
	hear(stripe)
	wishes = [{"what": "run", "name": dates[0].name}] * 2
	wishes += [{"what": "cancel", "name": each.name} for each in dates[2:]]
	answers = racing(site, stripe, wishes, code)
	assert {status for status, _what in answers} <= {200, 409}, answers
	for _again in range(3):
		dates = run_all(dates)
	states = [each.status for each in dates]
	# Cancelled before it was paid, it is given up as a whole. Afterwards each date is cancelled by itself.
	assert states in (["Cancelled"] * 4, ["Scheduled", "Scheduled", "Cancelled", "Cancelled"])
	assert kept(stripe) == states.count("Scheduled") * 5000


@pytest.mark.long
@pytest.mark.parametrize("code", [START + _ACT, WITH_SNAPSHOTS + _ACT], ids=["newest", "snapshots"])
def test_a_notice_that_came_four_times_at_once_was_an_error_500(site, stripe, code):
	answers = racing(site, stripe, [{"what": "hear"}] * 4, code)
	assert sorted(answers) == [[200, False]] * 3 + [[200, True]]
