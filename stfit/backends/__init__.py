"""What maximises an objective; a backend knows the objective alone."""
