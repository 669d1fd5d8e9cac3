"""Gossip: peers are told what is new here."""
