"""Another system's problems, read by the profiles of incidents (incidents/imports)."""
