"""Arrays to figures. The only part of stfit that imports matplotlib; importing the package alone does not."""
