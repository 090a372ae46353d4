"""Tables by RFC 4180: quoting, marks and line ends of every program; what is ragged or foreign is named by its row."""

import csv
import io
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import MunimentError
from core.importing.table import MAX_CELL_CHARS, MAX_COLUMNS, Cells, formula_in, read_table


def rows(path: Path, content: bytes | str, *needed: str) -> list[tuple[int, Cells]]:
    path = path / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_table(path, frozenset(needed)))


def refusal(path: Path, content: bytes | str, *needed: str) -> tuple[str, dict[str, object]]:
    with pytest.raises(MunimentError) as caught:
        rows(path, content, *needed)
    return caught.value.code, caught.value.facts


def test_quotes_commas_and_line_ends_inside_cells(tmp_path: Path) -> None:
    content = 'a,b\r\n"1, ""one""","line\r\nbreak"\r\n2,\r\n'
    assert rows(tmp_path, content, "a") == [(2, {"a": '1, "one"', "b": "line\r\nbreak"}), (3, {"a": "2", "b": ""})]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", ["", "end"])
def test_marks_and_line_ends_of_every_program(tmp_path: Path, end: str, mark: bytes, last: str) -> None:
    content = mark + f"назва,b{end}x,y{end if last else ''}".encode()
    assert rows(tmp_path, content, "назва") == [(2, {"назва": "x", "b": "y"})]


@pytest.mark.parametrize(
    ("content", "code", "facts"),
    [
        ('a,"b\n', "table-row-broken", {"row": 1}),
        ("a,a\n1,2\n", "not-a-table", {}),
        ("", "not-a-table", {}),
        (",".join(f"c{number}" for number in range(MAX_COLUMNS + 1)), "not-a-table", {}),
        ("a,c\n", "columns-missing", {"columns": ["b"]}),
        ("a;b\n1;2\n", "columns-missing", {"columns": ["a", "b"]}),
    ],
)
def test_what_is_refused(tmp_path: Path, content: str, code: str, facts: dict[str, object]) -> None:
    assert refusal(tmp_path, content, *(("a", "b") if code == "columns-missing" else ("a",))) == (code, facts)


@pytest.mark.parametrize(
    ("content", "code", "facts"),
    [
        ("a,b\n1\n5,6\n", "table-row-differs", {"row": 2, "cells": 1, "columns": 2}),
        ("a,b\n1,2\n1,2,3\n5,6\n", "table-row-differs", {"row": 3, "cells": 3, "columns": 2}),
        ("a,b\n1,2\n\n5,6\n", "table-row-differs", {"row": 3, "cells": 0, "columns": 2}),
        (b"a,b\n1,\xc0\xaf\n5,6\n", "table-row-encoding", {"row": 2}),
        ("a,b\nАлесь,2\n5,6\n".encode("cp1251"), "table-row-encoding", {"row": 2}),
        ('a,b\n1,"2\n', "table-row-broken", {"row": 2}),
        ('a,b\n1,"2"x\n', "table-row-broken", {"row": 2}),
        ("a,b\n1," + "x" * (MAX_CELL_CHARS + 1) + "\n", "table-row-broken", {"row": 2}),
    ],
)
def test_what_is_wrong_with_a_row_stands_in_its_place(
    tmp_path: Path, content: bytes | str, code: str, facts: dict[str, object]
) -> None:
    """And the rows after it are read, but for a broken quotation, after which there are none."""
    found = rows(tmp_path, content, "a")
    (fault,) = [cells for _, cells in found if isinstance(cells, MunimentError)]
    assert (fault.code, fault.facts) == (code, facts)
    assert code == "table-row-broken" or found[-1][1] == {"a": "5", "b": "6"}


@pytest.mark.parametrize("content", ["Алесь\nb\n".encode("cp1251"), "a\nb\n".encode("utf-16")])
def test_another_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refusal(tmp_path, content)[0] == "table-encoding"


@pytest.mark.parametrize(
    ("cell", "runs"),
    [
        ("=1+1", True), ("  =1+1", True), ("@SUM(A1)", True), ("+cmd|' /C calc'!A0", True), ("-2+3+cmd|x", True), ("\tx", True),
        ("-Alstom", True), ("-5", False), ("+375 29 123-45-67", False), ("-", False), ("- 12,5", False), ("a=b", False),
        ("", False), ("x@y", False),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_run(cell: str, runs: bool) -> None:
    assert (formula_in({"a": "x", "b": cell}, ("a", "b")) == "b") is runs


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    for path, code in ((tmp_path / "none", "file-not-found"), (tmp_path, "file-not-read")):
        with pytest.raises(MunimentError) as caught:
            list(read_table(path, frozenset()))
        assert caught.value.code == code


def test_rows_are_read_as_they_are_asked_for(tmp_path: Path) -> None:
    """A table larger than the memory is no trouble, and a fault far down is met only there."""
    (tmp_path / "table.csv").write_text("a\n" + "x\n" * 1000 + "y,z\n", "utf-8")
    table = read_table(tmp_path / "table.csv", frozenset({"a"}))
    assert next(table) == (2, {"a": "x"})
    assert [number for number, cells in table if isinstance(cells, MunimentError)] == [1002]


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=6))
def test_what_a_spreadsheet_writes_is_read_back(tmp_path: Path, table: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *table])
    found = rows(tmp_path, out.getvalue(), "a", "b")
    assert found == [(number, dict(zip("ab", row, strict=True))) for number, row in enumerate(table, 2)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_refused(tmp_path: Path, content: bytes) -> None:
    with suppress(MunimentError):
        rows(tmp_path, content)
