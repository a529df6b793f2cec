"""Settings, addresses, command line and storage placement: the only place that knows everybody."""
