"""The user's files: text with places, given meaning, layered on the pack, all mistakes told at once."""
