"""The node as a service of its owner: started with the machine, and again where it fails."""
