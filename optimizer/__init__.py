"""ROI belief to portfolio problem to solution, frontier and explanation."""
