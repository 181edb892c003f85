"""Tables that ship with the package: names and mappings, no code."""
