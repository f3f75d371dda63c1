"""Checks strangers before they book or hold: proofs of work, codes sent by e-mail, and caps for messages to them."""
