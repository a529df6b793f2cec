"""The one door through which this system calls others over HTTP: to named hosts, at checked addresses, within limits."""
