"""Whose words? Voice, holder and chain of relay for the sentences of a document.

quotes       quotations and their marks                 wordclasses, lexicon, names   vocabulary
phrases      tokens, noun phrases, clauses              verbs, markers, cues          attributing words, in a sentence
clauses      what may have different holders            holders, speakers             who is meant
announced    "Source: X", "To quote X:"                 attribution                   a whole document
"""

from stance.voices.attribution import UNCERTAIN, Attribution, Sentence, attribute

__all__ = ["UNCERTAIN", "Attribution", "Sentence", "attribute"]
