"""Training, backtests and benchmarks on the path that production takes; records runs with MLflow."""
