"""The processor time and the uplink that peers may cost this node, and whose turn it is."""
