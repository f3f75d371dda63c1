"""`/scheduling/types/<name>/test`: pages/preview.py."""

from scheduler_integration.pages.preview import test_of_type

no_cache, sitemap, get_context = 1, 0, test_of_type
