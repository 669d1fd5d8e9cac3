"""The devices of the own account: their feeds, enrolment and revocation."""
