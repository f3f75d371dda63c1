"""Writes tables as CSV and Excel files, row by row: a table of any length needs the memory of a few rows."""

import csv
import io
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from scheduler_integration.platform.formulas import may_be_formula

Row = Sequence[object]
# The media types of the formats.
FORMATS = {
	"csv": "text/csv; charset=utf-8",
	"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# Excel reads 1,048,576 rows of a sheet.
ROWS_OF_A_SHEET = 1_000_000
# XML can't hold these either. openpyxl lets them pass, and Excel calls the file broken.
_NONCHARACTERS = str.maketrans("", "", "\ufffe\uffff")


def write(rows: Iterable[Row], format: str, target: BinaryIO) -> None:
	"""Write the rows, the first of which is the header, to an open file. `format` is a key of FORMATS.

	CSV is in UTF-8 with a byte order mark, which Excel needs.
	"""
	_WRITERS[format](([safe(cell) for cell in row] for row in rows), target)


def safe(cell: object) -> object:
	"""Return a cell that no spreadsheet runs as a formula: a text that could be one begins with an apostrophe."""
	return f"'{cell}" if isinstance(cell, str) and may_be_formula(cell) else cell


def _write_csv(rows: Iterable[list[object]], target: BinaryIO) -> None:
	text = io.TextIOWrapper(target, "utf-8-sig", newline="")
	csv.writer(text).writerows(rows)
	# Otherwise it would close the file.
	text.detach()


def _write_xlsx(rows: Iterable[list[object]], target: BinaryIO) -> None:
	book, lines = Workbook(write_only=True), iter(rows)
	header = next(lines)
	try:
		sheet = _new_sheet(book, header)
		for number, row in enumerate(lines):
			if number and number % ROWS_OF_A_SHEET == 0:
				sheet = _new_sheet(book, header)
			# The cell without the characters that an Excel file can't hold.
			sheet.append(
				[
					(ILLEGAL_CHARACTERS_RE.sub("", cell).translate(_NONCHARACTERS) if isinstance(cell, str) else cell)
					for cell in row
				]
			)
		book.save(target)
	except BaseException:
		# Delete the temporary files of sheets, which openpyxl leaves to the end of the process.
		for each in book.worksheets:
			# It can't be closed if the disk is full.
			with suppress(Exception):
				each.close()
			if each._writer and os.path.exists(each._writer.out):
				each._writer.cleanup()
		raise


def _new_sheet(book: Workbook, header: list[object]) -> WriteOnlyWorksheet:
	sheet = book.create_sheet()
	sheet.append(header)
	return sheet


_WRITERS: dict[str, Callable[[Iterable[list[object]], BinaryIO], None]] = {"csv": _write_csv, "xlsx": _write_xlsx}
