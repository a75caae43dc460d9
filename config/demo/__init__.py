"""The demo: a believable payment company with a month behind it. Built through the services, so it is a test too."""
