"""What passes between two people and nobody else."""
