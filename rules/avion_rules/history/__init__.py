"""Rules about what is applied already and must stay as it is."""
