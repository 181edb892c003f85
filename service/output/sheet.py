"""One worksheet under a few fixed habits: text stays text, formulas carry their value, columns are wide enough.

Role: the small vocabulary with which the workbook's sheets are written.
Must not know: portfolios.
"""

from collections.abc import Sequence
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_rowcol_to_cell

MONEY, QUANTITY, SHARE, FACTOR = "#,##0;[Red]-#,##0", "#,##0.##", "0.0%", "0.000000"


class Sheet:
    """A worksheet that is written row by row; rows and columns count from 0 as in XlsxWriter."""

    def __init__(self, workbook: xlsxwriter.Workbook, name: str, formats: dict[str, Any]) -> None:
        """Add the sheet."""
        self.name = name
        self.page = workbook.add_worksheet(name)
        self.formats = formats

    def text(self, row: int, column: int, text: object, style: str = "text") -> None:
        """Write text that is never read as a formula, a link or a number."""
        self.page.write_string(row, column, "" if text is None else str(text), self.formats[style])

    def number(self, row: int, column: int, value: float | None, style: str = "money") -> None:
        """Write a number, nothing for None."""
        if value is not None:
            self.page.write_number(row, column, value, self.formats[style])

    def formula(self, row: int, column: int, formula: str, value: object, style: str = "computed") -> None:
        """Write a formula with the value it computes, for readers that do not compute."""
        self.page.write_formula(row, column, formula, self.formats[style], "" if value is None else value)

    def header(self, row: int, titles: Sequence[str]) -> None:
        """Write a header row and freeze what is above and left of the data."""
        for column, title in enumerate(titles):
            self.text(row, column, title, "header")
            self.page.set_column(column, column, min(max(len(title) + 2, 11), 34))
        self.page.set_row(row, 32)

    def cell(self, row: int, column: int) -> str:
        """Absolute reference from another sheet."""
        return f"'{self.name}'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"

    def span(self, first: int, last: int, column: int) -> str:
        """Absolute reference to rows `first` to `last` of a column."""
        letter = xl_col_to_name(column)
        return f"'{self.name}'!${letter}${first + 1}:${letter}${last + 1}"


def new_formats(workbook: xlsxwriter.Workbook) -> dict[str, Any]:
    """Named cell formats; cells a person may edit are blue, computed ones black."""
    blue = {"font_color": "#1F4E9E"}
    styles: dict[str, dict[str, Any]] = {
        "text": {},
        "wrapped": {"text_wrap": True, "valign": "top"},
        "title": {"bold": True, "font_size": 14},
        "notice": {"bold": True, "font_color": "#9C0006", "bg_color": "#FFC7CE"},
        "header": {"bold": True, "text_wrap": True, "bg_color": "#DDE6F0", "border": 1, "valign": "top"},
        "label": {"bold": True},
        "money": blue | {"num_format": MONEY},
        "quantity": blue | {"num_format": QUANTITY},
        "input": blue | {"num_format": "General"},
        "share": blue | {"num_format": SHARE},
        "computed": {"num_format": MONEY},
        "computed_quantity": {"num_format": QUANTITY},
        "computed_share": {"num_format": SHARE},
        "factor": {"num_format": FACTOR, "italic": True},
        "fixed": {"num_format": "#,##0.0000"},
    }
    return {name: workbook.add_format(style) for name, style in styles.items()}
