"""Reading: files in, cleaned documents out, with every passage pointing into the untouched text.

reading    walks the paths, joins metadata, yields documents      draft      what a format's reader hands on
decoding, plain, web, pdf, tables, telegram                       one module a format, bytes to drafts
titles     entities and outlet names in the titles of tables
cleaning   passages and the ledger of what was dropped            residue, headings, turns   its patterns
sentences, language, repeats                                      boundaries, language, who relays whom
"""

from stance.documents.reading import read_documents
from stance.documents.sentences import split_sentences

__all__ = ["read_documents", "split_sentences"]
