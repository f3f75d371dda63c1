"""The level of proof for visitors, by the counts of the hour. No site, no clock."""

import pytest

from scheduler_integration.trust.levels import Facts, Mode, Reason, decide, share_of


def level(mode=Mode.ADAPTIVE, share=10, **facts):
	return decide(Facts(mode, share, **facts)).level


@pytest.mark.parametrize("mode", [Mode.OFF, Mode.HONEYPOT])
def test_without_proofs_nothing_is_asked_whatever_happens(mode):
	assert level(mode, page_requests=10**6, network_requests=10**6, page_strangers=10**6) == 0


@pytest.mark.parametrize(("requests", "expected"), [(0, 0), (10, 0), (11, 1), (40, 1), (41, 2), (10**6, 2)])
def test_a_page_that_sees_more_than_its_share_asks_for_more(requests, expected):
	assert level(page_requests=requests) == expected


@pytest.mark.parametrize(("requests", "expected"), [(8, 0), (9, 1), (33, 2)])
def test_a_network_that_asks_too_often_must_prove_more(requests, expected):
	assert level(network_requests=requests) == expected


def test_a_network_without_proofs_gets_the_expensive_ones():
	assert level(network_refusals=5) == 0
	assert level(network_refusals=6) == 2


def test_proofs_are_not_enough_once_somebody_pays_for_them():
	assert level(page_strangers=30) == 0
	assert level(page_strangers=31) == 3


def test_always_asks_the_first_visitor_too():
	assert level(Mode.ALWAYS) == 1
	assert level(Mode.ALWAYS, page_requests=41) == 2


def test_somebody_who_is_signed_in_shows_nothing():
	assert level(Mode.ALWAYS, page_requests=10**6, is_vouched=True) == 0


def test_a_decision_says_why():
	reasons = decide(Facts(Mode.ALWAYS, 10, page_requests=11, network_refusals=6)).reasons
	assert reasons == (Reason.ALWAYS, Reason.PAGE, Reason.REFUSALS)


@pytest.mark.parametrize(
	("bookings", "seats", "expected"), [(0, 1, 10), (28, 1, 10), (280, 1, 30), (281, 1, 31), (0, 500, 500)]
)
def test_the_share_is_three_usual_days_and_a_whole_session(bookings, seats, expected):
	assert share_of(bookings, 28, seats) == expected
