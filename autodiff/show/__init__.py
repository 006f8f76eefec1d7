"""What differentiation did, for the eye: tables and pictures."""
