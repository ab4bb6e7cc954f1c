"""When to look, and whom to tell: the service, the alerts and the command line."""
