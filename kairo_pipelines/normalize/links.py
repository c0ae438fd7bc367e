"""One address for what many links point to."""

from urllib.parse import SplitResult, quote, unquote, unquote_to_bytes, urlsplit

import regex
from courlan import normalize_url

#: Parameters that say how a reader came, never what is read. Whole names: `game` only begins like a tracker.
_TRACKER = regex.compile(
    r"(?:ga|gs|hsa|itm|mc|mkt|ml|mtm|oly|pk|utm|vero)_.*"
    r"|(?:dc|fbc|gc|twc|yc|ysc)lid|(?:gbra|wbra|msclk|igsh|sm|s_c)id|igsh"
    r"|_?(?:campaign|medium|source|ref|referr?er)|ref_(?:src|url)|_g[al]|xtor|spm|guccounter"
)
_HOST = regex.compile(r"(?:[\p{L}\p{M}\p{N}_-]+\.)+[\p{L}\p{M}\p{N}-]+")
_WWW = regex.compile(r"^www\.(?=.+\.)")
_ESCAPE = regex.compile(r"%\p{AHex}{2}")
#: Where an application shows its pages: after `#/` and `#!/` stands an address, not a place in the page.
_ROUTE = regex.compile(r"!?/.+")


def canonical_url(url: str | None) -> str | None:
    """The link without trackers, fragment, `www.` and trailing slash; None for what is no web address."""
    if not url:
        return None
    try:
        given = urlsplit(url.strip())
        place = urlsplit(normalize_url(SplitResult(given.scheme, given.netloc, given.path, "", "")))
        host, port = _WWW.sub("", (place.hostname or "").rstrip(".")), place.port
    except ValueError:
        return None
    if place.scheme not in ("http", "https") or not _HOST.fullmatch(host):
        return None
    address = host if port in (None, 80, 443) else f"{host}:{port}"
    query = _without_trackers(given.query)
    route = f"#{_escaped(given.fragment)}" if _ROUTE.fullmatch(given.fragment) else ""
    return f"https://{address}{_escaped(place.path).rstrip('/')}{query and f'?{query}'}{route}"


def host_of(canonical: str) -> str:
    """The host of a canonical link."""
    return canonical.removeprefix("https://").partition("/")[0].partition(":")[0]


def _without_trackers(query: str) -> str:
    """The other parameters in the order of their names; one without a value stays, since it can name the page."""
    parts = [part.removeprefix("amp;") for part in query.split("&") if part]
    named = [(unquote(part.partition("=")[0]), part) for part in parts]
    return "&".join(_escaped(part) for name, part in sorted(named) if not _TRACKER.fullmatch(name.lower()))


def _escaped(part: str) -> str:
    """Escapes where they are needed only, and in one way."""
    quoted = quote(part, safe="%/:?#@!$&'()*+,;=")
    return str(_ESCAPE.sub(lambda escape: quote(unquote_to_bytes(escape[0]), safe=""), quoted))
