"""Waitlists: who waits for a time of a meeting type, and which free time was offered to whom.

A list isn't told what happened. `waitlist/looks.py` looks at the calendars as they are, and offers what is free to those
who wait, in their order. So a time is found whatever made it free, and nobody is forgotten after an outage:

    10:00  Ann and Ben wait for Tuesday afternoon. Everything is taken.
    10:05  Cleo cancels Tuesday 14:00. Ann is first, and gets the offer. The time is held for her until 10:35.
    10:35  Ann hasn't answered. She keeps her place for other times. Ben gets the offer, until 11:05.
    10:40  Ben takes it. His meeting on Friday moves to Tuesday, and Friday is offered to whoever waits for it.

An offer's time is held like a visitor's choice (`availability/holds.py`). The offers in the database say what is held, and
each look repeats the holds: the cache may be emptied.
"""
