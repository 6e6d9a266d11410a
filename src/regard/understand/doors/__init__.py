"""What the doors Voice, Journeys and Value show."""
