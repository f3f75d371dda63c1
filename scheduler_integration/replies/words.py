"""Reads what somebody asks for in a text message. Only a message that is one word and nothing else asks for anything.

"9" and "Cancel!" cancel. "Please don't cancel" and "cancel it, or move it" are for a person to read.
"""

import re
import unicodedata
from enum import Enum


class Wish(Enum):
	"""What a text message asks for."""

	CONFIRM = "confirm"
	CANCEL = "cancel"
	MOVE = "move"
	STOP = "stop"
	START = "start"


# By the digits that reminders name, then in English, German, French and Spanish. Without accents, as people type.
_WORDS = {
	Wish.CONFIRM: (
		"1 c y yes confirm confirmed"
		" ja bestatigen bestaetigen bestatigt bestaetigt"
		" oui confirmer confirme"
		" si confirmar confirmo"
	),
	Wish.CANCEL: (
		"9 cancel"
		" absagen absage stornieren"
		" annuler annule"
		" cancelar cancelo anular"
	),
	Wish.MOVE: (
		"move reschedule"
		" verschieben verlegen"
		" deplacer reporter"
		" mover cambiar reprogramar"
	),
	# CANCEL is such a word at many carriers too. Here it cancels the meeting, as reminders say.
	Wish.STOP: "stop stopall unsubscribe end quit stopp arret alto baja parar",
	Wish.START: "start unstop",
}  # fmt: skip
_BY_WORD = {word: wish for wish, words in _WORDS.items() for word in words.split()}
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
