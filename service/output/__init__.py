"""Outputs of a run: one self-contained HTML report, a workbook and CSV files.

Names are imported when first used: who reads only a part starts without the rest.
"""

from btim.lazy_menu import lazy_menu

__getattr__ = lazy_menu(
    __name__,
    {
        "write_outputs": "service.output.publishing",
        "render_report": "service.output.report",
    },
)
