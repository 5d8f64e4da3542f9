"""Asking feeds what they say now: where we may ask, how we ask, what the answer means, when we ask again."""
