"""Which lines and edges of a text are layout, not words of the author: buttons, adverts, tags, marks, datelines.

Patterns only; `cleaning` decides what to do with them. They are general: no outlet, person or event is named. Lists
of phrases cover the interfaces met most (English, German, French, Spanish, Italian, Polish, Russian, Ukrainian); a
phrase in another language stays in the text, which is the safe side.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain


def _span(first: int, last: int) -> range:
    return range(first, last + 1)


# Emoji, flags, arrows, dingbats, geometric bullets, joiners and direction marks: no words, trimmed from edges.
MARKS = frozenset(map(chr, chain(
    _span(0x1F000, 0x1FAFF), _span(0x2600, 0x27BF), _span(0x2300, 0x23FF), _span(0x2B00, 0x2BFF),
    _span(0x2190, 0x21FF), _span(0x25A0, 0x25FF), _span(0xFE00, 0xFE0F), _span(0xE0020, 0xE007F),
    _span(0x200B, 0x200F), _span(0x202A, 0x202E), _span(0x2060, 0x2069),
    map(ord, "•‣⁃∙·●▪¦|\u20e3\u203c\u2049\u2139\u3030\u303d\ufeff\u00ad\u24c2"),
)))
EDGE = MARKS | frozenset(" \t\u00a0\u2002\u2003\u2009\u202f\u3000")
# A bullet that could also be punctuation or markup counts only before a space.
BULLET = re.compile(r"(?:[-–—*+>~]|\d\ufe0f?\u20e3|#{1,6})(?:[ \t\u00a0]+|$)|[0-9#*]\ufe0f?\u20e3")
SPEECH_MARKS = frozenset("💬🗣🗨💭🎤")
QUESTION_MARKS = frozenset("❓❔")

# The longest line that is looked at as a button, a tag or a notice; prose of that length is no interface.
MAX_RESIDUE = 200

_ON = r"(?: (?:on|via|by|in|auf|per|sur|par|en|su|в|у|на|через) [\w .,&/-]{1,60})?"
_INTERFACE = rf"""
  (?:please\ )?open\ (?:in\ )?\w+\ to\ view\ this\ \w+ | (?:please\ )?open\ in\ (?:the\ )?(?:app|browser|telegram)
| (?:view|open|watch|join)\ (?:in|on)\ (?:telegram|youtube|instagram|facebook|x|twitter|the\ app|your\ browser)
| (?:media|video|file|photo|image)\ (?:is\ )?(?:too\ big|unavailable|not\ (?:available|supported|included).*)
| not\ included,\ change\ data\ exporting\ settings.* | this\ (?:media|message|video)\ is(?:n.t|\ not)\ (?:supported|available).*
| (?:click\ here\ to\ )?(?:continue\ |keep\ )?read(?:ing)?\ (?:the\ |this\ |our\ )?(?:in\ full|full|more|on|further|whole|entire|complete|original|here)
  (?:\ (?:story|article|text|transcript|interview|version|report|piece|statement|post|here|below|online|\w+\ \w*ebsite))*{_ON}
| (?:continue|keep)\ reading(?:\ (?:the|this)\ \w+.*)? | (?:show|see|load|view|expand)\ (?:more|less|all|translation|comments|original)(?:\ \w+)?
| (?:skip|jump|back)\ to\ (?:main\ |the\ )?(?:content|navigation|search|top|home\w*|menu|article)
| (?:share|tweet|print|e-?mail|copy|save|bookmark|pin|flip|send)(?:\ (?:this|the|it|link|article|story|page|post|item|url|with\ (?:your\ )?friends?))*{_ON}
| share\ (?:this|it)\ with\ .{{1,40}} | (?:facebook|twitter|whatsapp|telegram|linkedin|reddit|pinterest|instagram|youtube|vk|viber|threads|bluesky|e-?mail|flipboard)
  (?:[\s,|/·•]+(?:x|facebook|twitter|whatsapp|telegram|linkedin|reddit|pinterest|instagram|youtube|vk|viber|threads|bluesky|e-?mail|flipboard|print|copy\ link|share))*
| (?:log|sign)\ (?:in|out|up)(?:\ (?:to|for|with|now|here|today).{{0,80}})? | (?:create|register)\ (?:an?\ )?(?:free\ )?account.{{0,40}} | register
| (?:subscribe|unsubscribe|sign\ up|register)(?:\ (?:now|here|today|to|for|and)\b.{{0,100}})? | already\ a\ (?:subscriber|member).{{0,40}}
| (?:get|receive)\ (?:our|the|your)\ .{{1,60}}\ (?:newsletter|briefing|inbox|e-?mail|alerts?).{{0,60}}
| (?:follow|like|find|join|add|visit)\ (?:us|me|our\ \w+|\w+)\ (?:on|at|in)\ (?:facebook|twitter|x|instagram|telegram|youtube|whatsapp|google|linkedin|tiktok|threads|bluesky|vk)\b.{{0,80}}
| (?:join|follow)\ (?:us|me|our\ (?:\w+\ )?(?:channel|page|group|community)).{{0,40}}
| (?:accept|reject|manage|allow|decline)(?:\ (?:all|our|the|your|necessary|optional))*\ (?:cookies?|preferences|settings|consent).{{0,40}}
| (?:cookie|privacy)\ (?:policy|settings|preferences|notice|statement|consent).{{0,60}} | terms\ (?:of\ (?:use|service)|and\ conditions).{{0,60}}
| (?:we|this\ (?:web)?site|our\ (?:web)?site|by\ (?:continuing|using|clicking)\b.{{1,60}})\ .{{0,40}}\bcookies?\b.*
| (?:wir|diese\ (?:web)?seite|nous|ce\ site|usamos|este\ sitio|мы|этот\ сайт|ми|цей\ сайт)\ .{{0,40}}\b(?:cookies?|куки|файлы?\ cookie)\b.*
| (?:advertisement|advertising|advert|ad|ads|sponsored(?:\ (?:content|post|by\ .{{1,40}}))?|promoted|paid\ (?:content|post)|story\ continues\ below.{{0,40}}|article\ continues\ (?:below|after).{{0,40}}
  |реклама|anzeige|werbung|publicit[éà]|publicidad|anuncio|reklama|reklam|advertentie|pubblicità|pub|ogłoszenie)\s*:?
| (?:related|recommended|popular|trending|most\ (?:read|viewed|popular)|more\ (?:stories|news|from\ .{{1,40}}|on\ this(?:\ story)?)|you\ (?:may|might)\ (?:also\ )?(?:like|be\ interested\ in)
  |see\ also|also\ read|read\ also|don.t\ miss|editors?.?s?\ picks?|up\ next|what\ to\ read\ next|top\ stories)(?:\ (?:articles?|stories|topics?|news|content|posts?|links?|reading|coverage))?\s*(?::.{{0,160}})?
| (?:read\ more|read\ next|learn\ more|find\ out\ more|more\ here|watch|listen|full\ (?:text|story|video|transcript|interview)|click\ here|tap\ here)(?:\s*:.{{0,160}}|\ (?:here|now|below|live|to\ (?:this|the)\ \w+|at\ \S+).{{0,30}})?
| (?:play|pause|mute|unmute|replay)(?:\ (?:video|audio|sound))? | (?:video|audio|image|photo)\ (?:player|gallery|unavailable|loading\W*)
| loading\W* | menu | search | home | close | next | previous | reply | edited | pinned\ message | comments?(?:\ \(?\d+\)?)? | \d+\ comments? | (?:leave|post|add|write)\ a\ (?:comment|reply)
| (?:[\d.,]+\s*[kmтк]?\ )?(?:views?|likes?|shares?|reactions?|replies|retweets?|reposts?|просмотр\w*|перегляд\w*|aufrufe|vues?)(?:\ [\d.,]+[kmтк]?)?
| \d{{1,2}}[:.]\d{{2}}(?:\ ?[ap]\.?m\.?)?(?:\ (?:edited|изменено))? | \d+\ min(?:ute)?s?\ read | (?:reading|listening)\ time:?.{{0,20}}
| (?:photo|image|picture|video|foto|фото|видео|відео|bild|source\ photo|photograph|illustration|caption)(?:\ (?:credit|by|courtesy(?:\ of)?|source|from))?\s*:.{{0,120}} | (?:photo|image)\ (?:by|courtesy\ of|credit)\ .{{1,80}}
| (?:©|\(c\)|copyright)\ .{{0,120}} | .{{0,60}}\ball\ rights\ reserved\b.{{0,60}}
| (?:topics?|tags?|keywords?|categor(?:y|ies)|filed\ under|темы|теги|schlagworte)\s*:.{{0,160}}
| last\ (?:updated|modified)\b.{{0,60}} | (?:published|posted|updated|first\ published)\s*(?::|on\b|at\b).{{0,60}}
| (?:получить|читать|читайте|смотреть|подробнее|далее|подписаться|подпишитесь|подписывайтесь|поделиться|переслать|комментарии|открыть\ в)(?:\ (?:полностью|далее|дальше|ещ[её]|также|подробнее|на|в|нас|наш|канал|статью|телеграм\w*|telegram)\b.{{0,60}})?\s*(?::.{{0,120}})?
| (?:читати|читайте|дивитися|докладніше|детальніше|підписатися|підписуйтесь|підпишіться|поділитися|коментарі)(?:\ (?:повністю|далі|більше|також|на|нас|наш|канал|статтю|телеграм\w*|telegram)\b.{{0,60}})?\s*(?::.{{0,120}})?
| (?:weiterlesen|mehr\ (?:lesen|erfahren|dazu|zum\ thema)|lesen\ sie\ (?:auch|mehr|hier).{{0,100}}|teilen|drucken|abonnieren|jetzt\ abonnieren|newsletter.{{0,60}}|lire\ (?:la\ suite|aussi|plus).{{0,100}}|partager|s.abonner|imprimer|abonnez-vous.{{0,60}}|leer\ más|lea\ también.{{0,100}}|compartir|suscr[íi]bete.{{0,60}}|leggi\ (?:tutto|anche|di\ più).{{0,100}}|condividi|abbonati|iscriviti.{{0,60}}|czytaj\ (?:więcej|także|też|dalej).{{0,100}}|udostępnij|subskrybuj)
"""
_INTERFACE_LINE = re.compile(_INTERFACE, re.IGNORECASE | re.VERBOSE)
_HASHTAGS = re.compile(r"(?:[#＃]\w+[\s,;.|/]*)+")
_LINKS = re.compile(r"(?:(?:https?://|www\.|t\.me/)\S+|@\w{3,}|[\s|,;]+)+")
_IMAGE_NAME = re.compile(
    r"\S+\.(?:jpe?g|png|gif|webp|svg|heic|mp4|mov)|(?:img|dsc|image|photo|screenshot|pxl)[-_ ]?\d{2,}\S*"
    r"|(?=\S{8,}$)[^\W\d_]{5,}\d{2,}\w*|(?:\w+_)+\d{2,}\w*", re.IGNORECASE)
_BYLINE = re.compile(r"(?:[Bb]y|BY|Von|Par|Por|Автор:?)\s(?:[^\W\d_][\w.’'-]*,?\s*(?:and|und|et|y|и|та|&|,)?\s*){1,9}")
# "Forwarded from X", as messengers print it above a post, and "Channel, [24.10.2024 12:30]", as they copy it.
FORWARDED = re.compile(
    r"[^\w\n]{0,4}(?:forwarded (?:message )?from|переслано (?:из|от)|пересланное сообщение от|переслано від|переслано з|"
    r"weitergeleitet (?:von|aus)|transféré (?:de|depuis)|reenviado (?:de|desde)|inoltrato da|przekazan[eo] (?:z|od)|"
    r"encaminhado de|iletildi|转发自)\b[ \t:]*(?P<name>[^\r\n]{1,80}?[^\s.\]])[\]\s]*", re.IGNORECASE)
COPIED = re.compile(r"(?P<sender>[^\r\n\[\],]{1,80}), \[(?P<stamp>\d[\d./-]{7,9}[ T,][\d: APMapm]{4,12})\]:?\s*")

# Cuts that an editor made, as printed. "<...>" always ends what stands before it; "[…]" within a sentence stays.
CUT = re.compile(r"<\s*(?:\.{2,}|…)\s*>|[\[(]\s*(?:\.{2,}|…)\s*[\])]")

_BLANK_WORDS = (r"dates?|days?|months?|years?|time|period|numbers?|figures?|amounts?|percentages?|percent|names?|places?|"
                r"locations?|city|country|source|title|position|organi[sz]ation|link|url|quote|event|venue|tbd|tba|tbc|tk|"
                r"x{1,4}|дата|число|имя|datum|zahl|fecha|nombre|date|nom|blank|redacted|\.{0}_+|\?+")
BLANK = rf"\[\s*(?:(?:insert|specific|exact|unspecified|unknown|the|a|some|certain|add|enter)\s+)*(?:{_BLANK_WORDS})\s*\]"
_PREPOSITION = r"(?:on|in|from|at|by|since|until|between|during|after|before|around|as of)"
# An adverbial that is nothing but a blank, at the head of a sentence: "On [date], …", "From [date] to [date], …".
BLANK_ADVERBIAL = re.compile(
    rf"(?:(?<=[.!?]\s)|(?<=[.!?][\"”»’]\s)|\A){_PREPOSITION}\s+{BLANK}(?:\s+(?:to|and|until|or|through)\s+{BLANK})?\s*,?\s*", re.IGNORECASE)
BLANK_LINE = re.compile(rf"(?:{BLANK}[\s,.;:–-]*)+", re.IGNORECASE)

# What asks the reader for support or attention, in words of the author (never inside quotation marks).
APPEAL = re.compile(r"""
  \b(?:donat(?:e|ing|ions?)\ (?:to\ (?:us|me|our|my|this)|today|here|now|via|by\ clicking|which|button|link)
  | (?:make|making|send|give)\ (?:us\ |me\ )?an?\ (?:small\ |one-?off\ |monthly\ |regular\ |tax-deductible\ )*(?:donation|contribution)
  | (?:help|to)\ (?:me\ |us\ )?(?:to\ )?(?:fund|finance|support|sustain|keep)\ (?:the|this|my|our)\ (?:\w+\ )?(?:channel|website|site|blog|podcast|newsletter|journalism|newsroom|reporting|work|project|publication)
  | support\ (?:us|our|my|me|this\ (?:channel|site|work|blog|podcast|project)|independent\ journalism|the\ channel)\b | support\ [A-Z]\w*\ (?:or|and)\ (?:become|join|donate|subscribe)
  | become\ (?:a|our|one\ of\ our)\ (?:\w+\ )?(?:patrons?|members?|supporters?|subscribers?|sponsors?)\b
  | buy\ (?:me|us)\ a\ (?:coffee|beer) | patreon | ko-?fi\b | gofundme | paypal(?:\.me)? | chip\ in\b | superchat
  | (?:like,?\ (?:share,?\ )?and|please|don.t\ forget\ to|make\ sure\ to|hit)\ (?:the\ )?(?:subscribe|share|like)\b | thanks\ button | subscribe\ (?:to\ (?:our|my|the\ channel|this)|for\ (?:free|just|as\ little))
  | if\ you\ (?:like|enjoy|value|appreciate|find|read)\b[^.!?]{0,60}\b(?:my|our|this|these)\b | make\ an?\ appeal | personal\ thank\ you | (?:your|reader)\ (?:support|contributions?|donations?)\b
  | sign\ up\ (?:to|for)\ our | join\ our\ (?:newsletter|channel|community|mailing)
  | поддержите\ (?:нас|канал|наш\w*|редакцию|автора) | поддержать\ (?:нас|канал|наш\w*|автора) | подпи(?:шитесь|сывайтесь)\ на\ (?:наш|канал|нас) | донат\w*
  | підтрим(?:айте|ати)\ (?:нас|канал|наш\w*|редакцію) | підпи(?:шіться|суйтесь|суйтеся)\ на\ (?:наш|канал|нас)
  | unterstütz(?:en|t)\ (?:sie\ )?(?:uns|unsere\w*|diesen?\ \w+) | spenden\ sie | jetzt\ spenden | soutenez(?:-nous|\ (?:nous|notre|le\ site)) | faites\ un\ don | apóyanos | haz\ una\ donación | sostienici | wesprzyj\ nas)
""", re.IGNORECASE | re.VERBOSE)
_APPEAL_HINT = re.compile(r"donat|support|subscri|patre|patron|member|fund|coffee|paypal|ko-?fi|chip in|поддерж|подпи|донат|підтрим|"
                          r"підпи|unterstütz|spende|soutenez|un don|apóyanos|donación|sostienici|wesprzyj|appeal|thanks button", re.IGNORECASE)
QUOTED = re.compile(r"[\"“«„][^\"”»“«„\n]*[\"”»“]")

_MONTH = (r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
          r"nov(?:ember)?|dec(?:ember)?)\.?")
_WEEKDAY = r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?,?\s+"
_CLOCK = r"(?:,?\s*(?:at\s+)?\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?(?:\s*(?:[A-Z]{2,4}|[+-]\d{2}:?\d{2}|Z))?)?"
_DATE = (rf"(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}})(?:T[\d:.]+Z?)?|(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<m1>{_MONTH})\s+(?P<y1>\d{{4}})"
         rf"|(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<y2>\d{{4}})|(?P<d3>\d{{1,2}})[./](?P<m3>\d{{1,2}})[./](?P<y3>\d{{4}}))")
_STAMP = r"(?:(?:date|dated|published|posted|updated|created|дата|опубликовано|опубліковано|datum|fecha)\b\s*(?:on|at)?\s*[:=-]?\s*)"
_DATE_LINE = re.compile(rf"{_STAMP}?(?:[^\W\d_][\w.’' -]{{1,40}},\s+){{0,2}}(?:{_WEEKDAY})?{_DATE}{_CLOCK}\W*", re.IGNORECASE)
# "date 2024-10-24 The adoption …": a stamp, or a bare ISO date, glued to the first sentence.
_DATE_GLUED = re.compile(rf"(?:{_STAMP}(?:{_WEEKDAY})?{_DATE}{_CLOCK}|\d{{4}}-\d{{2}}-\d{{2}}(?:T[\d:.]+Z?)?(?:\s\d{{2}}:\d{{2}})?)[\s|:–—-]+(?=(?-i:[^\Wa-z\d_])|[\"“«„])", re.IGNORECASE)
_ISO = re.compile(_DATE, re.IGNORECASE)
_PLACE = r"[A-ZÀ-ÞА-ЯЁІЇЄҐ][\w.’'/-]*(?:\s[A-ZÀ-ÞА-ЯЁІЇЄҐ][\w.’'/-]*){0,3}"
_CAPITALS = r"[A-ZÀ-ÞА-ЯЁІЇЄҐ][A-ZÀ-ÞА-ЯЁІЇЄҐ.’'/-]+(?:\s[A-ZÀ-ÞА-ЯЁІЇЄҐ][A-ZÀ-ÞА-ЯЁІЇЄҐ.’'/-]+){0,3}"
_AGENCY = r"\(?[A-Z][\w. /-]{1,24}\)"
_DAY = rf"(?:\s?,\s*(?:{_WEEKDAY})?(?:(?i:{_MONTH})\s+\d{{1,2}}|\d{{1,2}}\.?\s+(?i:{_MONTH}))(?:,?\s+\d{{4}})?)"
_DATELINE = re.compile(
    rf"(?:{_CAPITALS}(?:,\s{_PLACE})?{_DAY}?(?:\s{_AGENCY})?|{_PLACE}(?:,\s{_PLACE})?{_DAY}?\s{_AGENCY}|{_PLACE}(?:,\s{_PLACE})?{_DAY})"
    r"\s*(?:—|–|--|\s-\s|:(?=\s)|/(?=\w))\s*(?=[A-ZÀ-ÞА-ЯЁІЇЄҐ\"“«„‘\d])")


def find_residue(line: str) -> str | None:
    """Why a line (trimmed of marks) is no text, or None where it is."""
    if not any(map(str.isalnum, line)):
        return "marks only"
    if len(line) > MAX_RESIDUE:
        return None
    if FORWARDED.fullmatch(line) or line[-1] in ":]" and COPIED.fullmatch(line):
        return "forward header"
    if line[0] in "#＃" and _HASHTAGS.fullmatch(line):
        return "hashtags"
    if _INTERFACE_LINE.fullmatch(line.rstrip(" .!:»›>→…").lstrip("[(")) or _INTERFACE_LINE.fullmatch(line):
        label = line.rstrip(" :").casefold()
        return "advertisement" if label in _ADVERTS else "interface residue"
    if ("/" in line or "@" in line or "www" in line) and _LINKS.fullmatch(line):
        return "link"
    if " " not in line and _IMAGE_NAME.fullmatch(line):
        return "image name"
    if "[" in line and BLANK_LINE.fullmatch(line):
        return "blank"
    return None


_ADVERTS = frozenset("advertisement advertising advert ad ads promoted реклама anzeige werbung publicité publicità publicidad "
                     "anuncio reklama reklam advertentie pubblicità pub ogłoszenie sponsored".split())


def find_stamp(line: str, at_head: bool) -> tuple[int, str, str | None] | None:
    """(length, reason, ISO date) of a date that is all of a line, or, at the head of a document, of a date, byline or
    dateline that opens it."""
    if len(line) <= 100:
        if _DATE_LINE.fullmatch(line):
            return len(line), "date line", to_iso(line)
        if at_head and line[:3] in _BY and _BYLINE.fullmatch(line) and line.count(" ") <= 14 and line[-1] not in ".!?":
            return len(line), "byline", None
    if not at_head:
        return None
    if match := _DATE_GLUED.match(line):
        return match.end(), "date line", to_iso(match.group())
    if match := _DATELINE.match(line):
        return match.end(), "dateline", to_iso(match.group())
    return None


_BY = frozenset(("By ", "BY ", "by ", "Von", "Par", "Por", "Авт"))


def find_title_date(title: str) -> str | None:
    """The date that a header gives in brackets at its end: "… (Sochi, 6 November 2024)"."""
    return to_iso(title[title.rfind("(") :]) if title.endswith(")") else None


def to_iso(words: str) -> str | None:
    """The first full calendar date in the words, as YYYY-MM-DD."""
    match = _ISO.search(words)
    if not match:
        return None
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
    elif match["y3"]:
        year, month, day = int(match["y3"]), int(match["m3"]), int(match["d3"])
    else:
        year, day = int(match["y1"] or match["y2"]), int(match["d1"] or match["d2"])
        month = _MONTHS.index((match["m1"] or match["m2"])[:3].casefold()) + 1
    return f"{year:04}-{month:02}-{day:02}" if 1 <= month <= 12 and 1 <= day <= 31 else None


_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def count_appeals(paragraph: str) -> int:
    """How many appeals to the reader (donate, subscribe, support us) stand outside quotation marks."""
    if not _APPEAL_HINT.search(paragraph):
        return 0
    return sum(1 for _ in APPEAL.finditer(QUOTED.sub("", paragraph)))


def strip_marks(name: str) -> str:
    """A name without emoji, flags, bullets and control characters."""
    kept = "".join(c for c in name if c not in MARKS and unicodedata.category(c)[0] != "C")
    return " ".join(kept.split()).strip(" .,:;|-–—")
