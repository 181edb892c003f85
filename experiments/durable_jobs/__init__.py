"""The same trivial jobs in two engines, for the benchmark of durable jobs."""
