"""Stands in for frappe.utils.xlsxutils: a workbook with one sheet, written row by row."""

import re
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from frappe.missing import missing

# As in Frappe: XML can't hold them, so they are left out.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufeff\ufffe\uffff]")


def make_xlsx(data: Iterable[Iterable[Any]], sheet_name: str) -> BytesIO:
	"""Return the file. As in Frappe, a text that begins with an equals sign becomes a formula."""
	from openpyxl import Workbook

	if sheet_name != "Data Export":
		raise NotImplementedError("A sheet whose cells are read as HTML, on the embedded site")
	book = Workbook(write_only=True)
	sheet = book.create_sheet(sheet_name, 0)
	for row in data:
		sheet.append([_ILLEGAL.sub("", cell) if isinstance(cell, str) else cell for cell in row])
	written = BytesIO()
	book.save(written)
	return written


__getattr__ = missing(__name__)
