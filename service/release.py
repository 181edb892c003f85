"""Which release this is: part of the name of every piece of work, so that a new release does it anew."""

from importlib import metadata

RELEASE = metadata.version("waterline")
