"""Critical currents against ΔR."""
