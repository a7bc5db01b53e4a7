"""A kind of measurement in a package of its own: retention times, at which half of many repetitions have switched.

With exponential dwells the half-time is τ ln 2. Its logarithm has a Gaussian error, stated by its relative one.
"""
