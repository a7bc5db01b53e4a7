"""stfit: from dwell times, switching and FMR lines to l/L_θθ, the asymmetry c_i and τ0."""

__version__ = "0.1.0"
