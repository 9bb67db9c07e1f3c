"""attributions.jsonl: short invented texts in which each attribution's source, cue and content are marked.

    python eval/data/make_attributions.py

Nobody in them exists. `<c1>…</c1>` is the content of the text's first attribution, `<s1>` its source, `<q1>` its cue;
a pronoun is a source too, and the content of a report holds the whole of a report within it, as in PolNeAR. The texts
were written before the tool read them, and none was taken out for what the tool made of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PARTS = {"s": "source", "q": "cue", "c": "content"}
KINDS = {
    "direct": (
        "<c1>“The dam will hold through the spring,”</c1> <s1>Mira Kessler, the chief engineer,</s1> <q1>told</q1> the council.",
        "<s1>The harbour master</s1> <q1>said</q1>: <c1>“No ship has left the port since Sunday.”</c1>",
        "<c1>“We were never asked,”</c1> <q1>complained</q1> <s1>Jonas Brandt</s1>, <c1>“and we would have said no.”</c1>",
        "The school reopens on Monday. <c1>“Every classroom has been tested for mould,”</c1> <s1>headteacher Olu Adeyemi</s1> <q1>said</q1>.",
        "<s1>A spokesman for Norvale Rail</s1> <q1>replied</q1> that <c1>the delay was “regrettable and entirely avoidable”</c1>.",
        "<c1>“The figures are wrong. The survey left out half of the district,”</c1> <q1>said</q1> <s1>Dr Ines Varga</s1>.",
        "<s1>Senator Hale</s1> <q1>called</q1> the plan <c1>“a gift to the quarry owners”</c1>.",
    ),
    "indirect": (
        "<s1>The ministry</s1> <q1>said</q1> <c1>the new tariff would apply from June</c1>.",
        "<s1>Fishermen in Tolvik</s1> <q1>complain</q1> that <c1>the wind farm has driven the cod away</c1>.",
        "<s1>Governor Anne Strand</s1> <q1>denied</q1> that <c1>the state had known of the leak</c1>.",
        "<s1>Two auditors</s1> <q1>warned</q1> last week that <c1>the fund would run dry within four years</c1>.",
        "<s1>The union</s1> <q1>argues</q1> that <c1>night shifts have doubled since the merger</c1>. The company employs 900 people.",
        "<s1>The committee</s1> <q1>concluded</q1> that <c1>the bridge had been built on clay</c1>.",
        "<c1>The harvest was the poorest in a decade</c1>, <s1>the farmers’ league</s1> <q1>reported</q1> on Friday.",
        "<s1>Residents</s1> <q1>fear</q1> that <c1>the lorries will return once the inquiry ends</c1>.",
    ),
    "according to": (
        "<q1>According to</q1> <s1>the coast guard</s1>, <c1>the ferry was carrying 40 more people than allowed</c1>.",
        "<c1>The mine has leaked arsenic since 2019</c1>, <q1>according to</q1> <s1>a report by the Lowland Institute</s1>.",
        "<q1>In the view of</q1> <s1>economist Petra Oyelaran</s1>, <c1>the levy will not raise what the treasury expects</c1>.",
        "<c1>Rents have risen by a fifth in two years</c1>, <q1>according to</q1> <s1>figures from the city’s housing office</s1>.",
        "<q1>For</q1> <s1>the opposition</s1>, <c1>the vote was a farce</c1>.",
        "<q1>According to</q1> <s1>Mayor Lund</s1>, <c1>the tram pays for itself</c1>. It opened in 2021.",
    ),
    "pronoun": (
        "Clara Weiss runs the clinic. <c1>Half of the beds are empty</c1>, <s1>she</s1> <q1>says</q1>, <c1>because nurses have left</c1>.",
        "The judge met both sides on Tuesday. <s1>He</s1> <q1>said</q1> that <c1>a settlement was within reach</c1>.",
        "The growers have sued the county. <s1>They</s1> <q1>claim</q1> that <c1>the wells were emptied on purpose</c1>.",
        "<s1>Tomas Reva</s1> <q1>said</q1> <c1>the tunnel was safe</c1>. <c2>“I would send my own children through it,”</c2> <s2>he</s2> <q2>added</q2>.",
        "The archbishop spoke for an hour. <s1>He</s1> <q1>insisted</q1> that <c1>the church had paid its share</c1>.",
    ),
    "nested": (
        "<s1>The envoy</s1> <q1>said</q1> <c1><s2>the generals</s2> had <q2>promised</q2> that <c2>the road would be open by May</c2></c1>.",
        "<s1>The Evening Post</s1> <q1>reported</q1> that <c1><s2>the minister</s2> had <q2>admitted</q2> <c2>the test was faked</c2></c1>.",
        "<c1><s2>The bank</s2> <q2>believes</q2> <c2>inflation has peaked</c2></c1>, <s1>one of its directors</s1> <q1>told</q1> the paper.",
        "<q1>According to</q1> <s1>the prosecutor</s1>, <c1><s2>the driver</s2> <q2>claimed</q2> that <c2>the brakes had failed</c2></c1>.",
    ),
    "nobody": (
        "The library closed its doors on 4 March after 112 years.",
        "Voters in Ostrava will choose a new council on Sunday.",
        "The company sold 40,000 bicycles last year, twice as many as in 2020.",
        "The river has fallen below the level at which barges can pass.",
        "A speech was held in the square, and a band played until midnight.",
        "The saying goes back to the seventeenth century, when the mill was built.",
        "The court will hear the case in October. Two of its five judges have changed since spring.",
        "The new law has cut the number of permits by a third, and no hunter has been fined so far.",
    ),
    "both": (
        "The pier was rebuilt in 2022. <s1>The port authority</s1> <q1>says</q1> <c1>it can take ships of 300 metres</c1>. Only two have come.",
        "<s1>Shopkeepers</s1> <q1>say</q1> <c1>trade has collapsed</c1>. Sales in the old town rose by 3 per cent in the same months.",
        "The strike enters its third week. <c1>“We are not tired,”</c1> <q1>said</q1> <s1>Ada Nowak of the dockers’ union</s1>. Talks resume today.",
        "<s1>The mayor</s1> <q1>promised</q1> <c1>a new school by autumn</c1>; <s2>parents</s2> <q2>doubt</q2> that <c2>it will be ready</c2>.",
    ),
}  # fmt: skip


def read(marked: str) -> dict[str, Any]:
    """{text, attributions} of one marked text, offsets in code points. A part may be in several pieces."""
    text, opened = "", {}
    found: dict[str, dict[str, list[dict[str, int]]]] = {}
    for piece in re.split(r"(</?[sqc]\d>)", marked):
        if not re.fullmatch(r"</?[sqc]\d>", piece):
            text += piece
        elif piece[1] != "/":
            opened[piece[1:3]] = len(text)
        else:
            spans = found.setdefault(piece[3], {name: [] for name in PARTS.values()})[PARTS[piece[2]]]
            spans.append({"start": opened.pop(piece[2:4]), "end": len(text)})
    assert not opened, marked
    return {"text": text, "attributions": [found[number] for number in sorted(found)]}


def rows() -> list[dict[str, Any]]:
    numbered = ((kind, n, marked) for kind, texts in KINDS.items() for n, marked in enumerate(texts, 1))
    return [{"id": f"{kind} {n}", "kind": kind, **read(marked)} for kind, n, marked in numbered]


if __name__ == "__main__":
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows())
    (HERE / "attributions.jsonl").write_text("".join(lines), encoding="utf-8")
