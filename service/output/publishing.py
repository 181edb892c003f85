"""Publishing a run: report, workbook and CSV files together.

Role: `write_outputs` publishes everything a run shows, or nothing.
Must not know: how results were computed.
"""

from pathlib import Path

from btim.files import published_folder
from service.chain import ChainResult
from service.output.report import render_report
from service.output.tables import csv_tables, write_csv
from service.output.workbook import write_chain_workbook

WORKBOOK = "portfolio.xlsx"


def write_outputs(chain: ChainResult, folder: Path) -> list[Path]:
    """Write `report.html`, `portfolio.xlsx` and the CSV files of every part that ran; all of them or none.

    Returns the files' final paths, the report first.

    Raises:
        FileError: `folder` exists and is not a folder.
    """
    names = ["report.html"]
    with published_folder(folder) as temporary:
        (temporary / names[0]).write_text(render_report(chain), encoding="utf-8")
        if write_chain_workbook(temporary / WORKBOOK, chain) is not None:
            names.append(WORKBOOK)
        for name, frame in csv_tables(chain):
            write_csv(frame, temporary / name, chain)
            names.append(name)
    return [folder / name for name in names]
