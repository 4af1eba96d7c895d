"""Design: types, keys, indexes and names that work and are regretted later."""
