"""Closed word classes of English, as far as finding who speaks needs them. Lower case throughout.

Nothing in this file looks at a sentence, and nothing in it attributes: the reporting verbs are in `lexicon`.
"""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def is_bare_plural(word: str) -> bool:
    """Whether a noun is a plural without -s: fishermen, grandchildren, people."""
    return word in ("people", "police") or (word.endswith(("men", "children")) and word not in ("yemen", "specimen"))


BE = word_set("is are was were be been being am 's 're isn't aren't wasn't weren't")
AUXILIARIES = BE | word_set("""
    has have had having will would could can may might must shall should did does do don't doesn't didn't won't
    wouldn't couldn't can't cannot hasn't haven't hadn't ought used 'd 've 'll
""")
NEGATIONS = word_set(
    "not never n't don't doesn't didn't won't wouldn't hasn't haven't hadn't cannot couldn't isn't wasn't"
)
SKIPPED = (
    AUXILIARIES
    | NEGATIONS
    | word_set("""
    also then later again once twice even still just always often now since soon both all too thus therefore
    further furthermore first instead rather ever yet himself herself themselves itself long earlier today
    yesterday sometimes increasingly already initially
""")
)
"""May stand between a subject and its verb."""
STOPS = (
    word_set("""
    that which because if when while as although though since after before until unless than so but where
    whether how why what nor yet there not whom whose who like despite amid plus lest whenever wherever whatever
    whoever
""")
    | AUXILIARIES
)
"""Ends a noun phrase to the left."""
PREPOSITIONS = word_set("""
    of for at from in on with to by about against under over during between among within without through across
    near toward towards into onto via per inside outside behind above below beyond
""")
DETERMINERS = word_set("""
    the a an this these those his her their its our my your some many several few most all each every no another
    any one two three four five six seven eight nine ten dozens hundreds thousands other both
""")
QUANTIFIERS = word_set("some many several few most all both one others none")
TIMES = word_set("""
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december today yesterday tonight week month year night morning afternoon evening
    weekend day
""")
TIME_WORDS = word_set("ago weeks days months years hours less more than on last late early over in earlier later about")
"""With TIMES, the words of "less than two weeks ago"."""
SPLITTERS = word_set("but while whereas although though where")
"""After a comma, these begin another clause."""
OPENERS = word_set("""
    and or then also still meanwhile now however indeed perhaps maybe today yesterday later earlier recently
    here finally instead so only even just soon again once
""")
"""Sentence adverbs that stand before a subject with no comma."""
ADJECTIVES_IN_LY = word_set("""
    family daily weekly early likely elderly monthly friendly assembly july italy tally rally ally reply supply
    bully anomaly monopoly unlikely only lonely deadly ugly holy homily
""")
"""Words in -ly that are no adverbs."""
PLAIN_VERBS = word_set("""
    sent built led left made took came got gave held ran won lost met set put kept brought began became heard
    spent paid went stood sat fell grew drew drove broke chose ate flew threw wore bought sold caught taught hit
    cut let need needs require requires make makes take takes get gets go goes come comes give gives keep keeps
    become becomes begin begins bring brings run runs hold holds puts leave leaves create creates include
    includes mean means provide provides allow allows follow follows help helps face faces remain remains
    continue continues fare fares win wins lose loses serve serves lead leads
""")
"""Common verbs that end a noun phrase to the left although they attribute nothing."""
SPEAKING_THINGS = word_set("""
    poll polls survey surveys study studies report reports data documents document records figures results
    research emails analysis investigation investigators numbers statistics complaint lawsuit suit memo letter
    statement article review audit transcript filing filings declaration findings estimates ad ads video book
    essay headline editorial website caption message text tweet resolution ruling opinion assessment reporting
    papers sources intelligence evidence experts index census footage email paper editorials letters memos
    statements tally
""")
"""Documents and counts that are said to say."""
APPOSITIVE_START = word_set("a an who whose which where also jr jr. sr sr. formerly now himself herself r d")
TAIL = TIMES | word_set("""
    on in at during when after before to of while as this last earlier later recently afterward afterwards for
    with by from via through early late about regarding following ahead outside inside upon over amid here there
    again then too further sarcastically bluntly simply once
""")
"""What may follow a verb of saying that closes its sentence ("…, he said on Monday")."""
INANIMATE = word_set("""
    law bill measure plan act legislation amendment policy rule ordinance move proposal program programme effort
    strategy system project agreement deal treaty car house building market economy war decision
""")
"""Things that support, call for and reject without anybody speaking."""
HYPOTHETICAL = word_set("if unless whether until lest")
ACTS = word_set("""
    announce announces announced declare declares declared agree agrees agreed concluded conclude concludes
""")
"""What was done ("announced a ban"), unless a clause says what was said."""
PRONOUN_HOLDERS = word_set("he she they it who which his her their its i we")
"""What may stand where a holder should be named."""
REDUCED = word_set("""
    released conducted published taken obtained filed issued compiled commissioned surveyed reviewed polled
    posted aired written produced
""")
"""Participles that follow a noun within its phrase ("a poll released this week found")."""
EVENT_ENDINGS = ("tion", "sion", "ment", "ing", "ness", "ance", "ence", "ity", "ism", "ure", "age", "ship", "th")
NO_EVENTS = word_set("""
    administration government organization organisation commission association institution investigation
    parliament department university authority community committee nation foundation corporation delegation
    coalition federation opposition population leadership
""")
LABELS = word_set("""
    breaking update updated watch video photo photos opinion analysis exclusive note details live read editor
    advertisement source context background date time place subject title quote chart map fact question answer
    correction related tags topics caption example summary conclusion introduction step part section chapter
    bottom pro con
""")
"""Before a colon, no speakers."""
