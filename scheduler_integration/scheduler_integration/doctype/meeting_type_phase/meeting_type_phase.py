from scheduler_integration.documents import Row
from scheduler_integration.permissions import may_see_report_fields


class MeetingTypePhase(Row):
	def has_permission(self, permtype="read", **options):
		"""Return whether the user has the permission for the meeting type, and may see its fields for reports."""
		if not super().has_permission(permtype, **options):
			return False
		return not self.parent_doc or may_see_report_fields(self.parent_doc, options.get("user"))
