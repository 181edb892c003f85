from service.output.page import Cell, Column, Row, Table, cells, dense


def test_columns_that_nobody_knows_are_left_out_and_the_first_stays():
    table = Table(
        "t",
        (Column("name"), Column("unknown"), Column("known"), Column("noted")),
        (
            Row(cells("", "–", "1", Cell("–", "why"))),
            Row(cells("the line"), line=True),
            Row(cells("", "", "–", "–")),
        ),
    )
    found = dense(table)
    assert [column.label for column in found.columns] == ["name", "known", "noted"]
    assert [len(row.cells) for row in found.rows] == [3, 1, 3]
