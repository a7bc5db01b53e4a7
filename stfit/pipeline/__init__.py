"""Where all parts meet: from an analysis to its measurements, its fit, its plan, its calibration."""
