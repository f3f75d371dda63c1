"""The states of a booking: which of them are live, and which are open.

    state          live: takes its hosts' time    open: can still be confirmed, moved, cancelled
    Pending        yes                            yes
    Scheduled      yes                            yes
    Completed      yes                            no
    No Show        yes                            no
    Cancelled      no                             no
    Declined       no                             no
    Rescheduled    no                             no
    Expired        no                             no

A meeting that took place still takes its hosts' time, because it counts in the limits and loads of its week. transitions.py has
the changes from one state to another.
"""

OPEN = frozenset({"Pending", "Scheduled"})
LIVE = OPEN | {"Completed", "No Show"}
RELEASED = frozenset({"Cancelled", "Declined", "Rescheduled", "Expired"})
