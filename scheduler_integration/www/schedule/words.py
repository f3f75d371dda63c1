"""`/schedule/<slug>/llms.txt` and `/schedule/<slug>/<meeting type>.md`: pages/words.py."""

from scheduler_integration.pages import words

no_cache, sitemap, get_context = 1, 0, words.get_context
