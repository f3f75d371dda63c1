"""Only drafts: none of the app's documents is submitted."""


class DocStatus(int):
	def is_draft(self) -> bool:
		return self == 0

	def is_submitted(self) -> bool:
		return self == 1

	def is_cancelled(self) -> bool:
		return self == 2


DocStatus.DRAFT, DocStatus.SUBMITTED, DocStatus.CANCELLED = DocStatus(0), DocStatus(1), DocStatus(2)
