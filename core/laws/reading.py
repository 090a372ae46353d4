"""Reads one mapping of a law file: each key is asked for by name and kind; a key nobody asked for is a
fault.
"""

from collections.abc import Collection, Mapping
from typing import NoReturn

from core.laws.law_source import Node
from core.laws.problems import Problems, SectionFaulty

Texts = Mapping[str, str]  # language → text
LANGUAGE_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz")
NAME_LETTERS = LANGUAGE_LETTERS | frozenset("0123456789_")
CODE_LETTERS = LANGUAGE_LETTERS | frozenset("0123456789-")
RESERVED = frozenset({"act", "true", "false", "null", "in", "id", "state", "version", "has"})
MAX_NAME_CHARS = 40
LEAST, MOST = -(1 << 63), (1 << 63) - 1
MAX_TEXT_CHARS = 2_000


class Part:
    """A mapping while it is read. Its article, if it has one, goes into every problem below it."""

    def __init__(self, node: Node, problems: Problems, where: str, article: str = "") -> None:
        self.line = node.line
        self.problems = problems
        self.where = where
        self.article = article
        if not isinstance(node.value, dict):
            self.fail("not-a-mapping", where)
        self._children: dict[str, Node] = node.value
        self._asked: set[str] = set()
        stated = node.value.get("article")
        if stated is not None and isinstance(stated.value, str):
            self.article = stated.value

    def fail(self, code: str, detail: str, line: int | None = None) -> NoReturn:
        """Note the problem and end this section."""
        self.note(code, detail, line)
        raise SectionFaulty

    def note(self, code: str, detail: str, line: int | None = None) -> None:
        self.problems.add(self.line if line is None else line, self.article, code, detail)

    def has(self, key: str) -> bool:
        return key in self._children

    def names(self) -> list[str]:
        return list(self._children)

    def node(self, key: str) -> Node:
        self._asked.add(key)
        child = self._children.get(key)
        if child is None:
            self.fail("key-missing", f"{self.where}: {key}")
        return child

    def text(self, key: str, default: str | None = None) -> str:
        if default is not None and not self.has(key):
            return default
        node = self.node(key)
        if not isinstance(node.value, str):
            self.fail("not-text", f"{self.where}: {key}", node.line)
        if len(node.value) > MAX_TEXT_CHARS:
            self.fail("text-too-long", f"{self.where}: {key}", node.line)
        return node.value

    def choice(self, key: str, of: Collection[str], default: str | None = None) -> str:
        word = self.text(key, default)
        if word not in of:
            self.fail("unknown-word", f"{self.where}: {key}: {word}", self.line_of(key))
        return word

    def integer(self, key: str, default: int | None = None, low: int = LEAST, high: int = MOST) -> int:
        if default is not None and not self.has(key):
            return default
        node = self.node(key)
        if type(node.value) is not int:
            self.fail("not-an-integer", f"{self.where}: {key}", node.line)
        if not low <= node.value <= high:
            self.fail("out-of-range", f"{self.where}: {key}: {node.value}", node.line)
        return node.value

    def flag(self, key: str) -> bool:
        """False when it is not stated."""
        if not self.has(key):
            return False
        node = self.node(key)
        if type(node.value) is not bool:
            self.fail("not-true-or-false", f"{self.where}: {key}", node.line)
        return node.value

    def words(self, key: str, optional: bool = False) -> tuple[str, ...]:
        """A list of different texts; one bare text counts as a list of one."""
        if optional and not self.has(key):
            return ()
        node = self.node(key)
        items = node.value if isinstance(node.value, list) else [node]
        words = [item.value for item in items if isinstance(item.value, str)]
        if len(words) != len(items) or not words:
            self.fail("not-a-list-of-words", f"{self.where}: {key}", node.line)
        if len(set(words)) != len(words):
            self.fail("word-twice", f"{self.where}: {key}", node.line)
        return tuple(words)

    def texts(self, key: str, optional: bool = False) -> Texts:
        """Text by language; English must be there, so that every reader has something to read."""
        if optional and not self.has(key):
            return {}
        part = self.part(key)
        texts = {language: part.text(language) for language in part.names()}
        for language in texts:
            if len(language) != 2 or not set(language) <= LANGUAGE_LETTERS:
                part.fail("unknown-language", language)
        if "en" not in texts:
            part.fail("english-missing", part.where)
        return texts

    def part(self, key: str) -> "Part":
        return Part(self.node(key), self.problems, f"{self.where}.{key}" if self.where else key, self.article)

    def parts(self, key: str, optional: bool = True) -> "list[tuple[str, Part]]":
        """The named mappings under a key, in the file's order. Read each inside a `problems.section()`."""
        if optional and not self.has(key):
            return []
        below = self.part(key)
        found = []
        for name in below.names():
            with self.problems.section():
                below.check_name(name)
                found.append((name, below.part(name)))
        return found

    def listed(self, key: str) -> "list[Part]":
        """The mappings of a list, in order. Read each inside a `problems.section()`."""
        if not self.has(key):
            return []
        node = self.node(key)
        if not isinstance(node.value, list):
            self.fail("not-a-list", f"{self.where}: {key}", node.line)
        found = []
        for number, item in enumerate(node.value, start=1):
            with self.problems.section():
                found.append(Part(item, self.problems, f"{self.where}.{key}[{number}]", self.article))
        return found

    def line_of(self, key: str) -> int:
        child = self._children.get(key)
        return self.line if child is None else child.line

    def check_name(self, name: str) -> None:
        letters_fit = set(name) <= NAME_LETTERS and name[:1] in LANGUAGE_LETTERS
        if not letters_fit or len(name) > MAX_NAME_CHARS or name in RESERVED:
            self.fail("bad-name", name, self.line_of(name))

    def skip(self, *keys: str) -> None:
        """These keys are read elsewhere."""
        self._asked.update(keys)

    def whole(self) -> "_Whole":
        """On leaving, every key must have been asked for."""
        return _Whole(self)

    def note_unknown(self) -> None:
        for key in self._children:
            if key not in self._asked:
                self.note("unknown-key", f"{self.where}: {key}", self.line_of(key))


class _Whole:
    """Written out: a thousand are entered at each start of an office, and a generator takes three times as long."""

    __slots__ = ("_part",)

    def __init__(self, part: Part) -> None:
        self._part = part

    def __enter__(self) -> Part:
        return self._part

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._part.note_unknown()
