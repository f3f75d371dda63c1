"""The values that the engine takes and returns: hosts, meeting rules and refusals."""
