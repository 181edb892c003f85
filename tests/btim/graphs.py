"""Allocation graphs and ledger lines for hypothesis to draw."""

from hypothesis import strategies as st

TOWERS = ("Compute", "Storage", "Network")
NODES = [*(("tower", name) for name in TOWERS), *(("solution", name) for name in "abcd")]
SINKS = [*NODES, ("consumer", "X"), ("consumer", "Y")]
edge = st.tuples(st.sampled_from(NODES), st.sampled_from(SINKS), st.integers(1, 10**6))
amount = st.fixed_dictionaries(
    {
        "tower": st.sampled_from(TOWERS),
        "amount": st.integers(-(10**10), 10**10),
        "solution": st.sampled_from(["", "a", "b"]),
        "consumer": st.sampled_from(["", "X"]),
    }
)
