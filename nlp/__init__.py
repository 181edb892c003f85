"""Report text in, value events and risk signals out."""
