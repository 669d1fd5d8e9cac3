"""What an account signs: statements, attestations of them, enrolment of devices."""
