"""Signed words of accounts: statements, attestations of them, enrolment of devices."""
