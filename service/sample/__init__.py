"""The sample organisation: a synthetic bank whose ledger, demand, portfolio and reports belong together."""

from service.sample.sample import SampleFiles, make_sample

__all__ = ["SampleFiles", "make_sample"]
