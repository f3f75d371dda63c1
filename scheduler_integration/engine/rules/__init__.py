"""The rules, one module for each. They say which starts exist and which are blocked."""
