"""Lines of ferromagnetic resonance, as a table or as the spectra in which they stand."""
