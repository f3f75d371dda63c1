"""What can be booked: pages and meeting types, found by their public addresses and shown as guests may see them."""

from scheduler_integration.catalogue.lookup import find_meeting_type, find_page, find_page_and_type, meeting_types_of
from scheduler_integration.catalogue.present import pages_of, public_meeting_type, public_page

__all__ = [
	"find_meeting_type",
	"find_page",
	"find_page_and_type",
	"meeting_types_of",
	"pages_of",
	"public_meeting_type",
	"public_page",
]
