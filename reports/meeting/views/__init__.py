"""Pages of the daily meeting and of hand-over notes: parse, call the service, show."""
