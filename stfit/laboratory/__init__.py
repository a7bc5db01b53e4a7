"""The virtual laboratory: devices whose truth is known, what is measured on them, the files a lab would have."""
