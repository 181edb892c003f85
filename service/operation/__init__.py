"""Running the service: processes and their supervisor, logs, metrics, the watched folder."""
