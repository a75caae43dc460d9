"""Risk inspection: what is looked for before it becomes an incident, and what comes of what is found."""
