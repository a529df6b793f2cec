"""What the attacking tools need: a filled database, and a description of every address for schemathesis."""
