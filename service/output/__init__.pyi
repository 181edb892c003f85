from service.output.publishing import write_outputs as write_outputs
from service.output.report import render_report as render_report

__all__ = [
    "render_report",
    "write_outputs",
]
