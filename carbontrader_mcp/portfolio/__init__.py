"""The formulas of the domain over whole books of positions."""
