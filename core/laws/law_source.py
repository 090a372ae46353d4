"""The text of a law: YAML of the plainest kind, and the canonical bytes that stand for it.

A law file is data that strangers sign: no anchors, aliases, tags, duplicate keys, floats, dates or other YAML
surprises (`no` stays a word), at most 256 KiB, 14 levels and 20,000 values. Only `true`, `false` and decimal
integers are no text. Text is brought to NFC here, once. The order of a mapping is part of the law (`let`
reads top down, forms show fields in the file's order), and DAG-CBOR sorts maps: so canonically a mapping is
the list ["map", key, value, …] and a sequence the list ["list", item, …].
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from unicodedata import normalize

import yaml

from core.errors import MunimentError
from core.laws.problems import LawError, Problem
from core.ledger.encoding import Value, decode, encode

MAX_LAW_BYTES = 256 << 10
MAX_LEVELS = 14
MAX_VALUES = 20_000
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})", re.ASCII)
_FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

Scalar = str | int | bool


class Node(NamedTuple):
    """A piece of the file and the line it stands on (0: unknown)."""

    value: "Scalar | list[Node] | dict[str, Node]"
    line: int


def read_text(text: str) -> Node:
    """The tree of a law file. Raises `LawError`."""
    if len(text.encode(errors="replace")) > MAX_LAW_BYTES:
        raise _fault(0, "law-too-large", str(MAX_LAW_BYTES))
    try:
        return _Builder(normalize("NFC", text)).build()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _fault(mark.line + 1 if mark else 0, "not-yaml", error.problem or "") from None
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise _fault(0, "not-yaml", type(error).__name__) from None


def encode_tree(node: Node) -> bytes:
    """The canonical bytes of a law."""
    return encode(_to_value(node))


def decode_tree(data: bytes) -> Node:
    """The tree of canonical bytes, without lines. Raises `LawError`."""
    try:
        value = decode(data, MAX_LAW_BYTES)
    except MunimentError as error:
        raise _fault(0, error.code, "") from None
    return _from_value(value)


class _Builder:
    """Builds the tree from YAML events, so that nothing is expanded or constructed on the way."""

    def __init__(self, text: str) -> None:
        self._events: Iterator[yaml.Event] = iter(yaml.parse(text, Loader=yaml.CSafeLoader))
        self._values = 0

    def build(self) -> Node:
        self._skip(yaml.StreamStartEvent)
        event = next(self._events)
        if isinstance(event, yaml.StreamEndEvent):
            raise _fault(1, "law-empty", "")
        root = self._node(next(self._events), MAX_LEVELS)
        self._skip(yaml.DocumentEndEvent)
        event = next(self._events)
        if not isinstance(event, yaml.StreamEndEvent):
            raise _fault(_line(event), "second-document", "")
        return root

    def _skip(self, kind: type[yaml.Event]) -> None:
        event = next(self._events)
        assert isinstance(event, kind)

    def _node(self, event: yaml.Event, levels: int) -> Node:
        line = _line(event)
        self._values += 1
        if levels == 0:
            raise _fault(line, "law-too-deep", str(MAX_LEVELS))
        if self._values > MAX_VALUES:
            raise _fault(line, "law-too-large", str(MAX_VALUES))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise _fault(line, "yaml-alias", "")
        if getattr(event, "tag", None) is not None:
            raise _fault(line, "yaml-tag", str(getattr(event, "tag", "")))
        if isinstance(event, yaml.ScalarEvent):
            return Node(_scalar(event, line), line)
        if isinstance(event, yaml.SequenceStartEvent):
            return Node(list(self._items(levels)), line)
        return Node(self._mapping(levels), line)

    def _items(self, levels: int) -> Iterator[Node]:
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            yield self._node(event, levels - 1)

    def _mapping(self, levels: int) -> dict[str, Node]:
        mapping: dict[str, Node] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._node(event, levels - 1)
            if not isinstance(key.value, str):
                raise _fault(key.line, "key-not-text", str(key.value) if isinstance(key.value, int) else "")
            if key.value in mapping:
                raise _fault(key.line, "key-twice", key.value)
            mapping[key.value] = self._node(next(self._events), levels - 1)
        return mapping


def _scalar(event: yaml.ScalarEvent, line: int) -> Scalar:
    text = event.value
    if _FORBIDDEN.search(text):
        raise _fault(line, "control-character", "")
    if event.style not in (None, ""):  # quoted or block text is always text
        return str(text)
    if text in ("true", "false"):
        return bool(text == "true")
    if _INTEGER.fullmatch(text):
        number = int(text)
        if not -(1 << 63) <= number < 1 << 63:
            raise _fault(line, "integer-too-large", text)
        return number
    if re.fullmatch(r"[-+.0-9][-+.0-9eE_]*", text, re.ASCII) and any(mark in text for mark in ".eE"):
        raise _fault(line, "float-in-law", text)
    return str(text)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0


def _fault(line: int, code: str, detail: str) -> LawError:
    return LawError([Problem(line, "", code, detail[:200])])


def _to_value(node: Node) -> Value:
    if isinstance(node.value, dict):
        pairs = [part for key, child in node.value.items() for part in (key, _to_value(child))]
        return ["map", *pairs]
    if isinstance(node.value, list):
        return ["list", *(_to_value(child) for child in node.value)]
    return node.value


def _from_value(value: Value) -> Node:
    if isinstance(value, str | bool | int):
        return Node(value, 0)
    if isinstance(value, list) and value[:1] == ["list"]:
        return Node([_from_value(item) for item in value[1:]], 0)
    if isinstance(value, list) and value[:1] == ["map"] and len(value) % 2 == 1:
        keys = value[1::2]
        if all(type(key) is str for key in keys) and len(set(keys)) == len(keys):
            return Node(dict(zip(keys, map(_from_value, value[2::2]), strict=True)), 0)
    raise _fault(0, "malformed-law", "")
