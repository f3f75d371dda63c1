"""Acts on attendees' answers to invitations in their calendar programs.

Anybody can write a mail in somebody else's name. So a mail never cancels or moves a meeting by itself: an acceptance is
noted, after a refusal the attendee is asked whether to cancel, and a proposed time waits for the host. An unclear answer
goes to the hosts in words.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration import bookings
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.chain import latest
from scheduler_integration.meetings.policy import cancel_refusal, reschedule_refusal
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.notifications.replies import plan_decline_offer
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.wake import wake
from scheduler_integration.platform.transactions import roll_back
from scheduler_integration.replies import rows
from scheduler_integration.replies.itip import CalendarReply, Unclear, read_part
from scheduler_integration.replies.to_host import tell_hosts

DAY = 86400
# A mail that somebody repeats reaches the hosts of a meeting this often a day.
MOST_TOLD = 5
_TOLD, _ASKED, _PROPOSED = "told", "asked whether to cancel", "proposed"


def take_mail(raw: bytes, now: int) -> bool:
	"""Store a mail that answers one of this site's invitations, to be read by `read_waiting`. Returns whether it does.

	`raw` is the mail as it arrived. The caller commits.
	"""
	mail = read_mail(raw)
	if not mail:
		return False
	# The booking whose invitation has this UID. For a moved meeting, that is the last one; for a series, its next.
	uid = mail.reply.uid
	found = frappe.get_all("Booking", {"ical_uid": uid}, pluck="name", order_by="creation desc", limit=1)
	if not found and (series := frappe.db.get_value("Booking Series", {"ical_uid": uid})):
		coming = {"series": series, "status": ["in", sorted(OPEN)]}
		found = frappe.get_all("Booking", coming, pluck="name", order_by="starts_at asc", limit=1)
	if not found or rows.is_known(rows.MAIL, mail.id):
		return False
	booking = frappe.get_doc("Booking", found[0])
	person = rows.person_of(mail.sender)
	rows.keep(
		rows.MAIL,
		mail.id,
		person,
		rows.WAITING,
		now,
		booking=booking.name,
		content=json.dumps({**asdict(mail), "is_clear": isinstance(mail.reply, CalendarReply)}),
	)
	return True


def read_waiting(now: int) -> None:
	"""Act on the mails that wait, each in a transaction of its own, which is committed. `now` is in epoch seconds."""
	for name in rows.waiting():
		try:
			_act_on(name, now)
			frappe.db.commit()
		except Exception:
			roll_back()
			frappe.log_error("A reply to an invitation could not be read", frappe.get_traceback())
			rows.settle(name, "failed")
			frappe.db.commit()


@bookings.command
def _act_on(name: str, now: int) -> None:
	taken = rows.take(name)
	if not taken:
		return
	fields = json.loads(taken[1])
	make: Callable[..., CalendarReply | Unclear] = CalendarReply if fields.pop("is_clear") else Unclear
	read = MailReply(**{**fields, "reply": make(**fields["reply"])})
	mail, booking = read, frappe.get_doc("Booking", taken[0])
	rows.settle(name, _outcome(mail, latest(booking), now))


def _outcome(mail: MailReply, booking: Document, now: int) -> str:
	"""Act on the mail, and return in a word what became of it."""
	if booking.status not in OPEN or booking.starts_at <= now:
		return "too late"
	reply = mail.reply
	if isinstance(reply, Unclear):
		return _tell(booking, mail, now)
	is_harmless = not reply.proposes and reply.answer != "DECLINED"
	if mail.is_automatic and is_harmless:
		return "automatic"
	guests = {str(row.email).lower() for row in booking.guests}
	if is_harmless and (mail.sender, reply.answer) == (reply.attendee, "ACCEPTED") and mail.sender in guests:
		return "guest"
	if any((mail.is_distrusted, mail.is_automatic, not _is_from_attendee(mail, reply, booking))):
		return _tell(booking, mail, now)
	if (reply.sequence or 0) < booking.sequence and is_harmless:
		return "outdated"
	if any((reply.sequence != booking.sequence, reply.is_about_one_day, booking.series)):
		return _tell(booking, mail, now)
	if reply.proposes:
		return _proposed(mail, reply, booking, now)
	return {"ACCEPTED": _accepted, "DECLINED": _declined, "TENTATIVE": _tell}[reply.answer](booking, mail, now)


def _is_from_attendee(mail: MailReply, reply: CalendarReply, booking: Document) -> bool:
	return mail.sender == reply.attendee == str(booking.attendee_email).lower()


def _accepted(booking: Document, mail: MailReply, now: int) -> str:
	if booking.status != "Scheduled":
		return "not confirmed yet"
	bookings.reconfirm(manage_token(booking), now)
	return "confirm"


def _declined(booking: Document, mail: MailReply, now: int) -> str:
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	if not cancel_refusal(booking, meeting_type, now) or not reschedule_refusal(booking, meeting_type, now):
		plan_decline_offer(booking, now)
		wake()
	_tell(booking, mail, now)
	return _ASKED


def _proposed(mail: MailReply, reply: CalendarReply, booking: Document, now: int) -> str:
	"""Ask the hosts about the proposed time if the meeting can be moved there as it is; otherwise tell them."""
	if rows.count_for(booking.name, (_PROPOSED,), now - DAY) >= MOST_TOLD:
		return _tell(booking, mail, now)
	has_length = reply.start is not None and reply.end == reply.start + booking.ends_at - booking.starts_at
	if reply.start is None or not has_length:
		return _tell(booking, mail, now)
	try:
		bookings.propose(manage_token(booking), reply.start, now)
	except SchedulingError:
		# The command refuses before it changes anything.
		return _tell(booking, mail, now)
	return _PROPOSED


def _tell(booking: Document, mail: MailReply, now: int) -> str:
	"""Tell the hosts what the mail says, unless they were told often today."""
	if rows.count_for(booking.name, (_TOLD, _ASKED), now - DAY) < MOST_TOLD:
		tell_hosts(booking, lambda reader: _sentence(booking, mail, reader))
	return _TOLD


def _sentence(booking: Document, mail: MailReply, reader: Reader) -> str:
	"""Return what somebody answered, in the current language and in the time zone of `reader`."""
	reply, sender = mail.reply, mail.sender or _("somebody")
	said = (
		_("answered the invitation. Please look at the mail.") if isinstance(reply, Unclear) else _said(reply, reader)
	)
	sentences = [f"{booking.attendee_name if sender == booking.attendee_email.lower() else sender} {said}"]
	if not isinstance(reply, Unclear) and reply.comment:
		sentences.append(_("They wrote: {0}").format(reply.comment))
	if isinstance(reply, CalendarReply) and reply.sequence < booking.sequence:
		sentences.append(_("The answer is about an earlier time of the meeting."))
	if mail.is_distrusted:
		sentences.append(_("The mail may come from somebody else: its sender could not be verified."))
	elif not isinstance(reply, Unclear) and not _is_from_attendee(mail, reply, booking):
		sentences.append(_("The answer isn't the attendee's own."))
	return " ".join([*sentences, _("The meeting stays as it is.")])


def _said(reply: CalendarReply, reader: Reader) -> str:
	if reply.proposes and reply.start:
		when = f"{reader.date(reply.start)}, {reader.time(reply.start)}"
		return _("proposed another time in their calendar: {0}.").format(when)
	if reply.proposes:
		return _("proposed another time in their calendar. Please look at the mail.")
	return {
		"ACCEPTED": _("accepted the invitation."),
		"DECLINED": _("declined the invitation."),
		"TENTATIVE": _("answered “maybe” to the invitation."),
	}[reply.answer]


# Reads a mail as it arrived: who sent it, whether a person did, and its calendar part.

# In bytes. A reply with a picture in its signature is smaller.
LARGEST_MAIL = 2 * 1024 * 1024
_MOST_PARTS = 50
_DEEPEST = 8
_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*(\w+)")
_FAILED = frozenset({"fail", "softfail", "permerror"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MailReply:
	"""A mail that answers an invitation.

	- `id`: its Message-ID. `sender`: the address in From, in lower case; empty unless there is exactly one.
	- `is_automatic`: a program sent it by itself, or a list passed it on.
	- `is_distrusted`: the mail server that took it in found that it doesn't come from the sender's domain.
	"""

	id: str
	sender: str
	is_automatic: bool
	is_distrusted: bool
	reply: CalendarReply | Unclear


def read_mail(raw: bytes) -> MailReply | None:
	"""Return what the mail answers to an invitation, or None if it isn't such a mail."""
	if len(raw) > LARGEST_MAIL or b"text/calendar" not in raw.lower():
		return None
	mail = message_from_bytes(raw)
	sender = _sender(mail)
	replies = [reply for part in _calendars(mail) if (reply := read_part(part, sender))]
	if not replies:
		return None
	# Some programs send the same part twice.
	reply = replies[0] if all(each == replies[0] for each in replies) else Unclear(replies[0].uid)
	return MailReply(
		id=str(mail.get("Message-ID") or "").strip() or hashlib.sha256(raw).hexdigest(),
		sender=sender,
		is_automatic=_is_automatic(mail),
		is_distrusted=_is_distrusted(mail),
		reply=reply,
	)


def _sender(mail: Message) -> str:
	addresses = [address for _name, address in getaddresses([str(each) for each in mail.get_all("From", [])])]
	return addresses[0].lower() if len(addresses) == 1 and "@" in addresses[0] else ""


def _calendars(mail: Message) -> Iterator[bytes]:
	for number, part in enumerate(_parts(mail)):
		if number == _MOST_PARTS:
			return
		if part.get_content_type() == "text/calendar":
			content = part.get_payload(decode=True)
			if isinstance(content, bytes):
				yield content


def _parts(mail: Message, depth: int = 0) -> Iterator[Message]:
	"""Yield the parts, without those of a mail that was attached or forwarded: somebody else wrote it."""
	if mail.is_multipart() and mail.get_content_maintype() == "multipart" and depth < _DEEPEST:
		for part in mail.get_payload():
			if isinstance(part, Message):
				yield from _parts(part, depth + 1)
	elif not mail.is_multipart():
		yield mail


def _is_automatic(mail: Message) -> bool:
	submitted = str(mail.get("Auto-Submitted") or "no").partition(";")[0].strip().lower()
	precedence = str(mail.get("Precedence") or "").strip().lower()
	return submitted != "no" or precedence in ("bulk", "list", "junk", "auto_reply") or "List-Id" in mail


def _is_distrusted(mail: Message) -> bool:
	"""Whether the topmost Authentication-Results (RFC 8601), that of the last server, say that the sender is forged.

	Without such a header nothing is known.
	"""
	results: dict[str, set[str]] = {}
	for method, result in _RESULT.findall(str(mail.get("Authentication-Results") or "").lower()):
		results.setdefault(method, set()).add(result)
	if "dmarc" in results:
		return bool(results["dmarc"] & _FAILED)
	known = results.get("dkim", set()) | results.get("spf", set())
	return bool(known & _FAILED) and "pass" not in known
