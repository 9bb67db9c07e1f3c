"""Whose words? Voice, holder and chain of relay for the sentences of a document.

quotes finds quotations, cues finds attributing words in one sentence, holders finds names, attribution joins them.
"""

from stance.voices.attribution import UNCERTAIN, Attribution, Sentence, attribute

__all__ = ["UNCERTAIN", "Attribution", "Sentence", "attribute"]
