"""What Tracker keeps, on SQLite or PostgreSQL. Rows, SQL and drivers' errors end here."""
