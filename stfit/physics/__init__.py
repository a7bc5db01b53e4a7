"""The theory as pure functions of arrays, one file per part of it."""
