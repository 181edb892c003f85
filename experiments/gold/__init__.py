"""The gold set of value events: its authoring sources, their compiler and the agreement between two labellings."""
