"""What guides say in one place and take back in another."""

from collections.abc import Iterator
from itertools import combinations

import regex

from kairo_hero.brands.brand_file import BrandFile
from kairo_hero.brands.compiling.findings import Finding, shortened
from kairo_hero.brands.compiling.guides import Guide, Section
from kairo_hero.brands.compiling.positioning import Statement
from kairo_hero.brands.compiling.wording import Wording
from kairo_hero.brands.taboos import taboo_patterns, taboos_in
from kairo_hero.brands.words import meaningful_words

#: Words for a voice that can't be had at once, left against right.
OPPOSED = [
    ("formal official stuffy", "informal casual conversational relaxed chatty laid-back"),
    (
        "serious solemn sober grave",
        "playful funny humorous witty silly light-hearted lighthearted fun irreverent cheeky",
    ),
    ("respectful reverent polite", "irreverent cheeky snarky sarcastic sassy"),
    ("enthusiastic energetic excited exuberant", "calm restrained matter-of-fact understated reserved neutral"),
    ("technical dev-y geeky nerdy expert-level jargon-rich", "plainspoken plain jargon-free non-technical simple"),
    ("warm friendly approachable welcoming", "aloof detached cold distant clinical"),
    ("bold daring provocative edgy disruptive brash", "humble modest cautious conservative understated reserved"),
    ("concise brief terse", "detailed verbose thorough exhaustive long-form"),
    ("objective neutral impartial", "opinionated passionate provocative"),
    ("exclusive elite luxurious", "inclusive accessible affordable down-to-earth everyday"),
    ("traditional classic", "modern innovative unconventional disruptive futuristic"),
]
#: Statements that share fewer of their words than this say different things.
ALIKE, KIND_ALIKE = 0.2, 0.34
_IS = r"(?:^|(?<=[.!?:] )){name} is (?:an?|the) ([^.,;:!?()“”\"]{{3,80}})"
#: What the brand is beside another, or in another's place, is not what it is.
_BESIDE_OTHERS = regex.compile(
    r"(?i)\b(?:vs|versus|alternatives?|replacement|competitors?|compare\w*|better|good|great|best)\b"
)
_AVOID = regex.compile(r"(?i)^(?:avoid|don.?t use|do not use|never use|no) (.+)$")
_EMBRACE = regex.compile(r"(?i)^(?:use|embrace|lean into|prefer|celebrate|include) (.+)$")
_ARTICLE = regex.compile(r"(?i)^(?:the|our|your|any|all|plenty of|some|lots of) ")


def contradictions(
    guides: list[Guide], brand: BrandFile, tone: Finding, wording: Wording, statements: list[Statement]
) -> list[str]:
    """Each contradiction in a sentence, with the places of both sides."""
    found = [
        *_opposed_tones(brand.tone_tags, tone),
        *_both_ways(wording),
        *_own_taboos(brand),
        *_several_positions(guides, brand.name, statements),
        *_opposed_rules(guides),
    ]
    return list(dict.fromkeys(found))


def _opposed_tones(tags: list[str], tone: Finding) -> Iterator[str]:
    for one, other in combinations(tags, 2):
        words = set(one.lower().split()), set(other.lower().split())
        for left, right in OPPOSED:
            sides = set(left.split()), set(right.split())
            if any(words[0] & sides[i] and words[1] & sides[1 - i] for i in (0, 1)):
                yield f"tone: the voice is “{one}” and “{other}” at once ({'; '.join(tone.places)})"
                break


def _both_ways(wording: Wording) -> Iterator[str]:
    avoided = {word.casefold(): word for word in (*wording.avoided, *wording.sometimes)}
    for word, section in wording.recommended.items():
        forbidden = avoided.get(word.casefold())
        if forbidden and word not in wording.accepted[forbidden]:
            place = (wording.avoided.get(forbidden) or wording.sometimes[forbidden]).place
            yield f"words: “{forbidden}” is to be avoided ({place}) and is recommended ({section.place})"


def _own_taboos(brand: BrandFile) -> Iterator[str]:
    """Fields in which the brand says what it never says."""
    patterns = {taboo: taboo_patterns([taboo]) for taboo in brand.taboos}
    texts = {"positioning_summary": brand.positioning_summary, "positioning": brand.positioning}
    texts |= {f"pillar “{pillar.name}”": f"{pillar.name}. {pillar.description}" for pillar in brand.pillars}
    texts |= {f"tone tag “{tag}”": tag for tag in brand.tone_tags}
    for field, text in texts.items():
        for taboo, pattern in patterns.items():
            if taboos_in(text, pattern):
                yield f"words: “{taboo}” is to be avoided, and {field} says it"


def _several_positions(guides: list[Guide], name: str, statements: list[Statement]) -> Iterator[str]:
    """What the brand is called to be: by sentences such as "Acme is a bank", and by statements under the same name."""
    says = regex.compile(_IS.format(name=regex.escape(name)))
    kinds: list[tuple[str, Section]] = []
    for section in (section for guide in guides for section in guide.sections):
        for line in section.paragraphs:
            for match in says.finditer(line.text):
                if not _BESIDE_OTHERS.search(f"{match[1]} {section.place.replace('_', ' ')}"):
                    kinds.append((match[1].strip(), section))
    plainest = {id(one.section): -rank for rank, one in enumerate(reversed(statements))}
    kinds.sort(key=lambda kind: plainest.get(id(kind[1]), 1))
    yield from _apart(kinds, f"positioning: {name} is a", KIND_ALIKE)
    for rank in {one.rank for one in statements if one.rank < 3}:
        said = [(one.text, one.section) for one in statements if one.rank == rank]
        files: dict[str, tuple[str, Section]] = {}
        for text, section in said:
            files.setdefault(section.file, (text, section))
        yield from _apart(
            list(files.values()), f"{('positioning', 'value proposition', 'mission')[rank]}: the brand says", ALIKE
        )


def _apart(texts: list[tuple[str, Section]], opening: str, alike: float) -> Iterator[str]:
    """The first text against each later one that shares too few words with it."""
    if not texts:
        return
    first, place = texts[0]
    told: list[set[str]] = [meaningful_words(first)]
    for text, section in texts[1:]:
        words = meaningful_words(text)
        if words and all(_overlap(words, one) < alike for one in told):
            told.append(words)
            yield f"{opening} “{shortened(first, 100)}” ({place.place}) and “{shortened(text, 100)}” ({section.place})"


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(min(len(one), len(other)), 1)


def _opposed_rules(guides: list[Guide]) -> Iterator[str]:
    """Rules of one or two words that are given both ways: "Avoid jargon" and "Lean into the jargon"."""
    avoided: dict[str, Section] = {}
    embraced: dict[str, Section] = {}
    for section in (section for guide in guides for section in guide.sections):
        for line in section.items:
            for pattern, sides in ((_AVOID, avoided), (_EMBRACE, embraced)):
                if match := pattern.match(line.text):
                    for part in regex.split(r",\s*(?:and |or )?| and | or ", match[1].rstrip(".")):
                        thing = _ARTICLE.sub("", part.strip()).casefold()
                        if 0 < len(thing.split()) <= 2:
                            sides.setdefault(thing, section)
    for thing in avoided.keys() & embraced.keys():
        yield f"rules: “{thing}” is to be avoided ({avoided[thing].place}) and to be used ({embraced[thing].place})"
