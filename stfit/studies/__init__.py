"""Studies: simulate-and-refit loops, which calibrate a design and plan the next measurement."""
