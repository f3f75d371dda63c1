"""The commands: book, hold, confirm, decline, cancel, reassign, reschedule, complete, mark as a no-show.

Only this room writes Booking records, and it guards the hosts' time against double booking. Other rooms import from
here, never from a module inside.
"""

from scheduler_integration.bookings.assign import hosts_to_hold
from scheduler_integration.bookings.calls import (
	follow_calendar,
	give_up_call,
	keep_record,
	make_new_call,
	show_call,
	store_call,
	store_link,
)
from scheduler_integration.bookings.commands.answer import (
	accept_proposal,
	answer_by_link,
	ask_to_reschedule,
	keep_time,
	propose,
	reconfirm,
	withdraw_ask,
)
from scheduler_integration.bookings.commands.book import book
from scheduler_integration.bookings.commands.book_as_host import (
	book_as_test,
	book_for_somebody,
	book_for_somebody_undoably,
)
from scheduler_integration.bookings.commands.cancel import cancel_by_host, cancel_by_token, decline
from scheduler_integration.bookings.commands.details import (
	Person,
	confirm_address_by_token,
	correct_attendee,
	say_where,
	take_place,
	update_guests_by_host,
	update_guests_by_token,
	without_place,
)
from scheduler_integration.bookings.commands.hold import HeldSlot, hold_slot, release_slot
from scheduler_integration.bookings.commands.outcome import (
	close_each,
	complete,
	complete_past_meetings,
	confirm,
	decline_unanswered_requests,
	mark_no_show,
	release_unconfirmed_meetings,
)
from scheduler_integration.bookings.commands.pay import (
	begin_payment,
	heed_notice,
	look_soon,
	note_checkout,
	payment_authorised,
)
from scheduler_integration.bookings.commands.reassign import hand_over, reassign
from scheduler_integration.bookings.commands.reschedule import reschedule_by_host, reschedule_by_token
from scheduler_integration.bookings.commands.undo import SECONDS as UNDO_SECONDS
from scheduler_integration.bookings.commands.undo import tell_now, undo, undoable
from scheduler_integration.bookings.guard import lock_takers, release_before, release_buckets, store_buckets
from scheduler_integration.bookings.ledger import forget_turns
from scheduler_integration.bookings.payment_task import (
	look_at_missed_payments,
	look_at_missed_refunds,
	mark_paid,
	refund,
)
from scheduler_integration.bookings.payment_task import run as run_payment
from scheduler_integration.bookings.retention import (
	delete_records_about,
	forget_bookings,
	forget_guest,
	forget_past_bookings,
)
from scheduler_integration.bookings.team import HostWeek, LimitUse, TeamWeek, team_week
from scheduler_integration.bookings.transaction import command
