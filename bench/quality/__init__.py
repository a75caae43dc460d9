"""How well the shipped default of the learned baseline finds labelled incidents, and how often it cries wolf."""
