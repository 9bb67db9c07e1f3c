"""A made-up town quarrels over a made-up tram line: the comparison that the tests of the report look at.

Five sources: a newspaper that quotes others, a council that praises itself, traders who object, a channel that only
forwards the ministry, and a page that tries to break the report. All names and words are invented.
"""

from __future__ import annotations

import dataclasses

from stance.comparison import compare
from stance.records import (
    STANCES,
    Claim,
    Comparison,
    Document,
    Dropped,
    Frame,
    Issue,
    Passage,
    Position,
    Stance,
    digest,
)

HERALD, COUNCIL, TRADERS, CHANNEL = "Aldermoor Herald", "Aldermoor Council", "High Street Traders", "Rails & Roads"
HOSTILE = "<img src=x onerror=alert(1)>"
MINISTRY = "Ministry of Transport"
LONG_WORD = "w" * 10_000

TEXTS = {
    HERALD: """Line 4 divides the town
After nine years of planning, the council voted on Tuesday to build tram line 4 from the station to the harbour.
“The line will bring life back to the high street,” said mayor Ines Falk, “and nobody will miss the traffic jams.”
Traders who were asked by this newspaper see it differently: two years of building sites will empty the shops, they say.
Advertisement: Winter tyres from 39.90
According to the Ministry of Transport, the state will pay three quarters of the cost.
The consultation was open to everyone for six weeks, and the council answered each of the 412 letters.
Neighbours in Mill Lane wonder how loud the trams will be at night. The European Union looks on.
""",
    COUNCIL: """Aldermoor gets its tram
Line 4 is the best thing to happen to the high street in a generation.
The building work is planned so that every shop stays open and can be reached on foot at all times.
The line will cost % of the yearly budget.
We have never listened to the people of this town as carefully as in this consultation.
""",
    TRADERS: """Nobody asked us
Line 4 will kill the high street before the first tram arrives.
In Norby, every fifth shop gave up while the rails were being laid.
The consultation was a show: the route had been drawn before the first letter was opened. <...>
Deputy mayor Tom Reyes told us that “perhaps the trams will be quieter than the buses”, but he could not say how much.
The EU pays nothing.
Join us on Saturday! Subscribe to our newsletter!
""",
    CHANNEL: """Forwarded from Ministry of Transport
Three quarters of the cost of line 4 will be carried by the state.
Tram lines have made high streets busier in every town where we have paid for one.
VIEW IN APP
""",
    HOSTILE: f"""</script><script>document.title='broken'</script>
<b onclick="alert(1)">Line 4</b> is <style>body{{display:none}}</style> a {LONG_WORD} \u202ereversed\u202c disgrace.
javascript:alert(1) data:text/html,<script>alert(2)</script> says nothing about the cost. </script><!--
""",
}

RESIDUE = {"Advertisement: Winter tyres from 39.90": "advertisement", "VIEW IN APP": "interface residue",
           "Join us on Saturday! Subscribe to our newsletter!": "appeal",
           "Forwarded from Ministry of Transport": "interface residue"}


def document(source: str, text: str, **fields: object) -> Document:
    passages, dropped, at = [], [], 0
    for line in text.splitlines(keepends=True):
        start, end = at, at + len(line.rstrip("\n"))
        at += len(line)
        if line.strip() in RESIDUE:
            dropped.append(Dropped(start, end, RESIDUE[line.strip()]))
        elif line.strip():
            passages.append(Passage(start, end, "title" if start == 0 else "body", cut="<...>" in line))
    return Document(id=digest(source), source=source, path=f"{source}.txt", sha256=digest("file", source) * 4,
                    text=text, start=0, end=len(text), language="en", passages=tuple(passages),
                    dropped=tuple(dropped), title=text.splitlines()[0], **fields)  # type: ignore[arg-type]


def claim(documents: list[Document], source: str, words: str, **fields: object) -> Claim:
    home = next(d for d in documents if d.source == source)
    start = home.text.index(words)
    cue = fields.pop("cue", None)
    if cue:
        at = home.text.index(str(cue))
        fields["cue"] = (at, at + len(str(cue)))
    return Claim(id=digest(home.id, start, words), document_id=home.id, start=start, end=start + len(words), text=words,
                 **fields)  # type: ignore[arg-type]


def position(issue: Issue, on: Claim, stance: Stance | None, certainty: float = 0.85) -> Position:
    rest = (1 - certainty) / 2
    sure = stance or "neutral"
    return Position(issue.id, on.id, stance, {s: certainty if s == sure else rest for s in STANCES})


RUN = {"version": "0.1.0", "seed": 13, "models": {"encoder": "e" * 64, "stance": "5" * 64},
       "thresholds": {"align": 0.5, "abstain": 0.5},
       "inputs": [{"path": f"{s}.txt", "sha256": digest("file", s) * 4, "n_documents": 1} for s in TEXTS],
       "skipped": [{"path": "scan.pdf", "reason": "holds no text"}],
       "dropped": {"advertisement": 1, "appeal": 1, "interface residue": 2}}


def records() -> tuple[list[Document], list[Claim], list[Issue], list[Position]]:
    dates = {HERALD: "2031-03-05", COUNCIL: "2031-03-04", TRADERS: "2031-03-08", CHANNEL: "2031-03-04"}
    documents = [document(s, t, published=dates.get(s), origin=MINISTRY if s == CHANNEL else None)
                 for s, t in TEXTS.items()]

    def say(source: str, words: str, **fields: object) -> Claim:
        return claim(documents, source, words, **fields)

    falk = say(HERALD, "The line will bring life back to the high street", voice="reported", holder="mayor Ines Falk",
               cue="said", confidence=0.97, kind="opinion")
    shops = say(HERALD, "two years of building sites will empty the shops", voice="reported", cue="they say",
                holder="Traders who were asked by this newspaper", confidence=0.8)
    best = say(COUNCIL, "Line 4 is the best thing to happen to the high street in a generation.")
    kill = say(TRADERS, "Line 4 will kill the high street before the first tram arrives.")
    busier = say(CHANNEL, "Tram lines have made high streets busier in every town where we have paid for one.",
                 origin=MINISTRY)
    disgrace = say(HOSTILE, TEXTS[HOSTILE].splitlines()[1])
    open_to_all = say(HERALD, "The consultation was open to everyone for six weeks, and the council answered each of "
                      "the 412 letters.")
    listened = say(COUNCIL, "We have never listened to the people of this town as carefully as in this consultation.")
    show = say(TRADERS, "The consultation was a show: the route had been drawn before the first letter was opened.",
               cut=True)
    pays = say(HERALD, "the state will pay three quarters of the cost", voice="reported", holder=MINISTRY,
               origin=MINISTRY, cue="According to", confidence=0.95)
    carried = say(CHANNEL, "Three quarters of the cost of line 4 will be carried by the state.", origin=MINISTRY)
    blank = say(COUNCIL, "The line will cost % of the yearly budget.", blank=True)
    script = say(HOSTILE, TEXTS[HOSTILE].splitlines()[2])
    loud = say(HERALD, "Neighbours in Mill Lane wonder how loud the trams will be at night.")
    quieter = say(TRADERS, "perhaps the trams will be quieter than the buses", voice="reported",
                  holder="Deputy mayor Tom Reyes", cue="told us", confidence=0.5)
    claims = [falk, shops, best, kill, busier, disgrace, open_to_all, listened, show, pays, carried, blank, script,
              loud, quieter]

    def ask(title: str, target: str, *said: Claim) -> Issue:
        return Issue(digest(title), title, target, tuple(c.id for c in said), scores={c.id: 0.8 for c in said},
                     why="sentences that share their topic words")

    street = ask("Will line 4 be good for the high street?", "tram line 4", falk, shops, best, kill, busier, disgrace)
    fair = ask("Was the consultation fair?", "the consultation", open_to_all, listened, show)
    cost = ask("Who pays for line 4?", "the state's share of the cost", pays, carried, blank, script)
    noise = ask("How loud will the trams be?", "the noise of the trams", loud, quieter)
    positions = [
        position(street, falk, "favourable", 0.93), position(street, shops, "unfavourable", 0.82),
        position(street, best, "favourable", 0.97), position(street, kill, "unfavourable", 0.95),
        position(street, busier, "favourable", 0.78), position(street, disgrace, "unfavourable", 0.81),
        position(fair, open_to_all, "neutral", 0.64), position(fair, listened, "favourable", 0.9),
        position(fair, show, "unfavourable", 0.92), position(cost, pays, "favourable", 0.6),
        position(cost, carried, "favourable", 0.7), position(cost, blank, None, 0.4),
        position(cost, script, None, 0.38), position(noise, loud, None, 0.45),
        position(noise, quieter, "favourable", 0.58),
    ]
    return documents, claims, [street, fair, cost, noise], positions


def comparison() -> tuple[Comparison, tuple[Document, ...]]:
    documents, claims, issues, positions = records()
    frames = [Frame(c.id, "effects", label, {}) for c, label in zip(claims, ("economy", "economy", None, "fairness"),
                                                                    strict=False)]
    found = compare(documents, claims, issues, positions, RUN)
    return dataclasses.replace(found, frames=tuple(frames)), tuple(documents)
