"""Recurring blocked time (RFC 5545): from the text of a rule to the intervals it blocks.

text.py          reads the text of a rule
recurrence.py    a rule with its first block, ready to expand
rule_days.py     the days on which a rule falls
blocks.py        the interval that a block covers on one day, clock changes included
expand.py        the blocks in a range, and the first and last of all
normalise.py     checks a rule once, when it is saved, and writes it as text
"""
