"""The states of a booking, and the two questions that they answer.

    state          live: takes its hosts' time    open: can still be confirmed, moved, cancelled
    Pending        yes                            yes
    Scheduled      yes                            yes
    Completed      yes                            no
    No Show        yes                            no
    Cancelled      no                             no
    Declined       no                             no
    Rescheduled    no                             no

A meeting that took place goes on taking its hosts' time: it counts in the limits and loads of its week. moves.py has
the ways from one state to another.
"""

OPEN = frozenset({"Pending", "Scheduled"})
LIVE = OPEN | {"Completed", "No Show"}
RELEASED = frozenset({"Cancelled", "Declined", "Rescheduled"})
