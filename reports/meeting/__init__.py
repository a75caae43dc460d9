"""The daily incident meeting and the shift hand-over note (docs/meeting.md)."""
