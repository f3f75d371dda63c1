"""Imported once by the process from which the tests' processes are forked: reads what each of them would otherwise read again."""

from datetime import datetime

from babel.dates import format_datetime

format_datetime(datetime(2026, 1, 1), "full", locale="en")
