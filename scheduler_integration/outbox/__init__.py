"""Tasks that happen outside after a change: planned with the booking, run after the commit, and again when due."""
