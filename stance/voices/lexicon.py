"""The words by which texts give words away: reporting verbs, cue phrases, vague authorities, roles.

English only. Verbs are listed as lemmas and inflected here; nothing in this file looks at a sentence.
"""

from __future__ import annotations

from stance.voices.wordclasses import word_set

# How a verb attributes. "say": any finite use with a speaker before it. "think": a belief or feeling, where a clause
# or an object follows. "judge": a stand toward a thing. "show": a document or count speaks, with a clause.
# "quote": attributes a quotation beside it, and nothing else ("continued", "laughed").
_VERBS = {
    "say": """
    say tell ask state note add argue claim insist assert contend allege explain warn caution declare announce
    acknowledge admit concede deny stress emphasize emphasise underscore underline reiterate recall remark write
    tweet report reply retort quip joke predict estimate suggest propose complain lament boast brag opine
    testify swear vow pledge promise disclose imply hint conclude inform assure remind urge protest recommend
    confirm reaffirm affirm profess posit theorize speculate surmise muse marvel gush fume scoff retweet
    proclaim recount confess reckon clarify exclaim confide tout forecast reassure concur attest vouch
    moan grumble gripe
""",
    "think": """
    believe think consider fear worry expect doubt suspect regard agree disagree prefer view deem foresee
    envision dread resent want hope
""",
    "judge": """
    criticize criticise condemn denounce blast slam praise applaud laud hail welcome support oppose reject
    dismiss dispute question accuse blame call demand defend describe characterize characterise label brand dub
    mock ridicule decry deride endorse express voice attack assail rebuke castigate deplore bemoan disparage
    chide scold lambast lambaste rip chastise advocate champion liken compare portray depict refute rebut
    contradict disavow lambasted bash excoriate pillory hammer skewer berate trash cite mention highlight fault
    favor favour promise repudiate encourage discourage advise recommend commend thank threaten propose pan
    credit
""",
    "show": """
    show find indicate reveal demonstrate discover learn conclude determine observe assess suggest estimate
    calculate realize realise understand imagine assume decide signal anticipate guess know feel maintain remind
    respond wonder decree
""",
    "quote": """
    charge respond continue shout yell chant whisper read answer counter elaborate offer laugh shrug smile sigh
    conclude interject cry snap intone comment repeat observe recite chime post deadpan thunder bellow plead beg
    demand inquire wonder echo signal
""",
}

_IRREGULAR = {
    "say": ("says", "said", "said", "saying"),
    "tell": ("tells", "told", "told", "telling"),
    "write": ("writes", "wrote", "written", "writing"),
    "think": ("thinks", "thought", "thought", "thinking"),
    "feel": ("feels", "felt", "felt", "feeling"),
    "find": ("finds", "found", "found", "finding"),
    "show": ("shows", "showed", "shown", "showing"),
    "see": ("sees", "saw", "seen", "seeing"),
    "swear": ("swears", "swore", "sworn", "swearing"),
    "hold": ("holds", "held", "held", "holding"),
    "mean": ("means", "meant", "meant", "meaning"),
    "know": ("knows", "knew", "known", "knowing"),
    "understand": ("understands", "understood", "understood", "understanding"),
    "foresee": ("foresees", "foresaw", "foreseen", "foreseeing"),
    "read": ("reads", "read", "read", "reading"),
    "begin": ("begins", "began", "begun", "beginning"),
    "go": ("goes", "went", "gone", "going"),
    "put": ("puts", "put", "put", "putting"),
    "cast": ("casts", "cast", "cast", "casting"),
    "sing": ("sings", "sang", "sung", "singing"),
    "forecast": ("forecasts", "forecast", "forecast", "forecasting"),
    "rebut": ("rebuts", "rebutted", "rebutted", "rebutting"),
    "refer": ("refers", "referred", "referred", "referring"),
    "hint": ("hints", "hinted", "hinted", "hinting"),
    "rip": ("rips", "ripped", "ripped", "ripping"),
    "admit": ("admits", "admitted", "admitted", "admitting"),
    "brag": ("brags", "bragged", "bragged", "bragging"),
    "quip": ("quips", "quipped", "quipped", "quipping"),
    "concur": ("concurs", "concurred", "concurred", "concurring"),
    "pan": ("pans", "panned", "panned", "panning"),
    "slam": ("slams", "slammed", "slammed", "slamming"),
    "dub": ("dubs", "dubbed", "dubbed", "dubbing"),
    "shrug": ("shrugs", "shrugged", "shrugged", "shrugging"),
    "beg": ("begs", "begged", "begged", "begging"),
    "snap": ("snaps", "snapped", "snapped", "snapping"),
}


def _inflect(lemma: str) -> tuple[str, str, str, str]:
    """Third person, past, past participle, present participle of a verb."""
    if lemma in _IRREGULAR:
        return _IRREGULAR[lemma]
    if lemma.endswith("e"):
        return lemma + "s", lemma + "d", lemma + "d", lemma[:-1] + "ing"
    if lemma.endswith("y") and lemma[-2] not in "aeiou":
        return lemma[:-1] + "ies", lemma[:-1] + "ied", lemma[:-1] + "ied", lemma + "ing"
    third = lemma + ("es" if lemma.endswith(("s", "sh", "ch", "x", "z")) else "s")
    return third, lemma + "ed", lemma + "ed", lemma + "ing"


def _forms() -> dict[str, dict[str, frozenset[str]]]:
    table: dict[str, dict[str, set[str]]] = {}
    for kind, lemmas in _VERBS.items():
        for lemma in lemmas.split():
            third, past, participle, ing = _inflect(lemma)
            for form, tag in ((lemma, "base"), (third, "third"), (past, "past"), (participle, "part"), (ing, "ing")):
                entry = table.setdefault(form, {"kinds": set(), "tags": set()})
                entry["kinds"].add(kind)
                entry["tags"].add(tag)
    for noun in ("state", "remark", "report", "text", "signal"):  # as bare forms nearly always nouns
        table.pop(noun, None)
    return {form: {name: frozenset(values) for name, values in entry.items()} for form, entry in table.items()}


VERBS = _forms()
"""Inflected form → {"kinds": how it attributes, "tags": which inflections it may be}."""

NOUN_LIKE = word_set("""
    voice voices stress stresses report reports claim claims note notes state states view views call calls hope
    hopes fear fears support attack attacks question questions doubt doubts promise promises pledge pledges vow
    vows estimate estimates demand demands charge brand label fault credit cast show shows find finds address
    rule rules rank rate rates judge judges judging project projects signal signals reason reasons text post
    posts email cry answer answers comment comments reply relate champion favor favour favors reading meaning
    hearing feeling feelings finding findings understanding offer offers mean means challenge challenges echo
    whisper counter hammer trash go put meeting wonder worry worries welcome suspect suspects regard regards
    tweet tweets jokes joke thanks thank boast bash highlight highlights advocate advocates hint forecast
    predict pans pan discussing laugh smile sigh read begin pledged remarks remark protest protests written
    responding estimated confessed reporting conclude charged charges charging asked asking endorse
""")
"""Forms that are as often nouns or adjectives: they need a clear subject before them."""

SPEECH_NOUNS = word_set("""
    statement claim assertion argument allegation accusation charge contention suggestion warning announcement
    declaration belief view opinion position conclusion prediction promise pledge vow insistence admission
    complaint criticism concern fear hope conviction feeling idea notion assumption expectation report finding
    assessment estimate forecast remark comment testimony acknowledgement acknowledgment denial proposal
    recommendation demand message reminder worry sense confidence
""")
"""Nouns that take "that": "her claim that the bill is dead"."""

PRONOUNS = word_set("he she they it who he's she's it's they've they're he'd she'd they'd he'll she'll they'll")
FIRST_SECOND = word_set("i we you me us i've i'm i'll i'd we've we're we'll we'd you've you're you'll you'd let's")

VAGUE = word_set("""
    analysts analyst experts expert critics critic proponents opponents observers sources source officials
    official supporters advocates commentators detractors people some many others several few most pundits
    skeptics sceptics scholars historians economists insiders witnesses residents activists both no nobody
    everyone anybody someone advisers aides allies strategists operatives donors voters
""")
"""Heads of authorities that are never given a name."""

ROLE_NOUNS = word_set("""
    source interlocutor expert official speaker spokesman spokeswoman spokesperson minister president governor
    senator congressman congresswoman mayor professor analyst author researcher scientist diplomat ambassador
    secretary chairman chairwoman chair director chief executive leader lawmaker candidate nominee billionaire
    businessman businesswoman attorney lawyer judge justice general commander commissioner scholar economist
    historian politician premier chancellor king queen pope bishop reporter journalist columnist writer activist
    organizer owner founder doctor physician teacher principal superintendent sheriff officer strategist
    pollster adviser advisor aide pundit host anchor commentator moderator envoy
""")
"""Nouns that, after "the", stand for one person named elsewhere in the document."""

TITLES = {
    "gov": "governor",
    "governor": "governor",
    "sen": "senator",
    "senator": "senator",
    "rep": "congressman",
    "representative": "congressman",
    "congressman": "congressman",
    "congresswoman": "congresswoman",
    "president": "president",
    "prime": "minister",
    "minister": "minister",
    "fm": "minister",
    "pm": "minister",
    "premier": "premier",
    "chancellor": "chancellor",
    "mayor": "mayor",
    "professor": "professor",
    "prof": "professor",
    "dr": "doctor",
    "gen": "general",
    "general": "general",
    "secretary": "secretary",
    "judge": "judge",
    "justice": "justice",
    "sheriff": "sheriff",
    "king": "king",
    "queen": "queen",
    "pope": "pope",
    "ambassador": "ambassador",
    "chairman": "chairman",
    "chairwoman": "chairwoman",
    "chair": "chair",
    "director": "director",
    "commissioner": "commissioner",
    "attorney": "attorney",
    "spokesman": "spokesman",
    "spokeswoman": "spokeswoman",
    "spokesperson": "spokesperson",
    "chief": "chief",
    "ceo": "executive",
    "strategist": "strategist",
    "analyst": "analyst",
    "economist": "economist",
    "expert": "expert",
    "researcher": "researcher",
    "scientist": "scientist",
    "historian": "historian",
    "speaker": "speaker",
    "leader": "leader",
    "candidate": "candidate",
    "nominee": "nominee",
    "adviser": "adviser",
    "advisor": "adviser",
    "mr": "",
    "mrs": "",
    "ms": "",
    "miss": "",
    "sir": "",
    "lord": "",
    "lady": "",
    "col": "",
    "lt": "",
    "sgt": "",
    "capt": "",
    "rev": "",
    "former": "",
    "vice": "",
    "deputy": "",
    "foreign": "",
    "republican": "",
    "democratic": "",
}
"""A title before a name → the role noun that may stand for its bearer ("" where none)."""


def _particles() -> dict[str, frozenset[str]]:
    table = {
        "point pointed points pointing": "out to",
        "make makes made making": "clear",
        "speak speaks spoke spoken speaking": "about of out",
        "talk talks talked talking": "about up",
        "refer refers referred referring": "to",
        "rail rails railed railing": "against",
        "lash lashes lashed lashing": "out",
        "object objects objected objecting": "to",
        "allude alludes alluded": "to",
        "side sides sided siding": "with",
        "push pushes pushed pushing": "for",
        "take takes took taken taking": "issue aim",
        "shoot shoots shot": "back",
        "fire fires fired": "back",
        "lay lays laid laying": "out",
        "speculate speculated": "about",
        "weigh weighs weighed": "in",
        "pay pays paid paying": "tribute attention special",
        "opine opined": "on",
        "joke joked": "about",
        "vouch vouched": "for",
        "cry cried": "foul",
        "raise raises raised raising": "questions concerns doubts",
        "apologize apologise apologized apologised": "for",
        "distance distanced": "himself herself themselves itself",
        "see sees saw": "no little it",
        "went goes go gone": "after",
        "double doubled": "down",
    }
    return {form: frozenset(after.split()) for forms, after in table.items() for form in forms.split()}


PARTICLES = _particles()
"""Common verb form → the words with one of which, close behind, it attributes ("pointed out")."""

ATTITUDES = word_set("""
    convinced confident certain sure concerned worried afraid hopeful optimistic pessimistic sceptical skeptical
    critical adamant unequivocal proud glad grateful surprised gratified doubtful fearful angry disappointed
    opposed dismissive wary unconvinced dubious supportive thankful thrilled alarmed outraged troubled
""")
"""Adjectives that, after "is" and before "that" or "about", report what somebody thinks."""
