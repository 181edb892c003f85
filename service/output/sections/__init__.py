"""Sections of the report: each turns one part of a run into blocks of the page."""
