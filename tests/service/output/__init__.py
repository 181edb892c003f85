"""Tests of the report and the CSV files."""
