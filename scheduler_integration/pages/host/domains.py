"""The section of `/scheduling/page` about the host's own domains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from frappe.model.document import Document

from scheduler_integration.domains.claims import claim_view
from scheduler_integration.domains.table import VERIFIED


def domains_view(claims: Sequence[Document], typed: str, errors: Mapping[str, str]) -> dict[str, Any]:
	"""Return the view. `typed` is a host name that was refused, with the `errors` of its form."""
	return {"claims": [_claim(claim) for claim in claims], "typed": typed, "error": errors.get("domain")}


def _claim(claim: Document) -> dict[str, Any]:
	view = claim_view(claim)
	return {**view, "is_verified": claim.status == VERIFIED, "needs_records": claim.status != VERIFIED or claim.found}
