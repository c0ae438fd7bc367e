"""Where the brand publishes, and whom it competes with."""

from typing import get_args

import regex

from kairo_hero.brands.compiling.findings import Finding, missing, once, told
from kairo_hero.brands.compiling.guides import Guide, Section
from kairo_hero.vocabulary import Channel

MOST_COMPETITORS = 40
#: How people write each channel.
_WRITTEN = {
    "x": r"Twitter|X(?:\.com)?(?=\s*\(|\s*/\s*Twitter|$|[,;:])|tweets?",
    "linkedin": r"(?i:Linked ?In)",
    "instagram": r"Instagram|Insta\b|IG\b",
    "tiktok": r"Tik ?Tok",
    "youtube": r"You ?Tube",
    "threads": r"Threads",
    "bluesky": r"Blue ?sky",
    "mastodon": r"Mastodon",
    "facebook": r"Facebook",
    "newsletter": r"(?i:(?:e-?mail )?newsletters?)",
}
_CHANNEL_NAMES = {channel: regex.compile(rf"(?<![\w/]){_WRITTEN[channel]}(?!\w)") for channel in get_args(Channel)}
_PROFILES = {
    "x": r"(?:twitter|x)\.com/",
    "linkedin": r"linkedin\.com/(?:company|school|showcase)/",
    "instagram": r"instagram\.com/",
    "tiktok": r"tiktok\.com/@",
    "youtube": r"youtube\.com/(?:@|c/|user/|channel/)",
    "threads": r"threads\.net/@",
    "bluesky": r"bsky\.app/profile/",
    "mastodon": r"(?:mastodon|fosstodon|hachyderm)\.[a-z.]+/@",
    "facebook": r"facebook\.com/",
}
_CHANNELS = regex.compile(
    r"(?i)^(?:(?:our|the|brand|marketing|content|distribution|communication|primary|"
    r"owned) )*(?:(?:social(?: media)?|marketing|"
    r"communication|distribution|content) )?(?:channels?|social(?: media)?(?: (?:accounts|profiles|"
    r"platforms|presence|handles))?|"
    r"platforms|where (?:we (?:are|publish|post)|to find us)|(?:find|follow) us)(?: (?:and|&) .*)?:?$"
)
_PUBLISHES = regex.compile(
    r"(?i)\b(?:find|follow|reach|join|tag) us on\b|\bwe (?:post|publish|are) on\b|\b(?:profile|"
    r"social) (?:banners?|profiles?|accounts?)\b"
)
_COMPETITORS = regex.compile(
    r"(?i)^(?:(?:our|the|main|key|direct|indirect) )*(?:competitors?|competition|competitive (?:landscape|"
    r"analysis|set|positioning)|"
    r"alternatives|comparisons?|compared (?:to|with) .*|how (?:is|are|do|does) .{2,40} (?:different|compare\w*).*|"
    r"who we compete with|battle ?cards?)\??:?$"
)
_VERSUS = regex.compile(r"(?i)^(.{2,60}?) (?:vs\.?|versus|compared to) (.{2,60})$")
_WHAT_OF_IT = regex.compile(r"(?i) (?:code search|comparison|pricing|search|review)$")


def find_channels(guides: list[Guide], name: str) -> Finding:
    """The channels that a guide lists; else those on which guides say that the brand can be found."""
    listed: dict[str, Section] = {}
    inferred: dict[str, Section] = {}
    for section in (section for guide in guides for section in guide.sections):
        lines = [*section.paragraphs, *section.items]
        if _CHANNELS.match(section.heading):
            said = [line.label or line.text for line in section.items] or [line.text for line in section.paragraphs]
            said += [row[0] for table in section.tables for row in table[1:] if row]
            said += [child.heading for child in section.children]
            for channel in _named(said):
                listed.setdefault(channel, section)
        for line in lines:
            here = _named([line.text]) if _PUBLISHES.search(line.text) else []
            here += [one for _, target in line.links for one in _profile(target, name)]
            for channel in here:
                inferred.setdefault(channel, section)
    if listed:
        return told("channels", list(listed), listed.values())
    return told("channels", list(inferred), inferred.values(), inferred=True) if inferred else missing("channels")


def _named(texts: list[str]) -> list[str]:
    found = [
        (text_number, match.start(), channel)
        for text_number, text in enumerate(texts)
        for channel, pattern in _CHANNEL_NAMES.items()
        if (match := pattern.search(text))
    ]
    return list(dict.fromkeys(channel for _, _, channel in sorted(found)))


def _profile(target: str, name: str) -> list[str]:
    """The channel of a link to the brand's own profile."""
    own = regex.sub(r"[^\p{L}\p{N}]", "", name).casefold()
    for channel, pattern in _PROFILES.items():
        match = regex.search(rf"(?i){pattern}([\w.-]+)/?$", target)
        if match and own and own in regex.sub(r"[^\p{L}\p{N}]", "", match[1]).casefold():
            return [channel]
    return []


def find_competitors(guides: list[Guide], name: str) -> Finding:
    """Those that a list of competitors names, and those that the brand is compared with in a heading."""
    found: list[str] = []
    places: list[Section] = []
    for section in (section for guide in guides for section in guide.sections):
        rivals: list[str] = []
        if match := _VERSUS.match(section.heading):
            sides = [_WHAT_OF_IT.sub("", side.strip()) for side in (match[1], match[2])]
            if any(side.casefold() == name.casefold() for side in sides):
                rivals = [side for side in sides if side.casefold() != name.casefold()]
        elif _COMPETITORS.match(section.heading):
            rivals = [line.label or (line.links[0][0] if line.links else line.text) for line in section.items]
            rivals += [row[0] for table in section.tables for row in table[1:] if row]
            rivals += [child.heading for child in section.children]
        rivals = [one.strip(" .:") for one in rivals if _is_company(one, name)]
        if rivals:
            found, places = [*found, *rivals], [*places, section]
    return told("competitors", once(found)[:MOST_COMPETITORS], places)


def _is_company(text: str, name: str) -> bool:
    short = 0 < len(text.split()) <= 5
    return (
        short
        and text.casefold() != name.casefold()
        and not _VERSUS.match(text)
        and any(map(str.isupper, text + "X" * text.islower()))
    )
