"""Who leaves and when: retention from cases that are not all closed yet."""
