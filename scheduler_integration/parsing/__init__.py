"""What people and programs type, turned into values or refused with a sentence."""
