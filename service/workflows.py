"""The data's way, top to bottom: ledger, peaks, portfolio, reports, value.

Role: the only place where the stages meet; each step takes and returns the records of `btim`.
Must not know: HTTP, SQL, the terminal, or how a result is printed. The store and the clock are passed in.
"""
