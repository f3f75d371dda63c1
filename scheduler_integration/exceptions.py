"""The errors of the app, each with a code, a sentence and an HTTP status.

They derive from Frappe's ValidationError, so that a desk form shows them as messages.
"""

from collections.abc import Sequence

import frappe
from babel.dates import format_date, format_time, format_timedelta
from frappe import _

from scheduler_integration.engine import Interval, wall_clock
from scheduler_integration.platform.language import current_locale, for_later
from scheduler_integration.times import CalendarEntry, Objection, SeriesDates, Slot

# An error may repeat what the caller sent. Nobody reads more of it than this.
_LONGEST_SENTENCE = 600
_LONGEST_FIELD = 140
_MOST_DETAILS = 100


class SchedulingError(frappe.ValidationError):
	"""Base of all errors of this app.

	`code` is for programs. `message` is a translated sentence that says what to do, by default `text`. `details` maps fields of
	the request to sentences that say what is wrong with them.
	"""

	code = "SCHEDULING_ERROR"
	text = for_later("This could not be done.")
	http_status_code = 400
	# After how many seconds the same call may succeed; None if waiting doesn't help.
	retry_after: int | None = None

	def __init__(self, message: str | None = None, details: dict[str, str] | None = None):
		self.message = shortened(message or self.default_message())
		self.details = {
			field[:_LONGEST_FIELD]: shortened(sentence)
			for field, sentence in [*(details or {}).items()][:_MOST_DETAILS]
		}
		super().__init__(self.message)

	def default_message(self) -> str:
		return _(self.text)


def details_of(error: SchedulingError | None) -> dict[str, str]:
	"""Return what is wrong with each field; nothing without an error."""
	return error.details if error else {}


def shortened(sentence: str) -> str:
	"""Return a sentence that isn't too long to read, without its middle. Its end often says what to do."""
	if len(sentence) <= _LONGEST_SENTENCE:
		return sentence
	half = _LONGEST_SENTENCE // 2
	return f"{sentence[:half]} … {sentence[-half:]}"


class InvalidRequest(SchedulingError):
	code = "VALIDATION_ERROR"
	text = for_later("Please check the marked fields.")


class UnknownTimeZone(InvalidRequest):
	code = "UNKNOWN_TIMEZONE"
	text = for_later("This time zone is not known. Use a name such as Europe/Berlin.")


class InvalidDate(InvalidRequest):
	code = "INVALID_DATE"
	text = for_later("This is not a date. Write it as 2026-11-23.")


class RangeTooLong(InvalidRequest):
	code = "RANGE_TOO_LONG"


class TextNotUsable(InvalidRequest):
	"""A text with variables can't be filled in. `reason` is a sentence that says why."""

	code = "TEXT_NOT_USABLE"

	def __init__(self, reason: str, field: str = "text", label: str = ""):
		self.reason = reason
		message = _("The text can't be used: {0}").format(reason)
		super().__init__(_("{0}: {1}").format(label, message) if label else message, {field: reason})


class NotSignedIn(SchedulingError):
	code = "NOT_SIGNED_IN"
	http_status_code = 401
	text = for_later("Please sign in first.")


class NotPermitted(SchedulingError, frappe.PermissionError):
	code = "NOT_PERMITTED"
	http_status_code = 403
	text = for_later("You may not do this.")


class TransitionNotAllowed(NotPermitted):
	"""The command isn't allowed in the booking's state, for this actor or at this time (see meetings/transitions.py)."""

	code = "MOVE_NOT_ALLOWED"


class CancelNotAllowed(NotPermitted):
	code = "CANCEL_NOT_ALLOWED"
	text = for_later("This meeting can't be cancelled here. Please write to your host.")


class RescheduleNotAllowed(NotPermitted):
	code = "RESCHEDULE_NOT_ALLOWED"
	text = for_later("This meeting can't be moved here. Please write to your host.")


class HostLeft(NotPermitted):
	"""A host of the meeting is disabled, and nobody else of its type can take it at another time."""

	code = "HOST_LEFT"

	def __init__(self, host: str):
		super().__init__(
			_("{0} takes no more meetings, so this one can't be moved. Cancel it, or answer its e-mail to ask.").format(
				host
			)
		)


class TooManyChanges(NotPermitted):
	code = "TOO_MANY_CHANGES"
	text = for_later("You have moved this meeting as often as possible. Please write to your host.")


class TooLateToChange(NotPermitted):
	code = "TOO_LATE_TO_CHANGE"
	text = for_later("It is too late to change this meeting here. Please write to your host.")


class TooLateToUndo(SchedulingError):
	"""Somebody was told of it already, so it can't be taken back."""

	code = "TOO_LATE_TO_UNDO"
	http_status_code = 409
	text = for_later("It is too late to undo this.")


class ExportRunning(SchedulingError):
	"""The user has a file that isn't complete yet."""

	code = "EXPORT_RUNNING"
	http_status_code = 409
	text = for_later("A file is being made for you already. Wait until it is ready.")


class NotFound(SchedulingError):
	code = "NOT_FOUND"
	http_status_code = 404


class NoHoursYet(NotFound):
	code = "NO_HOURS_YET"
	text = for_later("There are no working hours yet.")


class PageNotFound(NotFound):
	code = "PAGE_NOT_FOUND"
	text = for_later("There is no booking page at this address.")


class SubscriptionNotFound(PageNotFound):
	text = for_later("This link stops no messages. Use the link in the e-mail once more, or copy it as a whole.")


class MeetingTypeNotFound(NotFound):
	code = "MEETING_TYPE_NOT_FOUND"
	text = for_later("This kind of meeting can't be booked here.")


class SettingsNotFound(NotFound):
	code = "SETTINGS_NOT_FOUND"
	text = for_later("This consultant has no scheduler settings yet.")


class BookingNotFound(NotFound):
	code = "BOOKING_NOT_FOUND"
	text = for_later("There is no meeting at this address. Please use the link in your confirmation e-mail.")


class FeedNotFound(NotFound):
	code = "FEED_NOT_FOUND"
	text = for_later(
		"This calendar link doesn't work any more. Please copy the new one from the page of your meetings."
	)


class ReportLinkNotFound(NotFound):
	code = "REPORT_LINK_NOT_FOUND"
	text = for_later("This link doesn't lead anywhere. Please ask your consultant for a new one.")


class SignatureRefused(SchedulingError):
	"""A webhook's signature is missing or wrong. The error doesn't say why. That would help people who forge signatures."""

	code = "SIGNATURE_REFUSED"
	http_status_code = 401
	text = for_later("The signature is missing, wrong or too old.")


class SlotTaken(SchedulingError):
	"""The requested time isn't free, or isn't offered.

	`conflicts` are the hosts' busy times within the requested time, `suggestions` the nearest slots. `zone` is the caller's.
	"""

	code = "SLOT_TAKEN"
	http_status_code = 409
	text = for_later("That time was just taken. Please choose another.")

	def __init__(self, conflicts: Sequence[Interval] = (), suggestions: Sequence[Slot] = (), zone: str = "UTC"):
		self.conflicts, self.suggestions, self.zone = tuple(conflicts), tuple(suggestions), zone
		super().__init__()


class ClockDiffers(SchedulingError):
	"""The caller's page showed the start by another clock than this site's: their databases of time zones differ.

	`start` is in epoch seconds, `utc_offset` the minutes by which `zone` is ahead of UTC then, by this site's database.
	"""

	code = "CLOCK_DIFFERS"
	http_status_code = 409

	def __init__(self, start: int, zone: str, utc_offset: int):
		self.start, self.zone, self.utc_offset = start, zone, utc_offset
		super().__init__()

	def default_message(self) -> str:
		wall, locale = wall_clock(self.start, self.zone), current_locale()
		return _(
			"Your device and this site disagree about the clocks in {0}. By this site's, the meeting begins on {1} at {2}, and"
			" the invitation will say so. Continue if that suits you, or choose another time."
		).format(
			self.zone.replace("_", " "), format_date(wall, "full", locale), format_time(wall, "short", locale=locale)
		)


class DatesTaken(SchedulingError):
	"""Some dates of a series aren't free, and nothing was booked. `plan` says which, with other times; `zone` is the caller's."""

	code = "DATES_TAKEN"
	http_status_code = 409
	text = for_later("Some of the dates aren't free. Please choose other times for them, or leave them out.")

	def __init__(self, plan: SeriesDates, zone: str = "UTC"):
		self.plan, self.zone = plan, zone
		super().__init__()


class TimeNotFree(SlotTaken):
	text = for_later("The meeting can't be moved to this time.")
	"""A host or manager can't move a meeting to this time. `objections` say why.

	`can_force` is true if the user is a manager and only rules are in the way.
	"""

	def __init__(
		self,
		objections: Sequence[Objection],
		conflicts: Sequence[Interval] = (),
		suggestions: Sequence[Slot] = (),
		zone: str = "UTC",
		*,
		can_force: bool,
	):
		self.objections, self.can_force = tuple(objections), can_force
		super().__init__(conflicts, suggestions, zone)


class HostNotFree(SchedulingError):
	"""A meeting can't be reassigned to this host.

	Only managers may see `conflicts` and `objections`. `zone` is the host's. `can_force` is true if only rules are in
	the way.
	"""

	code = "HOST_NOT_FREE"
	http_status_code = 409
	text = for_later("This host isn't free at that time. Please choose another.")

	def __init__(
		self, conflicts: Sequence[CalendarEntry], objections: Sequence[Objection], zone: str, *, can_force: bool
	):
		self.conflicts, self.objections, self.zone = tuple(conflicts), tuple(objections), zone
		self.can_force = can_force
		super().__init__()


class SomeRefused(SchedulingError):
	"""A command for several bookings was refused for some. The others are changed: `changed` says how many.

	`refused` has each refused booking's name with its error.
	"""

	code = "SOME_REFUSED"
	http_status_code = 409

	text = for_later("None of the selected meetings was changed:")
	some = for_later("{0} of {1} meetings are changed. The others:")

	def __init__(self, changed: int, refused: dict[str, SchedulingError]):
		self.changed, self.refused = changed, refused
		super().__init__()

	def default_message(self) -> str:
		if not self.changed:
			return _(self.text)
		return _(self.some).format(self.changed, self.changed + len(self.refused))


class SomeNotUndone(SomeRefused):
	"""Some of several commands couldn't be taken back. The others are: `changed` says how many."""

	code = "SOME_NOT_UNDONE"
	text = for_later("Nothing could be undone:")
	some = for_later("{0} of {1} changes are undone. The others:")


class HasBookings(SchedulingError, frappe.LinkExistsError):
	"""A meeting type that was booked can't be deleted."""

	code = "HAS_BOOKINGS"
	http_status_code = 409
	text = for_later(
		"Meetings of this type were booked. Deactivate it instead: it will no longer be offered, and its meetings are kept."
	)


class ChangedMeanwhile(SchedulingError):
	"""Somebody saved the record after the caller had read it. Nothing was overwritten."""

	code = "CHANGED_MEANWHILE"
	http_status_code = 409
	text = for_later(
		"This was changed meanwhile, perhaps in another window. Nothing of yours was saved: look at both versions."
	)


class BookingsOutsideHours(SchedulingError):
	"""A change of hours would leave bookings outside them, and nobody has agreed to that. Nothing was saved."""

	code = "BOOKINGS_OUTSIDE"
	http_status_code = 409
	text = for_later("Not saved yet: some bookings would lie outside your hours. Look at them, then save.")


class AlreadyCancelled(SchedulingError):
	code = "ALREADY_CANCELLED"
	http_status_code = 409
	text = for_later("This meeting was already cancelled.")


class LinkExpired(SchedulingError):
	code = "LINK_EXPIRED"
	http_status_code = 410
	text = for_later("This link is no longer valid.")


class BookingLinkNotFound(SchedulingError):
	code = "BOOKING_LINK_NOT_FOUND"
	http_status_code = 404
	text = for_later("This link leads nowhere. Ask your host for the link again.")


class BookingLinkClosed(SchedulingError):
	"""A booking link can't be used any more. A subclass says why."""

	http_status_code = 410


class BookingLinkUsed(BookingLinkClosed):
	code = "BOOKING_LINK_USED"
	text = for_later(
		"This link is for one meeting, which is booked already. If you booked it, your confirmation e-mail has a link to change it."
	)


class BookingLinkExpired(BookingLinkClosed):
	code = "BOOKING_LINK_EXPIRED"
	text = for_later("This link has expired. Ask your host for a new one.")


class BookingLinkRevoked(BookingLinkClosed):
	code = "BOOKING_LINK_REVOKED"
	text = for_later("Your host has withdrawn this link. Ask your host for a new one.")


class WaitlistEntryNotFound(NotFound):
	code = "WAITLIST_ENTRY_NOT_FOUND"
	text = for_later("This link is not valid. The message about the waitlist has the right one.")


class WaitlistOver(SchedulingError):
	"""Somebody doesn't wait any more, or can't begin to."""

	code = "WAITLIST_OVER"
	http_status_code = 409
	text = for_later("You are no longer on this waitlist. You can book a time, or join again.")


class NoWaitlist(SchedulingError):
	code = "NO_WAITLIST"
	http_status_code = 409
	text = for_later("This meeting has no waitlist at present. Please choose one of the free times.")


class WaitlistFull(SchedulingError):
	code = "WAITLIST_FULL"
	http_status_code = 409
	text = for_later("Very many people wait already. Please try again another day.")


class TimesAreFree(SchedulingError):
	"""Somebody wants to wait although times that suit are free.

	`starts` are the first of these, in epoch seconds. `zone` is the person's.
	"""

	code = "TIMES_ARE_FREE"
	http_status_code = 409
	text = for_later("Times that suit you are free now. Take one, or say more exactly which times you wait for.")

	def __init__(self, starts: Sequence[int], zone: str):
		self.starts, self.zone = tuple(starts), zone
		super().__init__()


class QuoteEnded(SchedulingError):
	"""A time was shown to an assistant too long ago, or price or hosts have changed since."""

	code = "QUOTE_ENDED"
	http_status_code = 409
	text = for_later("This offer has ended. Please look for times again.")


class OfferEnded(SchedulingError):
	"""The time was offered, and this person can't take it any more."""

	code = "OFFER_ENDED"
	http_status_code = 409
	text = for_later("This time is no longer held for you. You keep your place on the waitlist.")


class PaymentOver(SchedulingError):
	"""The booking is paid, or was given up."""

	code = "PAYMENT_OVER"
	http_status_code = 409
	text = for_later("There is nothing to pay any more.")


class PaymentOpen(SchedulingError):
	"""The same person has booked this time already, and hasn't paid yet. `address` is where they pay."""

	code = "PAYMENT_OPEN"
	http_status_code = 409
	text = for_later("You have booked this time already. It is yours as soon as you have paid.")

	def __init__(self, address: str):
		self.address = address
		super().__init__(details={"address": address})


class RateLimited(SchedulingError):
	"""There were too many requests. `retry_after` is in seconds."""

	code = "RATE_LIMITED"
	http_status_code = 429
	retry_after: int

	def __init__(self, retry_after: int):
		self.retry_after = retry_after
		# "40 seconds" or "12 minutes"
		wait = format_timedelta(retry_after, threshold=2, locale=current_locale())
		super().__init__(_("There are too many requests right now. Please try again in {0}.").format(wait))


class ProofNeeded(SchedulingError):
	"""The visitor must prove work first (docs/reference/api.md). `challenge` is the work, as JSON."""

	code = "PROOF_NEEDED"
	http_status_code = 428
	text = for_later("Please try again: your browser first has to show that it isn't a robot.")

	def __init__(self, challenge: dict[str, object]):
		self.challenge = challenge
		super().__init__()


class CodeNeeded(SchedulingError):
	"""The attendee must enter the code that was sent to the address."""

	code = "CODE_NEEDED"
	http_status_code = 428

	def __init__(self, address: str):
		super().__init__(
			_("We sent a code of six digits to {0}. Enter it here, and the time is yours.").format(address),
		)


class WrongCode(SchedulingError):
	"""The code is wrong, too old, was used, or was tried too often. The error doesn't say which."""

	code = "WRONG_CODE"

	def __init__(self) -> None:
		wrong = _("This code isn't right, or it is older than ten minutes. Check it, or ask for a new one.")
		super().__init__(wrong, {"code": wrong})


class Busy(SchedulingError):
	code = "BUSY"
	http_status_code = 503
	retry_after = 5
	text = for_later("Many people are booking right now. Nothing was stored: please try again.")


class DatabaseAway(SchedulingError):
	"""The database, or Redis, can't answer for a while. If the connection broke during a commit, nobody knows whether it was done."""

	code = "DATABASE_AWAY"
	http_status_code = 503
	retry_after = 10
	text = for_later("This site has a short break. Please try again in a moment: nothing is booked twice.")

	def default_message(self) -> str:
		try:
			return super().default_message()
		except Exception:
			# Frappe reads translations from the database if the cache has none.
			return self.text


class Unexpected(SchedulingError):
	"""An error of the app itself, at a door that takes secrets. The log has it without them."""

	code = "UNEXPECTED"
	http_status_code = 500
	text = for_later("Something went wrong here. Please try again later. If it happens again, tell the site's manager.")


class OutsideError(SchedulingError):
	"""Another system, such as a calendar server, didn't do what was asked. No message holds an address or a secret.

	`host` is the other system's host name, or empty.
	"""

	code = "OUTSIDE_ERROR"
	http_status_code = 502
	# Whether other requests with this account would fail too, because the account or the system can't be used now.
	stops_account = False
	# The seconds that the other system asks to wait; None if it doesn't ask.
	after: int | None = None
	# The HTTP status of its answer; None without an answer.
	status: int | None = None
	text = for_later("The other system gave an unexpected answer. We try again later.")

	def __init__(self, message: str | None = None, *, host: str = ""):
		self.host = host
		super().__init__(message)


class AddressRefused(OutsideError):
	"""A typed address, or one that a server redirects to, may not be called from here."""

	code = "ADDRESS_REFUSED"
	http_status_code = 400
	stops_account = True
	text = for_later("This address can't be used. Enter a public address that begins with https://.")


class Unreachable(OutsideError):
	"""No answer in time, a broken answer, or an error of the other server (5xx). Trying later may help."""

	code = "UNREACHABLE"
	stops_account = True
	text = for_later("We can't reach the other system right now. We keep trying.")


class AnswerTooLarge(OutsideError):
	"""The answer has more bytes than the caller allows, after decompression."""

	code = "ANSWER_TOO_LARGE"
	text = for_later("The other system sent more than can be read.")


class TooManyRequests(OutsideError):
	"""The other system asks to wait. `after` is in seconds; None if it doesn't say how long."""

	code = "TOO_MANY_REQUESTS"
	stops_account = True
	text = for_later("The other system asks to wait. We try again later.")

	def __init__(self, after: int | None = None, *, host: str = ""):
		self.after = after
		super().__init__(host=host)


class Deferred(OutsideError):
	"""The other system refuses this one thing for the moment, such as a mail server that defers a message (4xx)."""

	code = "DEFERRED"


class AccessRevoked(OutsideError):
	"""The other system refuses the tokens or the password for good. Only connecting again helps."""

	code = "ACCESS_REVOKED"
	http_status_code = 409
	stops_account = True
	text = for_later("The account refuses access. Please connect it again.")


class VendorError(OutsideError):
	"""Base of the errors about an account at a vendor. `vendor` is the vendor's name, as people know it."""

	http_status_code = 409
	stops_account = True

	def __init__(self, vendor: str = "", *, host: str = ""):
		self.vendor = vendor
		super().__init__(_(self.text).format(vendor), host=host)


class VendorNotSetUp(VendorError):
	"""No administrator has entered the app's client id and secret."""

	code = "VENDOR_NOT_SET_UP"
	text = for_later(
		"{0} isn't set up on this site yet. An administrator enters its client ID and secret in Scheduler Settings."
	)


class VendorRefusesApp(VendorError):
	"""The vendor refuses the app itself, not the account: the client secret is wrong or has expired."""

	code = "VENDOR_REFUSES_APP"
	text = for_later("{0} refuses this site's client ID or secret. An administrator checks them in Scheduler Settings.")


class ConsentExpired(VendorError):
	"""The state of a redirect isn't known. It is too old, was used before, or belongs to another user or browser."""

	code = "CONSENT_EXPIRED"
	text = for_later("This took too long, or it was started in another window. Please connect the account again.")


class ConsentRefused(VendorError):
	"""The person refused on the vendor's page, or the vendor refused."""

	code = "CONSENT_REFUSED"
	text = for_later("{0} didn't give access, so nothing was connected. You can try again at any time.")


class AdminConsentNeeded(ConsentRefused):
	"""Only an administrator of the person's organisation may allow the app."""

	code = "ADMIN_CONSENT_NEEDED"
	text = for_later("Your organisation allows apps only through its {0} administrator. Please ask them.")


class ConsentIncomplete(VendorError):
	"""The person unticked a permission that is needed."""

	code = "CONSENT_INCOMPLETE"
	text = for_later("A permission is missing. Connect the account again, and leave every box of {0} ticked.")


class UnknownProvider(InvalidRequest):
	code = "UNKNOWN_PROVIDER"
	text = for_later("This kind of account can't be connected here.")


class ConnectionNotFound(NotFound):
	code = "CONNECTION_NOT_FOUND"
	text = for_later("This connection doesn't exist any more.")


class UnexpectedAnswer(OutsideError):
	"""An answer that the caller can't use. `status` is its HTTP status, `body` its first 500 characters."""

	code = "UNEXPECTED_ANSWER"
	status: int

	# With these statuses, a server refuses the one request. Other requests may succeed.
	_OF_ONE_REQUEST = frozenset({400, 404, 405, 409, 410, 412, 413, 414, 415, 422})

	def __init__(self, status: int, body: str = "", *, host: str = ""):
		self.status, self.body = status, body
		self.stops_account = status not in self._OF_ONE_REQUEST
		super().__init__(host=host)


class PaymentRefused(OutsideError):
	"""A payment provider refuses one thing for good. `reason` is its code, never its sentence: that may contain secrets."""

	code = "PAYMENT_REFUSED"
	text = for_later("The payment provider refuses this.")

	def __init__(self, reason: str = "", *, host: str = ""):
		self.reason = reason
		message = _("The payment provider refuses this: {0}").format(reason) if reason else None
		super().__init__(message, host=host)


class PaymentsUnderWay(InvalidRequest):
	"""The account of the payment provider can't change, because payments of these `bookings` are under way in it."""

	code = "PAYMENTS_UNDER_WAY"

	def __init__(self, bookings: Sequence[str]):
		self.bookings = bookings
		message = _(
			"These bookings have payments or refunds under way in the present Stripe account: {0}. Enter the key of another account when they have ended: an open payment ends within half an hour, a refund within some days."
		)
		super().__init__(message.format(", ".join(bookings)))


class MeetingGone(OutsideError):
	"""The video call was deleted at its provider."""

	code = "MEETING_GONE"
	http_status_code = 404
	text = for_later("This video call was deleted at its provider. A new one is made.")


class SyncTokenExpired(OutsideError):
	"""The calendar's server no longer knows the sync token. The whole window must be read again."""

	code = "SYNC_TOKEN_EXPIRED"


class CalendarGone(OutsideError):
	"""The calendar was deleted, or the account lost its access to it."""

	code = "CALENDAR_GONE"
	http_status_code = 404
	stops_account = True
	text = for_later("This calendar no longer exists, or the account can't see it any more.")


class EventChanged(OutsideError):
	"""An event in the calendar isn't as it was stored: somebody changed it there. Read it, then decide again."""

	code = "EVENT_CHANGED"
	http_status_code = 409
