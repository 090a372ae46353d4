"""Hypothesis strategies: any encodable value, and well-formed bytes with one place put wrong."""

from typing import Any

from hypothesis import strategies as st

from core.ledger.encoding import encode

integers = st.integers(-(1 << 64), (1 << 64) - 1)
texts = st.text(max_size=12)
# Bytes 01 … are what libipld takes for links: they must occur often, not once in 65,000.
some_bytes = st.one_of(
    st.binary(max_size=40), st.binary(min_size=4, max_size=40).map(lambda rest: b"\x01\x55\x12" + rest)
)
scalars = st.one_of(st.none(), st.booleans(), integers, texts, some_bytes)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=12,
)


@st.composite
def one_place_wrong(draw: st.DrawFn, right: Any) -> bytes:
    """The bytes of `right` with one place of it replaced, left out or repeated."""
    return encode(_changed(draw, right))


def _changed(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, list) and value and draw(st.integers(0, 5)):
        place = draw(st.integers(0, len(value) - 1))
        how = draw(st.sampled_from(("inside", "inside", "inside", "without", "twice")))
        if how == "without":
            return value[:place] + value[place + 1 :]
        if how == "twice":
            return value[: place + 1] + value[place:]
        return [*value[:place], _changed(draw, value[place]), *value[place + 1 :]]
    if isinstance(value, dict) and value and draw(st.integers(0, 5)):
        name = draw(st.sampled_from(sorted(value)))
        return {**value, name: _changed(draw, value[name])}
    # What Python takes for equal or iterates alike is what parsers forget.
    alike = st.sampled_from([True, False, None, 0, 1, -1, 1 << 63, "", "abc", b"", b"abc", [], {}, [[]], {"a": []}])
    return draw(st.one_of(alike, values))
