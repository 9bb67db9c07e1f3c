"""Writes claims.jsonl: claims that something is (or is not) a danger, and sentences for, against and beside them.

    python data/readings/make_claims.py

A model that learned stance from debates and sentiment takes bad news about a danger for a stand against the claim that
it is one, and talk of "fears" for a stand in favour. These sentences, all our own, put one subject after another into
the same frames, so that only who plays the danger up or down decides. No subject of an evaluation set is among them."""

from __future__ import annotations

import json
import random
from pathlib import Path

SUBJECTS = """air pollution; bird flu; gang violence; loneliness; plastic waste; youth unemployment; antibiotic resistance;
online fraud; water scarcity; soil erosion; noise at night; rural flight; data theft; drug trafficking; overfishing;
inflation; the housing shortage; corruption; piracy; the national debt; the teacher shortage; child poverty; smuggling;
cybercrime; disinformation; truancy; the nursing shortage; food waste; light pollution; lead in drinking water;
organised crime; money laundering; domestic violence; obesity; teenage smoking; binge drinking; gambling addiction;
screen addiction; knife crime; illegal logging; poaching; the loss of bees; invasive crabs; desertification; asbestos;
nitrate in groundwater; mould in school buildings; radon; traffic congestion; speeding; drink driving; train delays;
fare dodging; vandalism; shoplifting; burglary; tax evasion; wage theft; child labour; forced labour; human trafficking;
the arms trade; landmines; nuclear proliferation; election fraud; low turnout; gerrymandering; vote buying; censorship;
surveillance; facial recognition; deepfakes; automation; monopoly power; price fixing; bank failures; household debt;
pension gaps; the ageing of society; falling birth rates; brain drain; xenophobia; antisemitism; bullying; hazing; doping;
match fixing; concussion in sport; measles; malaria; dengue fever; hospital infections; medicine shortages; counterfeit
drugs; opioid addiction; sleep deprivation; microplastics; ocean noise; space debris; solar storms; dam failures; bridge
decay; wildfire smoke; coastal erosion; groundwater depletion"""

ALARMED = """{X} is a serious concern|{X} is a serious problem|{X} is a real threat|{X} is dangerous|{X} must be taken
seriously|The dangers of {x} are real|{X} deserves urgent action|We should worry about {x}|{X} is a crisis|{X}/{y} is a
serious concern|{X} is harming people|More must be done about {x}"""
CALM = """Fears about {x} are exaggerated|{X} is not a serious problem|There is no need to worry about {x}|The threat of
{x} is overstated|Too much is made of {x}"""

FOR = """Doctors in the region say they see more victims of {x} every month.|{X} has cost the country billions and
hundreds of lives, the audit office found.|“We are running out of time on {x},” the commissioner told reporters.|Scientists
warn that {x} will soon be beyond control unless governments act.|Another village had to be given up last week because of
{x}.|For years officials looked away while {x} spread; now families pay the price.|The evidence on {x} is overwhelming, said
the authors of the study, which followed 12,000 people.|Those who still deny the harm done by {x} should visit the
wards, the nurse said.|{X} has already driven three firms out of business and could ruin a dozen more.|The bishops called
{x} one of the great moral challenges of the decade.|Nothing frightens the residents more than {x}, the survey
shows.|Because of {x}, the school has had to close on five days this term.|The new report links {x} to thousands of early
deaths.|Critics say that the plan does far too little to curb {x}.|Parliament voted for tougher rules after a string of
disasters blamed on {x}.|If {x} goes on at this pace, half of the valley will be unliveable by 2050.|The minister praised
the volunteers who fight {x} and promised them more money.|Ignoring {x}, as the last cabinet did, has made everything
worse, the editorial argues.|{X} is taking a toll on children above all, paediatricians said on Tuesday.|Insurers have
raised their premiums, since losses from {x} have doubled in ten years.|Experts agree: {x} is getting worse, and
quickly.|The activist, who lost her brother, has made the struggle against {x} her life's work.|It is an emergency, the
governor said of {x}, and asked the army for help.|Even cautious researchers now speak of {x} as a turning point for the
worse.|The effects of {x} are being felt from the harbour to the hills, the paper writes.|The party accuses its rivals of
blocking every measure against {x} to please their donors.|Denying what {x} does to the poor is shameful, the charity
said.|Warnings about {x} came true sooner than anyone expected."""
AGAINST = """Talk of {x} is mostly hysteria, the columnist writes.|The numbers do not bear out the alarm over {x}, said the
economist, who called the reports sensational.|Fears about {x} are overblown, the minister said.|There is no reason to
panic over {x}, the health office assured the public.|Those who cry wolf about {x} have been wrong for thirty years.|The
senator dismissed {x} as a pet subject of activists with too much time.|So-called experts on {x} live well from scaring
people, the host told his listeners.|Studies that blame {x} rest on shaky models, the institute argues.|The costly crusade
against {x} does more harm than {x} ever did.|What is sold as a surge of {x} is nothing but better counting, the agency
explained.|{X} has always existed, and people have always coped with it, the farmer said.|A new analysis finds no
link between {x} and the deaths that campaigners ascribe to it.|The risk from {x} is smaller than that of crossing
a road, the professor said.|Alarmists have turned {x} into a religion, according to the author.|The evidence on {x} is
far from settled, and many researchers doubt that anything needs to be done.|The panic over {x} is a hoax to raise
taxes, the candidate said to applause.|{X} is falling by itself, the chamber of commerce points out, and new rules are
not needed.|Voters have real worries, and {x} is not one of them, the strategist said.|The company rejected claims that
{x} had hurt anybody.|The scare about {x} was cooked up by a handful of reporters.|He mocked his opponent for losing sleep
over {x}.|Past predictions of ruin through {x} came to nothing.|The government scrapped its programme on {x}, calling it a
waste of money.|A petition signed by 300 specialists says that the harm done by {x} has been wildly exaggerated."""
BESIDE = """The committee will hold a hearing on {x} on Tuesday.|A documentary about {x} opens in cinemas in May.|The university
has appointed a professor for the study of {x}.|The ministers discussed trade, fisheries and {x} over lunch.|A spokesman
declined to say whether {x} would be on the agenda.|The term {x} was first used in a pamphlet of 1911.|Two bills on {x}
are before the house; the vote is due next month.|The survey asked 2,000 people what they know about {x}.|Her first novel, a
love story, is set in a town known for {x}.|The candidates disagree about {x}, as about most things.|The conference on {x}
drew 400 people to the lakeside hotel, where the food was dreadful.|Some call {x} a danger, others a distraction; the
report takes no side.|The agency publishes its figures on {x} every spring.|The court will rule in June on who may collect
data about {x}.|The reporter who has covered {x} since 2009 died on Sunday after a long illness.|How {x} is
defined differs from state to state.|The fund paid 3 million for research, a part of it on {x}.|The delegation left
for talks on {x} without speaking to the press.|The paper's editor was dismissed in a bitter quarrel over a headline on
{x}.|The bill would move the office for {x} from the interior to the finance ministry.|Asked about {x}, the mayor pointed to
a statement that the city will issue on Friday.|He joined the working group on {x} in 2014 and left it three years
later.|Both speakers mentioned {x}, one at the start, the other at the end.|The museum shows posters on {x} from six
decades."""


def phrases(block: str) -> list[str]:
    return [" ".join(phrase.split()) for phrase in block.split("|")]


def fill(frame: str, subject: str, other: str) -> str:
    text = frame.replace("{X}", subject[:1].upper() + subject[1:]).replace("{x}", subject).replace("{y}", other)
    return text[:1].upper() + text[1:]


def main() -> None:
    rng = random.Random(13)
    subjects = [" ".join(s.split()) for s in SUBJECTS.split(";")]
    lines = []
    for number, subject in enumerate(subjects):
        other = rng.choice(subjects)
        texts: list[str] = []
        solo: list[tuple[str, str, str]] = []
        for block, sign in ((FOR, 1), (AGAINST, -1), (BESIDE, 0)):
            for frame in rng.sample(phrases(block), 10):
                calm = rng.random() < 0.25
                claim = fill(rng.choice(phrases(CALM if calm else ALARMED)), subject, other)
                solo.append((f"A{len(texts)}", f"{claim}.", "0+-"[sign * (-1 if calm else 1)]))
                texts.append(fill(frame, subject, other))
        lines.append(json.dumps({"e": f"claims-{number:03d}", "s": {"A": texts}, "solo": solo}, separators=(",", ":")))
    Path(__file__).with_name("claims.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
