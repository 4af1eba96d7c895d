"""Rules about settings of environments."""
