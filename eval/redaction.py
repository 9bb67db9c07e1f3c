"""How often redaction misses a private person's name or contact data, and takes what it should leave.

    python eval/redaction.py

Sentences are made up here: people of many countries and officials, in the turns of phrase that news uses. The names
were written without looking at the program's list of given names. Each sentence is redacted alone, so a bare surname
that a whole text would resolve is not in it."""

from __future__ import annotations

from stance.report.redaction import find_persons

NAMES = """Maria Kowalska, Jonas Brandt, Aisha Rahman, Tom Fletcher, Priya Nair, Olu Adeyemi, Chen Wei, Yuki Tanaka,
Fatima Zahra Idrissi, Lars Nygaard, Elif Demir, Miguel Ortega, Siobhan Doyle, Andriy Kovalenko, Nadia Petrova,
Kwame Mensah, Ingrid Solberg, Rosa Jimenez, Dmitri Volkov, Hannah Weiss, Abdul Karim, Linh Nguyen, Peter van Dijk,
Grace Okafor, Mateo Rossi, Zoltan Nagy, Sarah O'Neill, David Cohen, Emma Clarke, Tariq Aziz, Katarina Horvat,
Deborah Lund, Helen Marsh, Arjun Mehta, Sofia Almeida, Bjorn Eriksson, Layla Haddad, Oscar Lindqvist, Ruth Adler,
Jamal Carter""".replace("\n", " ").split(", ")
PRIVATE = ("{}, who runs a bakery in the street, said that trade had fallen.", "“I am tired of it,” said {}, a nurse.",
           "According to {}, the bus no longer stops there.", "Shopkeeper {} called the plan a waste.",
           "The shop belongs to {} and her sister.", "For {} and other drivers it was a bad year.")  # fmt: skip
PUBLIC = ("Mayor {} opened the bridge.", "{}, the finance minister, said that taxes would fall.",
          "Prime Minister {} rejected the claim.", "The road is safe, said police commissioner {}.",
          "Senator {} voted against it.", "A spokesman for {}, the governor, declined to comment.")  # fmt: skip
# Written after most rules were settled; a rule was changed once more after it was first measured (45 of 100 missed).
NEW_NAMES = """Beata Wojcik, Hugo Lambert, Zeynep Kaya, Marcus Webb, Ngozi Eze, Anya Sokolova, Ravi Pillai,
Claire Dubois, Tomasz Zielinski, Amina Diallo, Kenji Mori, Lucy Hargreaves, Stefan Popescu, Noor Hussain, Gareth Pugh,
Ilse Vermeer, Rahul Sen, Bridget Kelly, Omar Farouk, Eszter Toth""".replace("\n", " ").split(", ")
NEW_PRIVATE = ("The letter, signed by {}, was never answered.", "Her neighbour {} moved away in May.",
               "{} lost his job at the mill.", "The court heard that {} had been at home.",
               "“We were not asked,” {} told the meeting.")  # fmt: skip
CONTACTS = {
    "ana.ruiz@example.org": "Write to ana.ruiz@example.org by Friday.",
    "+44 20 7946 0018": "Call +44 20 7946 0018.",
    "(0161) 496 0345": "The office is on (0161) 496 0345.",
    "@quaypost": "More from @quaypost tomorrow.",
    "t.me/quaypost": "The channel is t.me/quaypost now.",
    "14 Mill Lane": "She lives at 14 Mill Lane with a dog.",
    "221b Old Kent Road": "A fire broke out at 221b Old Kent Road.",
    "020-7946-0018": "Ring 020-7946-0018.",
}
PLAIN = """The Northern Courier reported that takings fell by 12.5 per cent in 2023.
Takings in the High Street rose from 1,200,000 to 1,350,000 between 2019 and 2024.
The Victoria Line closed on 12 May 2024. Washington Post readers disagreed. The Jackson State University team won.
Charlotte Airport and the Florence Museum reopened in April 2021. St Mary Hospital treated 40 people.
The Institute for Conflict Analysis published 3 reports. Paris Match printed it.
Jordan River levels fell. The Global South was invited, and so were Saudi Arabia and South Africa.
Takings on Mill Lane and in the Old Town rose. The White House and Number Ten declined to comment. Reuters reported it.
The Green Party won three seats, and the Liberal Democrats two. In New York and San Francisco prices fell.
Marwick Traders asked for a delay. Harvest Festival was moved to Easter Monday, and Bonfire Night to Sunday.
The Clean Air Act came into force. Congestion Charge takings rose. Grand Theft Auto sold well.""".splitlines()


def main() -> None:
    for called, names, forms in (("as mended", NAMES, PRIVATE), ("unseen", NEW_NAMES, NEW_PRIVATE)):
        missed = [(name, form) for name in names for form in forms
                  if name.split()[-1] in find_persons([form.format(name)])(form.format(name))]  # fmt: skip
        n = len(names) * len(forms)
        print(f"private persons' names missed, {called}: {len(missed)} of {n} ({len(missed) / n:.0%})")
    told = [form.format(name) for name in NAMES + NEW_NAMES for form in PUBLIC]
    taken = [text for text in told if find_persons([text])(text) != text]
    print(f"officials' names taken: {len(taken)} of {len(told)} ({len(taken) / len(told):.0%})")
    left = [thing for thing, text in CONTACTS.items() if thing in find_persons([text])(text)]
    print(f"contact data missed: {len(left)} of {len(CONTACTS)}{': ' * bool(left)}{', '.join(left)}")
    spoiled = [text for text in PLAIN if find_persons([text])(text) != text]
    print(f"lines without persons that were changed: {len(spoiled)} of {len(PLAIN)}")
    for text in spoiled:
        print(f"  {find_persons([text])(text)}")


if __name__ == "__main__":
    main()
