"""A text message asks for an action by one known word, in the languages of the app, and by nothing else."""

import pytest

from scheduler_integration.replies.texts import Wish, number_of, wish_of


@pytest.mark.parametrize(
	("text", "wish"),
	[
		("1", Wish.CONFIRM),
		(" 1. ", Wish.CONFIRM),
		("1\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}", Wish.CONFIRM),
		("c", Wish.CONFIRM),
		("CONFIRM", Wish.CONFIRM),
		("Yes!", Wish.CONFIRM),
		("Ja", Wish.CONFIRM),
		("bestätigen", Wish.CONFIRM),
		("BESTÄTIGE", None),
		("Oui.", Wish.CONFIRM),
		("confirmer", Wish.CONFIRM),
		("Sí", Wish.CONFIRM),
		("si", Wish.CONFIRM),
		("9", Wish.CANCEL),
		("“Cancel”", Wish.CANCEL),
		("Absagen", Wish.CANCEL),
		("stornieren", Wish.CANCEL),
		("annuler", Wish.CANCEL),
		("Cancelar", Wish.CANCEL),
		("¡Anular!", Wish.CANCEL),
		("MOVE", Wish.MOVE),
		("verschieben", Wish.MOVE),
		("Déplacer", Wish.MOVE),
		("REPROGRAMAR", Wish.MOVE),
		("Tak!", Wish.CONFIRM),
		("نعم", Wish.CONFIRM),
		("हाँ", Wish.CONFIRM),
		("नहीं", None),
		("はい。", Wish.CONFIRM),
		("ODWOŁAJ", Wish.CANCEL),
		("İPTAL", Wish.CANCEL),
		("iptal", Wish.CANCEL),
		("إلغاء", Wish.CANCEL),
		("الغاء", Wish.CANCEL),
		("キャンセル", Wish.CANCEL),
		("Remarcar", Wish.MOVE),
		("stop", Wish.STOP),
		("Stopp", Wish.STOP),
		("ARRÊT", Wish.STOP),
		("Baja", Wish.STOP),
		("START", Wish.START),
		("", None),
		("no", None),
		("cancelled", None),
		("Please cancel", None),
		("don't cancel", None),
		("cancel stop", None),
		("19", None),
		("1 9", None),
		("I can't come on the 9", None),
		("Liked “Reminder: … Reply 1 to confirm, 9 to cancel.”", None),
		("9" + " " * 100 + "not really", None),
		("\N{CROSS MARK}", None),
		("９", Wish.CANCEL),
	],
)
def test_a_text_asks_for_something_only_with_one_known_word(text, wish):
	assert wish_of(text) is wish


@pytest.mark.parametrize(
	("text", "number"), [("2", 2), (" 3) ", 3), ("0", None), ("12", None), ("two", None), ("", None)]
)
def test_the_number_of_a_meeting_is_one_digit(text, number):
	assert number_of(text) == number
