"""Charts of the report: each draws one kind of picture on the common canvas."""
