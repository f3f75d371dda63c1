"""Reads input from people and programs: returns checked values, or refuses them with a sentence."""
