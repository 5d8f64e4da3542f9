"""Whose word a match is, and the figures that stand beside its words. Pure.

words       what hearsay, denials and announcements are told by
claim       which of them a sentence holds
standing    the sentences that a match rests on
"""
