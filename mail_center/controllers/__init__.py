from . import draft, message, probe, unsubscribe
