"""Which relation a migration locks in which mode, from which statement until when, and what runs meanwhile."""
