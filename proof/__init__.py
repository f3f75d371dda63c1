"""Hunts for double bookings: `make proof`. docs/explanation/guard.md says what is proved and what is only tested.

- `model.py` is a small model of the guard and the database, searched exhaustively.
- `explorer.py` runs the real commands in real processes, and decides at every statement which of them goes on (`worker.py`).
- `faults.py` lists single-line faults. Each is planted into the real code, and must be found.
"""
