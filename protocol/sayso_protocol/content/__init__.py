"""What entries say: kinds of bodies, their fields and limits, references."""
