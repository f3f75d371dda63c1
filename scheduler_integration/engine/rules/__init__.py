"""The rules, one module for each: which starts exist, and which are blocked."""
