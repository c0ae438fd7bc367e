"""Real payloads gone wrong: a strategy that drops, swaps, inflates and nests parts of a JSON document."""

import copy
from typing import Any

from hypothesis import strategies as st

_DEEP: Any = []
for _ in range(200):
    _DEEP = [_DEEP]

#: What may stand in the place of any value.
STRANGE: st.SearchStrategy[Any] = st.one_of(
    st.none(),
    st.booleans(),
    st.just(""),
    st.text(max_size=8),
    st.integers(),
    st.sampled_from([10**30, -(10**30), 2**63, 1e308, float("inf"), float("nan"), "541.2K", "\ud800", "\x00"]),
    st.just({}),
    st.just([]),
    st.just({"$": [None, {"a": "b"}]}),
    st.just(_DEEP),
)


@st.composite
def mutated(draw: st.DrawFn, document: Any, *, at_most: int = 4) -> Any:
    """The document with one to `at_most` of its values dropped or replaced by something strange."""
    changed = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, at_most))):
        holder: Any = changed
        depth = draw(st.integers(1, 7))
        for level in range(depth):
            if not isinstance(holder, dict | list) or not holder:
                break
            key = draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
            inner = holder[key]
            if level == depth - 1 or not isinstance(inner, dict | list) or not inner:
                if draw(st.booleans()):
                    # A copy: what is written into it next must not be written into the others.
                    holder[key] = copy.deepcopy(draw(STRANGE))
                else:
                    del holder[key]
                break
            holder = inner
    return changed
