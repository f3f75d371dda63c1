"""Acts on a text message: finds the meeting that it is about, does what it asks for, and says what happened.

A number is matched with the coming meetings of its attendee about which this site texted them in the last days. If there are
several, the answer lists them, and the next message is the number of one. Nobody else gets an answer, so nobody can find out
which numbers have meetings here. A message that isn't understood goes to the host.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration import bookings
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.chain import latest
from scheduler_integration.meetings.load import load_bookings, people_of
from scheduler_integration.meetings.policy import cancel_refusal, reschedule_refusal
from scheduler_integration.meetings.rescheduling import left_refusal
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.tokens import manage_token, reschedule_url
from scheduler_integration.notifications.channels.sms import TextMessage, plan_answer, reply_hint
from scheduler_integration.notifications.readers import attendee_of, hosts_of
from scheduler_integration.notifications.text_opt_outs import allow_texts, is_stopped, stop_texts
from scheduler_integration.outbox.tasks import SENT
from scheduler_integration.outbox.wake import wake
from scheduler_integration.replies import rows
from scheduler_integration.replies.to_host import pass_on

# Reads what somebody asks for in a text message. Only a message that is one word and nothing else asks for anything.
#
# "9" and "Cancel!" cancel. "Please don't cancel" and "cancel it, or move it" are for a person to read.


class Wish(Enum):
	"""The action that a text message asks for."""

	CONFIRM = "confirm"
	CANCEL = "cancel"
	MOVE = "move"
	STOP = "stop"
	START = "start"


# By the digits that reminders name, then in the languages of visitors' texts: English, German, French, Spanish; and those of the
# rest that differ. Case and accents don't matter.
_WORDS = {
	Wish.CONFIRM: (
		"1 c y yes confirm confirmed"
		" ja bestatigen bestaetigen bestatigt bestaetigt"
		" oui confirmer confirme"
		" si confirmar confirmo"
		" confermo conferma sim bevestig bevestigen tak potwierdzam evet onaylıyorum ya konfirmasi"
		" نعم أؤكد हाँ हां はい 確認"
	),
	Wish.CANCEL: (
		"9 cancel"
		" absagen absage stornieren"
		" annuler annule"
		" cancelar cancelo anular"
		" annulla annullare annuleer annuleren afzeggen anuluj odwołaj iptal batal batalkan"
		" إلغاء रद्द キャンセル"
	),
	Wish.MOVE: (
		"move reschedule"
		" verschieben verlegen"
		" deplacer reporter"
		" mover cambiar reprogramar"
		" sposta spostare remarcar reagendar verzetten verplaatsen przełóż przenieś ertele pindah ubah"
		" تأجيل बदलें 変更"
	),
	# CANCEL is such a word at many carriers too. Here it cancels the meeting, as reminders say.
	Wish.STOP: "stop stopall unsubscribe end quit stopp arret alto baja parar",
	Wish.START: "start unstop",
}  # fmt: skip
_DECORATION = re.compile(r"^[\s\W_]+|[\s\W_]+$")
# Nobody writes one word with more characters.
_LONGEST = 40


def wish_of(text: str) -> Wish | None:
	"""Return what the message asks for, or None if it isn't a single known word."""
	return _BY_WORD.get(_word(text))


def number_of(text: str) -> int | None:
	"""Return the digit from 1 to 9 that is the whole message, or None."""
	word = _word(text)
	return int(word) if len(word) == 1 and word in "123456789" else None


def _word(text: str) -> str:
	"""Return the message without accents and capitals, and without marks around it; empty if it is long."""
	if len(text) > _LONGEST:
		return ""
	decomposed = unicodedata.normalize("NFKD", text.casefold())
	plain = "".join(each for each in decomposed if not unicodedata.combining(each))
	return _DECORATION.sub("", plain)


_BY_WORD = {_word(word): wish for wish, words in _WORDS.items() for word in words.split()}

DAY = 86400
# A reply to an older text message is for a person to read.
TEXTED_DAYS = 7
# The list of meetings has one digit for each, and 9 cancels.
MOST_LISTED = 8
# A program that replies by itself gets no more answers than this in a day.
MOST_UNCLEAR = 3
# The site pays for each answer, and a host reads each message that is passed on. After so many messages of a number in a
# day, known words still do what they say, and nothing else happens.
MOST_A_DAY = 20
_LISTED = "listed: "
_UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
	"""A text message that its gateway has signed.

	`id` is the gateway's, `number` the sender's in E.164. `stops` and `starts`: the gateway says that this message stopped
	the messages of its number, or allowed them again. Only then may a word such as CANCEL do both.
	"""

	id: str
	number: str
	body: str
	stops: bool = False
	starts: bool = False


@dataclass(frozen=True, slots=True)
class _Outcome:
	"""How a text was understood. `answer` is empty if the sender is told nothing."""

	name: str
	booking: Document | None = None
	answer: str = ""
	choices: tuple[str, ...] = ()


def act_on(text: Text, now: int, *, sends_answer: bool) -> str:
	"""Do what the text message asks for, once, and return the answer to its sender in their language; empty if none.

	With `sends_answer`, a task of the outbox sends the answer too. `now` is in epoch seconds. Runs in a transaction that is
	repeated if it loses a race.
	"""
	return _act_once(text, now, sends_answer)


@bookings.command
def _act_once(text: Text, now: int, sends_answer: bool) -> str:
	if rows.is_known(rows.TEXT, text.id):
		return ""
	person = rows.person_of(text.number)
	_keep_choice(text)
	outcome = _outcome(text, person, now)
	booking = outcome.booking.name if outcome.booking else None
	rows.keep(rows.TEXT, text.id, person, outcome.name, now, booking=booking, choices=outcome.choices)
	is_flood = rows.count_of(person, now - DAY) > MOST_A_DAY
	answer = "" if is_flood or is_stopped(text.number) else outcome.answer
	if booking and answer and sends_answer:
		plan_answer(booking, text.number, answer, now)
		wake()
	return answer


def _keep_choice(text: Text) -> None:
	"""Stop or allow text messages to this number, if the message asks for it."""
	wish = wish_of(text.body)
	if wish is Wish.STOP or text.stops:
		stop_texts(text.number)
	elif wish is Wish.START or text.starts:
		allow_texts(text.number)


def _outcome(text: Text, person: str, now: int) -> _Outcome:
	wish = wish_of(text.body)
	if wish in (Wish.STOP, Wish.START):
		return _Outcome(wish.value)
	texted = _texted(text.number, now)
	if not texted:
		return _Outcome("unknown")
	with print_language(attendee_of(texted[0]).words):
		coming = [booking for booking in texted if booking.status in OPEN and booking.starts_at > now]
		if not coming:
			return _Outcome("none coming", texted[0], _("You have no coming meeting that could be changed."))
		if chosen := _chosen(text.body, person, coming, now):
			return _carried_out(*chosen, now)
		if not wish:
			return _unclear(coming[0], text, person, now)
		return _carried_out(wish, coming[0], now) if len(coming) == 1 else _listed(wish, coming)


def _texted(number: str, now: int) -> list[Document]:
	"""Return the meetings about which their attendee with this number was texted lately, soonest first.

	A meeting that was moved since is returned as it is now.
	"""
	booking, task = frappe.qb.DocType("Booking"), frappe.qb.DocType("Outbox Task")
	query = frappe.qb.from_(booking).join(task).on(task.booking == booking.name).select(booking.name, task.payload)
	query = query.where((booking.phone_e164 == number) & (task.kind == TextMessage.kind) & (task.status == SENT))
	found = query.where(task.done_at >= now - TEXTED_DAYS * DAY).run()
	names = dict.fromkeys(name for name, payload in found if json.loads(payload).get("role") == "attendee")
	present = {each.name: each for each in (latest(booking) for booking in load_bookings(list(names)))}
	return sorted(present.values(), key=lambda each: each.starts_at)


def _chosen(body: str, person: str, coming: list[Document], now: int) -> tuple[Wish, Document] | None:
	"""Return what the list was asked for, and the meeting whose number this message is; None if no list was sent."""
	number, last = number_of(body), rows.last_of(person, now - DAY)
	if not number or not last or not last[0].startswith(_LISTED) or number > len(last[1]):
		return None
	booking = next((each for each in coming if each.name == last[1][number - 1]), None)
	return (Wish(last[0].removeprefix(_LISTED)), booking) if booking else None


def _listed(wish: Wish, coming: list[Document]) -> _Outcome:
	listed = coming[:MOST_LISTED]
	lines = [f"{number}: {_which(booking)}" for number, booking in enumerate(listed, 1)]
	question = {
		Wish.CONFIRM: _("Which meeting do you confirm? Reply with its number."),
		Wish.CANCEL: _("Which meeting do you want to cancel? Reply with its number."),
		Wish.MOVE: _("Which meeting do you want to move? Reply with its number."),
	}[wish]
	names = tuple(booking.name for booking in listed)
	return _Outcome(_LISTED + wish.value, coming[0], "\n".join([question, *lines]), names)


def _carried_out(wish: Wish, booking: Document, now: int) -> _Outcome:
	try:
		sentence = _DO[wish](booking, now)
	except SchedulingError as refusal:
		# The commands refuse before they change anything.
		return _Outcome("refused", booking, refusal.message)
	return _Outcome(wish.value, booking, sentence)


def _confirm(booking: Document, now: int) -> str:
	bookings.reconfirm(manage_token(booking), now)
	return _("Confirmed: {0}.").format(_which(booking))


def _cancel(booking: Document, now: int) -> str:
	if refusal := cancel_refusal(booking, _type_of(booking), now):
		raise refusal
	bookings.cancel_by_token(manage_token(booking), "", now)
	return _("Cancelled: {0}.").format(_which(booking))


def _move(booking: Document, now: int) -> str:
	if refusal := reschedule_refusal(booking, _type_of(booking), now) or left_refusal(booking, people_of([booking])):
		raise refusal
	return _("Choose another time: {0}").format(reschedule_url(booking))


_DO = {Wish.CONFIRM: _confirm, Wish.CANCEL: _cancel, Wish.MOVE: _move}


def _unclear(booking: Document, text: Text, person: str, now: int) -> _Outcome:
	if rows.count_of(person, now - DAY) < MOST_A_DAY:
		pass_on(booking, text.body)
	answer = ""
	if rows.count_of(person, now - DAY, _UNCLEAR) < MOST_UNCLEAR:
		told = _("Your message was passed on to {0}.").format(hosts_of(booking)[0].name)
		answer = " ".join(filter(None, (told, reply_hint(booking, now))))
	return _Outcome(_UNCLEAR, booking, answer)


def _which(booking: Document) -> str:
	"""Return which meeting it is, such as "Intro call with Jane, Thu, 26 Nov 14:30"."""
	when = attendee_of(booking).in_short(booking.parts())
	return _("{0} with {1}, {2}").format(_type_of(booking).title, hosts_of(booking)[0].name, when)


def _type_of(booking: Document) -> Document:
	return frappe.get_cached_doc("Meeting Type", booking.meeting_type)
