"""`/schedule/your-data`: pages/your_data.py."""

from scheduler_integration.pages.your_data import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
