"""The translated texts that the scripts show."""

from __future__ import annotations

from frappe import _

from scheduler_integration.platform.language import by_category


def booking_strings(
	*, is_moving: bool = False, is_request: bool = False, has_conditions: bool = False, has_taken: bool = False
) -> dict[str, str | dict[str, str]]:
	"""Return the texts of js/booking.js, which fills in `{0}`, `{1}` and `{2}`.

	With `is_moving` the texts are about moving a booking to another time. `has_conditions`: some questions depend on an
	earlier answer. `is_request`: the host has to confirm. `has_taken`: taken times are shown.
	"""
	return {
		"free_times": _("{0}, free times: {1}"),
		"no_free_times": _("{0}, no free times"),
		"partly_free_day": _("{0}, partly free"),
		"partly_free": _("{0} of {1} days free; not on {2}"),
		"seats_left": by_category(_("1 seat left | {0} seats left")),
		"held_until": _("Held for you until {0}."),
		"held_no_longer": _("No longer held for you. You can still book it while it is free."),
		"no_times_day": _("No free times on {0}."),
		"first_free": _("Back to the first free day"),
		"next_free_times": _("Next free: {0}"),
		"today": _("today"),
		"tomorrow": _("tomorrow"),
		"loading": _("Loading times…"),
		"times_of": _("Times for {0}"),
		"before": _("Before {0}"),
		"morning": _("Morning"),
		"afternoon": _("Afternoon"),
		"evening": _("Evening"),
		"night": _("Night"),
		"confirm_time": _("Confirm {0}"),
		"host_date": _("{0} for your host"),
		"no_times_month": _("No free times in {0}"),
		"no_times_later": _("Nothing is free after that either. Please check back soon."),
		"looking_ahead": _("Looking for the next free day…"),
		"next_free": _("Go to {0}"),
		"load_failed": _("The times could not be loaded."),
		"try_again": _("Try again"),
		"zone_and_time": _("{0}, {1}"),
		"zone_now": _("Times are shown for {0}."),
		"zones_found": _("Time zones found: {0}"),
		"no_zones": _("No time zone matches. Try a large city nearby."),
		"booking": _("Moving…") if is_moving else _("Booking…"),
		"taken": _("That time was just taken"),
		"taken_help": _("Your details are still here. Nearest free times:"),
		"taken_none": _("Your details are still here. Please choose another time."),
		"all_times": _("See all times"),
		"time_changed": _("Your new time: {0}"),
		"waiting": _("Waiting for the connection…"),
		"offline": _("You're offline. Your details are saved."),
		"sent_later": _("No connection. Your details are sent as soon as you're back."),
		"online": _("You are back online."),
		"failed": _("We couldn't reach the server. Try again: you won't be booked twice."),
		"booked": _("Your request is sent") if is_request else _("You're booked"),
		"see_booking": _("See your booking"),
		"book_other": _("Choose another time") if is_moving else _("Book another time"),
		"bad_email": _("This is not an e-mail address. Enter one like name@example.com."),
		"bad_number": _("This is not a number."),
		**({"taken_time": _("{0}, taken")} if has_taken else {}),
		**({"asked_too": _("Please answer this too: {0}")} if has_conditions else {}),
	}


def manage_strings() -> dict[str, str | dict[str, str]]:
	"""Return the texts of js/manage.js."""
	return {
		"continuing": by_category(_("Taking you there in {0} second. | Taking you there in {0} seconds.")),
		"link_is_here": _("The link to your meeting is here now."),
	}
