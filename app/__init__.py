"""Screens: the tabs, the web server and start-up. May import everything below it."""
