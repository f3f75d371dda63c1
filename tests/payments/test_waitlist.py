"""A time of a waitlist that costs money."""

import pytest

from scheduler_integration.waitlist import records
from tests.payments.conftest import NINE, NOW
from tests.payments.world import make_paid_type, run
from tests.support.factories import hour, wall
from tests.waitlist.world import again, join, look, offer_of, take

pytestmark = pytest.mark.usefixtures("commit_clean")


def test_who_takes_a_time_and_doesnt_pay_gives_it_to_the_next(stripe, frozen):
	at_now = frozen(NOW)
	paid = make_paid_type(has_waitlist=1)
	day, clock = wall(NINE).split()
	wishes = {"now": NOW, "first_date": day, "last_date": day, "from_time": clock, "to_time": clock}
	ann, ben = join(paid, **wishes), join(paid, "Ben", **wishes)
	look(paid, NOW)
	booking = take(ann, NOW)
	assert (booking.status, booking.payment_status) == ("Pending", "Awaiting")
	look(paid, NOW)
	assert offer_of(ben) is None
	late = booking.pay_until
	stripe.clock.move_to(late)
	at_now.move_to(late)
	assert run(booking, late).status == "Expired"
	look(paid, late)
	assert (again(ann).status, hour(offer_of(ben).start)) == (records.BOOKED, clock)
