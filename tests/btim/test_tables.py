"""Tables at the door: what is refused, and how the refusal reads."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from btim.errors import DuplicateError, FileError, SchemaError, ValueFormatError
from btim.tables import line_of, parsed_column, plain_decimal, read_table, refuse_duplicates, table_from_text


def written(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_cells_stay_text_until_a_stage_parses_them(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path, "id,y\n007,\n008,1e3\n"), ["id", "y"])
    assert frame.to_dict("list") == {"id": ["007", "008"], "y": ["", "1e3"]}


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_the_delimiter_is_told_from_the_header(sign: str) -> None:
    frame = table_from_text(f"a{sign}b\n1{sign}2\n", name="t")
    assert frame.to_dict("list") == {"a": ["1"], "b": ["2"]}


def test_a_missing_column_is_named_with_those_that_are_there(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"t\.csv, row 1: missing column 'y'; the file has id, z"):
        read_table(written(tmp_path, "id,z\n1,2\n"), ["id", "y"])


def test_a_folder_instead_of_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is a directory, not a file"):
        read_table(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        read_table(tmp_path / "none.csv")


@pytest.mark.parametrize("text", ["", "\n"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(FileError, match=r"empty|no data rows"):
        read_table(written(tmp_path, text))


def test_a_header_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="has a header but no data rows"):
        read_table(written(tmp_path, "a,b\n"))


def test_gb18030_is_offered_when_it_fits(tmp_path: Path) -> None:
    path = written(tmp_path, "id,名称\n1,云服务\n".encode("gb18030"))
    with pytest.raises(FileError, match="--encoding gb18030"):
        read_table(path)
    assert read_table(path, encoding="gb18030")["名称"].tolist() == ["云服务"]


def test_a_workbook_named_csv_is_told_to_be_exported(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="binary document, not text"):
        read_table(written(tmp_path, b"PK\x03\x04\xff\xfe\x00rest"))


def test_a_ragged_row_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"row 3: has 3 cells where the header has 2"):
        read_table(written(tmp_path, "a,b\n1,2\n1,2,3\n"))


def test_a_column_name_that_stands_twice_is_refused() -> None:
    with pytest.raises(SchemaError, match="'a': column name stands twice"):
        table_from_text("a,a\n1,2\n", name="t")


def test_a_bad_cell_is_named_by_row_column_and_value() -> None:
    frame = table_from_text("id,cost\nA,1\nB,12k\n", name="t")
    with pytest.raises(ValueFormatError, match=r"p\.csv, row 3, 'cost': is not a number \(found '12k'\)"):
        parsed_column(frame, "cost", plain_decimal, file="p.csv", expected="a number")


@pytest.mark.parametrize("cell", ["nan", "inf", "-Infinity", "1,000", "12%", "£3"])
def test_only_plain_finite_numbers_are_read(cell: str) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        plain_decimal(cell)


def test_a_plain_number_keeps_its_digits() -> None:
    assert plain_decimal(" 0.00000000001 ") == Decimal("1E-11")


def test_a_duplicate_key_names_both_rows() -> None:
    frame = pd.DataFrame({"id": ["a", "b", "a"]})
    with pytest.raises(DuplicateError, match=rf"row {line_of(2)}, 'id': stands twice \(first on row 2\) \(found 'a'\)"):
        refuse_duplicates(frame, ["id"], file=None)


def test_parquet_is_read_by_its_ending(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"a": [1.5]}).to_parquet(path)
    assert read_table(path, ["a"])["a"].tolist() == [1.5]


def test_a_file_that_is_not_parquet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not a Parquet file"):
        read_table(written(tmp_path, "a,b\n", "t.parquet"))
