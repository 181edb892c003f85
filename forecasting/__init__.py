"""History in, forecasts, joint paths, peaks and capacity out."""
