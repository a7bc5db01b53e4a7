"""The laws of the theory: one for all kinds of data, and Eqs. 27, 28 and 32 as lmfit models on it."""
