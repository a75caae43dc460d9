"""A telephone company and a mail server on the loopback, for the demo and the tests (docs/fake-carrier.md)."""
